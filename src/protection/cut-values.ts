import type { Detection } from '@vertex-ai-gateway/content-detectors/detectors';
import type { Place } from './place.ts';

/** A text of a message, which the model reads together with those beside it. */
export interface MessageText {
  readonly text: string;
  readonly place: Place;
}

/** The piece of a value that stands in one of the texts, by its number. */
export interface Piece {
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/** A value that begins in one text and ends in a later one. */
export interface CutValue {
  readonly kind: string;
  readonly detector: string;
  readonly value: string;
  /** Two pieces at least, in order. */
  readonly pieces: readonly Piece[];
}

/** The code units at the beginning and at the end of a text in which values may be cut. */
const EDGE_UNITS = 512;
/** The mark between the beginning and the end of a longer text, over which no value goes. */
const GAP = '\n\n';

/**
 * The kinds that no checksum, prefix or sign proves. They would be found where two texts that have nothing to do with each
 * other happen to meet. A phone number is proved by its plus.
 */
const UNPROVEN: ReadonlySet<string> = new Set([
  'phone',
  'bic',
  'passport',
  'driving-licence',
  'insurance-policy',
  'ip-address',
  'mac-address',
  'date-of-birth',
  'coordinates',
  'person',
  'street-address',
  'named-secret',
  'hidden-text',
  'prompt-instruction',
]);

interface Segment {
  readonly index: number;
  /** The place of the segment in its text, and in what is joined. */
  readonly start: number;
  readonly at: number;
  readonly length: number;
}

/**
 * Finds values that are cut over texts which follow each other. Only the edges of the texts are looked at.
 * @param detect the detections in a text, in order.
 */
export async function findCutValues(
  texts: readonly string[],
  detect: (text: string) => Promise<readonly Detection[]>,
): Promise<CutValue[]> {
  if (texts.length < 2) return [];
  const { joined, segments } = joinEdges(texts);
  const found: CutValue[] = [];
  let from = 0;
  for (const { kind, detector, start, end } of await detect(joined)) {
    while (endOf(segments[from]) <= start) from += 1;
    const pieces = piecesOf(segments, from, start, end);
    if (pieces.length < 2 || (UNPROVEN.has(kind) && joined.charAt(start) !== '+')) continue;
    if (await standsAlone(kind, texts, pieces, detect)) continue;
    found.push({ kind, detector, value: joined.slice(start, end), pieces });
  }
  return found;
}

function joinEdges(texts: readonly string[]): { joined: string; segments: Segment[] } {
  const segments: Segment[] = [];
  const joined: string[] = [];
  let at = 0;
  const add = (index: number, start: number, part: string): void => {
    segments.push({ index, start, at, length: part.length });
    joined.push(part);
    at += part.length;
  };
  texts.forEach((text, index) => {
    if (text.length <= 2 * EDGE_UNITS) add(index, 0, text);
    else {
      add(index, 0, text.slice(0, EDGE_UNITS));
      joined.push(GAP);
      at += GAP.length;
      add(index, text.length - EDGE_UNITS, text.slice(-EDGE_UNITS));
    }
  });
  return { joined: joined.join(''), segments };
}

function endOf(segment: Segment | undefined): number {
  return segment === undefined ? Infinity : segment.at + segment.length;
}

function piecesOf(segments: readonly Segment[], from: number, start: number, end: number): Piece[] {
  const pieces: Piece[] = [];
  for (let at = from; at < segments.length; at++) {
    const segment = segments[at];
    if (segment === undefined || segment.at >= end) break;
    const first = Math.max(start, segment.at) - segment.at + segment.start;
    const last = Math.min(end, endOf(segment)) - segment.at + segment.start;
    if (last > first) pieces.push({ index: segment.index, start: first, end: last });
  }
  return pieces;
}

/** Tells if one of the pieces has a value of the kind alone: `see ada` and `grace@example.com` are no one's address. */
async function standsAlone(
  kind: string,
  texts: readonly string[],
  pieces: readonly Piece[],
  detect: (text: string) => Promise<readonly Detection[]>,
): Promise<boolean> {
  for (const { index, start, end } of pieces) {
    const text = texts[index] ?? '';
    const around = text.slice(Math.max(0, start - EDGE_UNITS), end + EDGE_UNITS);
    const offset = Math.max(0, start - EDGE_UNITS);
    for (const found of await detect(around))
      if (found.kind === kind && found.start + offset < end && found.end + offset > start) return true;
  }
  return false;
}
