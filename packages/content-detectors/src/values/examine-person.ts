import type { Candidate, Reading, Word } from '../scan/reading.ts';

const LONGEST = 60;
const NAME =
  /\p{Lu}[\p{L}'’-]{1,24}(?: (?:(?:van|von|de|der|den|da|di|del|la|le|bin|al|ter|ten|zu|dos|do) ){0,2}\p{Lu}(?:[\p{L}'’-]{1,24}|\.)){0,3}/uy;
/** One for each character of ASCII that lines of names have. */
const IN_NAMES = new Uint8Array(0x80);
IN_NAMES.fill(1, 0x41, 0x5b);
IN_NAMES.fill(1, 0x61, 0x7b);
for (const mark of "'. -") IN_NAMES[mark.charCodeAt(0)] = 1;

const OTHER_IN_NAMES = /[\p{L}’]/uy;
/** Words that begin with a capital where a name could stand. */
const NO_NAME =
  /^(?:The|This|That|It|Is|Please|Your|My|Our|A|An|And|Or|In|On|At|For|To|From|Of|Not|No|Yes|Der|Die|Das|Ein|Eine|Und|Ist|Le|La|Les|El|Los|Il|Required|String|Unknown|None|Null|True|False|Chair|President|Speaker|What|Which|Who|Name|Address|Email|Phone|Date|Server|Service|Order|Product)$/;

/**
 * Looks for the name of a person after a word that announces one. After a label, one word alone is a thing's.
 * @returns false when it needs more text.
 */
export function examinePerson(
  { text, units, end, isOpen, work }: Reading,
  word: Word,
  { isLabelled }: { readonly isLabelled: boolean },
  found: Candidate[],
): boolean {
  const { start } = word;
  const limit = Math.min(end, start + LONGEST);
  work.units += LONGEST;
  const stop = endOfLine(text, units, start, limit);
  if (stop === limit && limit === end && isOpen) return false;
  NAME.lastIndex = 0;
  const match = NAME.exec(text.slice(start, stop));
  if (match === null) return true;
  const [value] = match;
  const space = value.indexOf(' ');
  if (isLabelled && space < 0) return true;
  if (NO_NAME.test(space < 0 ? value : value.slice(0, space))) return true;
  if (space < 0 && value === value.toUpperCase()) return true;
  found.push({
    kind: 'person',
    detector: 'person',
    start,
    end: start + value.replace(/[ .]+$/, '').length,
    rank: 60,
  });
  return true;
}

/** Returns the place of the first character that names do not have. */
function endOfLine(text: string, units: Uint16Array, start: number, limit: number): number {
  for (let at = start; at < limit; at++) {
    const unit = units[at] ?? 0;
    OTHER_IN_NAMES.lastIndex = at;
    if (unit < 0x80 ? IN_NAMES[unit] === 0 : !OTHER_IN_NAMES.test(text)) return at;
  }
  return limit;
}
