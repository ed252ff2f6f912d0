import { ALPHANUMERIC, CLASSES } from '../text/characters.ts';
import { MARKED_FORMS, TOKEN_FORMS } from './token-forms.ts';
import type { Candidate, Reading, Word } from '../scan/reading.ts';

const SHORTEST = 14;

interface Compiled {
  readonly kind: string;
  readonly prefix: string;
  readonly pattern: RegExp;
}

/** Forms by the first two characters of their prefixes. */
const BY_START = new Map<number, Compiled[]>();

function keyOf(first: number, second: number): number {
  return first * 128 + second;
}

for (const { kind, prefix, rest } of TOKEN_FORMS) {
  const key = keyOf(prefix.charCodeAt(0), prefix.charCodeAt(1));
  const form = { kind, prefix, pattern: new RegExp(rest, 'y') };
  BY_START.set(key, [...(BY_START.get(key) ?? []), form]);
}

/** One for each pair of characters that a prefix begins with. */
const STARTS = new Uint8Array(128 * 128);
for (const key of BY_START.keys()) STARTS[key] = 1;

const JWT = 'jwt';
const FIRST_OF_JWT = 0x65;
/** The most units of the first part of a JWT, by its form. */
const LONGEST_JWT_PART = 'eyJ'.length + 4000;
const JWT_PART = /[\w-]*/y;

/**
 * Returns the place before which no JWT begins, because none does at a place before. The run of characters that a first
 * part has must end with a dot soon enough, and what follows the run is the same for each beginning in it.
 */
function endOfJwtPart(word: string, at: number): number {
  JWT_PART.lastIndex = at;
  JWT_PART.test(word);
  const end = JWT_PART.lastIndex;
  return end - at > LONGEST_JWT_PART ? end - LONGEST_JWT_PART : end;
}

/** Tells if a value is one of documents, or one that somebody blacked out. */
function isPlaceholder(value: string): boolean {
  return /x{6}|X{6}|\*{4}|0{12}|_here$|(?:^|[-_])your[-_]/.test(value) || hasFewCharacters(value);
}

function hasFewCharacters(value: string): boolean {
  return new Set(value.slice(-16)).size < 5;
}

/** Looks for tokens that their form tells. Only words of 14 and more units have any. */
export function examineTokens(
  { text }: Reading,
  { start, end }: Word,
  kinds: ReadonlySet<string>,
  found: Candidate[],
): void {
  if (end - start < SHORTEST) return;
  const word = text.slice(start, end);
  let before = 0;
  /** No JWT begins before: the run of its characters that a failed one was in ends here. */
  let noJwtBefore = 0;
  for (let at = 0; at < word.length - SHORTEST + 1; at++) {
    const first = word.charCodeAt(at);
    const isStart = (before & ALPHANUMERIC) === 0;
    before = CLASSES[first] ?? 0;
    if (!isStart || first > 127) continue;
    const second = word.charCodeAt(at + 1);
    if (second > 127 || STARTS[keyOf(first, second)] === 0) continue;
    const triedAt = at;
    for (const { kind, prefix, pattern } of BY_START.get(keyOf(first, second)) ?? []) {
      if (!word.startsWith(prefix, at) || (kind === JWT && at < noJwtBefore)) continue;
      pattern.lastIndex = at + prefix.length;
      if (!pattern.test(word)) continue;
      const value = word.slice(at, pattern.lastIndex);
      if (kinds.has(kind) && !isPlaceholder(value))
        found.push({ kind, detector: kind, start: start + at, end: start + pattern.lastIndex, rank: 1 });
      at = pattern.lastIndex - 1;
      break;
    }
    const hasFailed = at === triedAt && at >= noJwtBefore;
    if (hasFailed && first === FIRST_OF_JWT && word.startsWith('eyJ', at))
      noJwtBefore = endOfJwtPart(word, at);
  }
  examineMarks(word, start, kinds, found);
}

function examineMarks(word: string, start: number, kinds: ReadonlySet<string>, found: Candidate[]): void {
  if (word.length > 2048) return;
  for (const { kind, mark, pattern } of MARKED_FORMS) {
    if (!word.includes(mark) || !kinds.has(kind)) continue;
    for (const { index, 0: value } of word.matchAll(pattern))
      if (!isPlaceholder(value))
        found.push({
          kind,
          detector: kind,
          start: start + index,
          end: start + index + value.length,
          rank: 2,
        });
  }
}
