import { readObjects, readTable } from './storage-place.ts';
import { readAddress } from './web-place.ts';

/** A place that Google can be made to read or write: what it is in, part by part, from the outside in. */
export interface Place {
  /** Cloud Storage however it is spelled, BigQuery, a web server, or YouTube's videos. */
  readonly service: 'gs' | 'bq' | 'https' | 'youtube';
  /** Bucket and path segments; project, dataset and table; host and path segments; nothing, or a video. */
  readonly parts: readonly string[];
  /** Whether the last part stands for all that begin with it. */
  readonly isPattern: boolean;
}

/** Of a place, in UTF-16 units: more than any object's name or table's. */
const MAXIMUM_LENGTH = 2_000;

/**
 * Reads `gs://bucket/path`, `bq://project.dataset.table`, `https://host/path` or the address of a YouTube video if it has
 * only one meaning to every reader; whatever two readers could take for two places is none.
 * @returns undefined for anything else.
 */
export function readPlace(uri: string): Place | undefined {
  if (uri.length > MAXIMUM_LENGTH) return undefined;
  const [, scheme, rest = ''] = /^(gs|bq|https):\/\/([^]*)$/.exec(uri) ?? [];
  if (scheme === 'gs') return readObjects(rest);
  if (scheme === 'bq') return readTable(rest);
  return scheme === 'https' ? readAddress(rest) : undefined;
}

/**
 * All that a place lies in, from the outside in, and last the place itself, each in one word. One place lies in another
 * if that one's last word is among its own; a pattern lies where all that it stands for does.
 */
export function keysOfPlace({ service, parts, isPattern }: Place): string[] {
  const exact = isPattern ? parts.slice(0, -1) : parts;
  return Array.from({ length: exact.length + 1 }, (_, depth) =>
    [service, ...exact.slice(0, depth)].join('/'),
  );
}
