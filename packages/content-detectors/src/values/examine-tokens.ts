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

/** A bit for each of `MARKED_FORMS`, by the pair of characters that its mark begins with. */
const MARKS = new Int32Array(128 * 128);
MARKED_FORMS.forEach(({ mark }, index) => {
  const first = mark.charCodeAt(0);
  if (mark.length > 1) {
    const key = keyOf(first, mark.charCodeAt(1));
    MARKS[key] = (MARKS[key] ?? 0) | (1 << index);
  } else
    for (let before = 0; before < 128; before++) {
      const key = keyOf(before, first);
      MARKS[key] = (MARKS[key] ?? 0) | (1 << index);
    }
});
/** The fewest code units of a form that a mark tells. */
const SHORTEST_MARKED = 36;
const LONGEST_MARKED = 2048;

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
  { text, units, work }: Reading,
  { start, end }: Word,
  kinds: ReadonlySet<string>,
  found: Candidate[],
): void {
  if (end - start < SHORTEST) return;
  let word = '';
  let before = 0;
  /** No JWT begins before: the run of its characters that a failed one was in ends here. */
  let noJwtBefore = start;
  const last = end - SHORTEST;
  for (let at = start; at <= last; at++) {
    const first = units[at] ?? 0;
    const isStart = (before & ALPHANUMERIC) === 0;
    before = CLASSES[first] ?? 0;
    if (!isStart || first > 127) continue;
    const second = units[at + 1] ?? 0;
    if (second > 127 || STARTS[keyOf(first, second)] === 0) continue;
    const triedAt = at;
    if (word === '') word = text.slice(start, end);
    for (const { kind, prefix, pattern } of BY_START.get(keyOf(first, second)) ?? []) {
      if (!word.startsWith(prefix, at - start) || (kind === JWT && at < noJwtBefore)) continue;
      pattern.lastIndex = at - start + prefix.length;
      if (!pattern.test(word)) continue;
      const tokenEnd = start + pattern.lastIndex;
      if (kinds.has(kind) && !isPlaceholder(text.slice(at, tokenEnd)))
        found.push({ kind, detector: kind, start: at, end: tokenEnd, rank: 1 });
      at = tokenEnd - 1;
      break;
    }
    const hasFailed = at === triedAt && at >= noJwtBefore;
    work.units += SHORTEST;
    if (hasFailed && first === FIRST_OF_JWT && word.startsWith('eyJ', at - start)) {
      noJwtBefore = start + endOfJwtPart(word, at - start);
      work.units += Math.max(0, noJwtBefore - at);
    }
  }
  if (end - start >= SHORTEST_MARKED && end - start <= LONGEST_MARKED)
    examineMarks({ text, start, end, marks: marksIn(units, start, end) }, kinds, found);
}

/** Returns a bit for each of `MARKED_FORMS` whose mark begins somewhere in a word. */
function marksIn(units: Uint16Array, start: number, end: number): number {
  let marks = 0;
  let before = 0;
  for (let at = start; at < end; at++) {
    const unit = units[at] ?? 0;
    if (unit < 128) marks |= MARKS[keyOf(before, unit)] ?? 0;
    before = unit < 128 ? unit : 0;
  }
  return marks;
}

function examineMarks(
  { text, start, end, marks }: { text: string; start: number; end: number; marks: number },
  kinds: ReadonlySet<string>,
  found: Candidate[],
): void {
  for (let rest = marks; rest !== 0; rest &= rest - 1) {
    const form = MARKED_FORMS[31 - Math.clz32(rest & -rest)];
    if (form === undefined || !kinds.has(form.kind)) continue;
    const { kind, mark, pattern } = form;
    const word = text.slice(start, end);
    if (!word.includes(mark)) continue;
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
