import { readObjects, readTable } from './storage-place.ts';
import { readAddress } from './web-place.ts';

/** A place that Google can be made to read or write, as a path from the outermost container to the place. */
export interface Place {
  /** Cloud Storage in every spelling, BigQuery, a web server, or YouTube. */
  readonly service: 'gs' | 'bq' | 'https' | 'youtube';
  /**
   * - `gs`: bucket and path segments
   * - `bq`: project, dataset and table
   * - `https`: host and path segments
   * - `youtube`: a video's id; empty for all videos
   */
  readonly parts: readonly string[];
  /** True if the last part is a prefix and stands for everything that begins with it. */
  readonly isPattern: boolean;
}

/** UTF-16 units of a URI; names of objects and tables are shorter. */
const MAXIMUM_LENGTH = 2_000;

/**
 * Reads `gs://bucket/path`, `bq://project.dataset.table`, `https://host/path` or the address of a YouTube video.
 * @returns undefined for any other URI, and for one that two readers could take for two places.
 */
export function readPlace(uri: string): Place | undefined {
  if (uri.length > MAXIMUM_LENGTH) return undefined;
  const [, scheme, rest = ''] = /^(gs|bq|https):\/\/([^]*)$/.exec(uri) ?? [];
  if (scheme === 'gs') return readObjects(rest);
  if (scheme === 'bq') return readTable(rest);
  return scheme === 'https' ? readAddress(rest) : undefined;
}

/**
 * Returns the keys of the containers of a place from the outermost, and the place's own key last. A place lies in
 * another if its keys include that one's last key. A pattern has the keys of the container of everything that it stands
 * for.
 */
export function keysOfPlace({ service, parts, isPattern }: Place): string[] {
  const exact = isPattern ? parts.slice(0, -1) : parts;
  return Array.from({ length: exact.length + 1 }, (_, depth) =>
    [service, ...exact.slice(0, depth)].join('/'),
  );
}
