import { ALPHANUMERIC, CLASSES } from '../text/characters.ts';
import type { Candidate, Reading, Word } from '../scan/reading.ts';

const SHORTEST = 24;
/** The bytes that are looked at before a whole text is decoded. */
const SAMPLE = 24;

function isBase64(unit: number): boolean {
  return (
    ((CLASSES[unit] ?? 0) & ALPHANUMERIC) !== 0 ||
    unit === 0x2b ||
    unit === 0x2f ||
    unit === 0x2d ||
    unit === 0x5f
  );
}

/** Tells if a character ends base64, or the sentence that it stands in. */
function isTrailing(unit: number): boolean {
  return unit === 0x2e || unit === 0x3d || unit === 0x2c;
}

/** Tells if bytes are text: nearly all of them are characters of ASCII that can be seen, or parts of others. */
function isText(bytes: Buffer): boolean {
  let seen = 0;
  for (const byte of bytes) {
    if (byte === 0x7f || (byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) return false;
    if (byte < 0x7f) seen += 1;
  }
  return seen * 10 >= bytes.length * 8;
}

/** Looks for values in text that is wrapped in base64. https://www.rfc-editor.org/rfc/rfc4648. The whole is the value. */
export function examineWrapped(
  { text, units, work }: Reading,
  word: Word,
  detect: (text: string) => readonly Candidate[],
  found: Candidate[],
): void {
  if (word.end - word.start < SHORTEST) return;
  let end = word.end;
  while (end > word.start && isTrailing(units[end - 1] ?? 0)) end -= 1;
  let start = end;
  while (start > word.start && isBase64(units[start - 1] ?? 0)) start -= 1;
  if (end - start < SHORTEST) return;
  const sample = Buffer.from(text.slice(start, start + (SAMPLE * 4) / 3), 'base64');
  if (!isText(sample)) return;
  work.units += end - start;
  const decoded = Buffer.from(text.slice(start, end), 'base64');
  if (!isText(decoded)) return;
  const [first] = detect(decoded.toString('utf8')).toSorted((a, b) => a.rank - b.rank);
  if (first === undefined) return;
  while (end < word.end && text[end] === '=') end += 1;
  found.push({ kind: first.kind, detector: first.detector, start, end, rank: 3 });
}
