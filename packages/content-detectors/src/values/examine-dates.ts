import { idOf } from '../scan/context.ts';
import type { Candidate, Reading, Word } from '../scan/reading.ts';

const BIRTH = idOf('birth');
const REACH = 40;
const LONGEST = 32;

const MONTHS =
  'jan(?:uar[yi]?|vier)?|feb(?:ruar[yi]?)?|f[ée]v(?:rier|ereiro)?|m[aä]r(?:ch|z|s|zo)?|mars|maart|marzo|mar[çc]o|apr(?:il|ile)?|avr(?:il)?|abr(?:il)?|ma[iy]|mayo|maio|mei|maggio|jun[ei]?|jun(?:io|ho)|juin|giugno|jul[yi]?|jul(?:io|ho)|juil(?:let)?|luglio|aug(?:ust|ustus)?|ao[uû]t|agosto|sep(?:t(?:ember|embre|iembre)?)?|settembre|setembro|o[ck]t(?:ober|obre|ubre)?|ottobre|outubro|nov(?:ember|embre|iembre|embro)?|de[cz](?:ember|embre|iembre|embro)?|d[ée]cembre|dicembre|diciembre|dezembro|enero|janeiro|gennaio|febrero|febbraio|fevereiro|aprile';
const YEAR = '(?:1[89]|20)\\d\\d';
const DATE = new RegExp(
  `(?:\\d{1,2}([./-])(?:\\d{1,2})\\1(?:${YEAR}|\\d\\d)|\\d{1,2}\\. ?\\d{1,2}\\. ?${YEAR}|${YEAR}([./-])\\d{1,2}\\2\\d{1,2}|\\d{1,2}(?:st|nd|rd|th|er|º|\\.)?[ -](?:of |de |d'|di )?(?:${MONTHS})\\.?,?[ -](?:de |del )?${YEAR}|(?:${MONTHS})\\.? \\d{1,2}(?:st|nd|rd|th)?,? ${YEAR})(?!\\w)`,
  'iy',
);

const BORN = ' geboren';
const SHORTEST_DATE = 8;
const LONGEST_DATE = 10;

/** Looks for a date that the word follows: `am 12.03.1980 geboren`. @returns false when it needs more text. */
export function examineDateOfBorn(
  { text, end, isOpen, work }: Reading,
  word: Word,
  found: Candidate[],
): boolean {
  const length = word.end - word.start;
  if (length < SHORTEST_DATE || length > LONGEST_DATE || text.charCodeAt(word.end) !== BORN.charCodeAt(0))
    return word.end < end || length > LONGEST_DATE || length < SHORTEST_DATE || !isOpen;
  work.units += BORN.length;
  const after = text.slice(word.end, Math.min(end, word.end + BORN.length));
  if (!BORN.startsWith(after)) return true;
  if (after.length < BORN.length) return !isOpen;
  DATE.lastIndex = 0;
  const value = text.slice(word.start, word.end);
  if (DATE.exec(value)?.[0] === value)
    found.push({
      kind: 'date-of-birth',
      detector: 'date-of-birth',
      start: word.start,
      end: word.end,
      rank: 8,
    });
  return true;
}

/** Looks for a date after a word of birth. @returns false when it needs more text. */
export function examineDate(
  { text, end, isOpen, base, context, work }: Reading,
  word: Word,
  found: Candidate[],
): boolean {
  let start = word.start;
  if (!context.isNear(BIRTH, base + word.end, REACH + LONGEST)) return true;
  // `born:1980-03-12`
  const mark = text.slice(start, word.end).search(/\d/);
  if (mark > 0 && /[=:]/.test(text.charAt(start + mark - 1))) start += mark;
  if (!context.isNear(BIRTH, base + start, REACH)) return true;
  const limit = Math.min(end, start + LONGEST);
  if (limit === end && isOpen) return false;
  work.units += LONGEST;
  DATE.lastIndex = 0;
  const match = DATE.exec(text.slice(start, limit));
  if (match !== null) {
    found.push({
      kind: 'date-of-birth',
      detector: 'date-of-birth',
      start,
      end: start + match[0].length,
      rank: 8,
    });
  }
  return true;
}
