import type { Candidate, Reading, Word } from '../scan/reading.ts';

/** The most code units of a private key. One of RSA with 16,384 bits has 12,500. */
export const LONGEST_PRIVATE_KEY = 13_000;

const HEADER = /-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----/y;
const LONGEST_HEADER = 80;
const FOOTER = /-----END (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----/y;
/** Lines of base64, their headers, and what strings and logs put between them. */
const OUTSIDE = /[^A-Za-z0-9+/=\s:,.\\"'>|_()-]/;
const SHORTEST_BODY = 24;
const HYPHEN = 0x2d;
const HYPHENS = 5;
/** A last word of at most this length is no line of a key. */
const LONGEST_LAST_WORD = 20;

/**
 * Looks for a private key in PEM. https://www.rfc-editor.org/rfc/rfc7468. A key without its end is found up to the last
 * of its lines. @returns false when it needs more text.
 */
export function examinePrivateKey(
  { text, units, end, isOpen, work }: Reading,
  { start: from, end: wordEnd }: Word,
  found: Candidate[],
): boolean {
  if (!hasHyphens(units, from, wordEnd)) return true;
  const place = text.slice(from, wordEnd).indexOf('-----BEGIN');
  if (place < 0) return true;
  const start = from + place;
  HEADER.lastIndex = start;
  const header = HEADER.exec(text.slice(0, Math.min(end, start + LONGEST_HEADER)));
  if (header === null)
    return !(
      isOpen &&
      end < start + LONGEST_HEADER &&
      /^-----BEGIN[ A-Z0-9]*-{0,5}$/.test(text.slice(start, end))
    );
  const body = start + header[0].length;
  const limit = Math.min(end, start + LONGEST_PRIVATE_KEY);
  const dashes = text.slice(body, limit).indexOf('-----');
  const footer = dashes < 0 ? -1 : body + dashes;
  if (footer >= 0) {
    FOOTER.lastIndex = footer;
    const match = FOOTER.exec(text.slice(0, Math.min(limit, footer + LONGEST_HEADER)));
    if (match !== null) {
      if (footer - body >= SHORTEST_BODY) push(found, start, footer + match[0].length);
      return true;
    }
    if (isOpen && end < footer + LONGEST_HEADER && limit === end) return false;
  }
  work.units += (footer < 0 ? limit : footer) - body;
  const outside = text.slice(body, footer < 0 ? limit : footer).search(OUTSIDE);
  if (outside < 0 && footer < 0 && limit === end && isOpen) return false;
  const last = Math.min(limit, outside < 0 ? limit : body + outside, footer < 0 ? limit : footer);
  const key = withoutShortEnd(text.slice(body, last));
  if (/[A-Za-z0-9+/=]{40}/.test(key)) push(found, start, body + key.length);
  return true;
}

/** Tells if five hyphens may stand in a row: one of five units is one then. */
function hasHyphens(units: Uint16Array, start: number, end: number): boolean {
  for (let at = start + HYPHENS - 1; at < end; at += HYPHENS) if (units[at] === HYPHEN) return true;
  return false;
}

/** Leaves out a short last word, which is no line of a key, and the white space around it. */
function withoutShortEnd(body: string): string {
  const trimmed = body.trimEnd();
  let from = trimmed.length;
  const shortest = Math.max(0, from - LONGEST_LAST_WORD - 1);
  while (from > shortest && /\S/.test(trimmed.charAt(from - 1))) from -= 1;
  const isShort = from > 0 && trimmed.length - from <= LONGEST_LAST_WORD;
  return isShort ? trimmed.slice(0, from).trimEnd() : trimmed;
}

function push(found: Candidate[], start: number, end: number): void {
  found.push({ kind: 'private-key', detector: 'private-key', start, end, rank: 0 });
}
