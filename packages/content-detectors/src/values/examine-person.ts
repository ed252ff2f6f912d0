import type { Candidate, Reading, Word } from '../scan/reading.ts';

const LONGEST = 60;
const NAME =
  /\p{Lu}[\p{L}'’-]{1,24}(?: (?:(?:van|von|de|der|den|da|di|del|la|le|bin|al|ter|ten|zu|dos|do) ){0,2}\p{Lu}(?:[\p{L}'’-]{1,24}|\.)){0,3}/uy;
/** Words that begin with a capital where a name could stand. */
const NO_NAME =
  /^(?:The|This|That|It|Is|Please|Your|My|Our|A|An|And|Or|In|On|At|For|To|From|Of|Not|No|Yes|Der|Die|Das|Ein|Eine|Und|Ist|Le|La|Les|El|Los|Il|Required|String|Unknown|None|Null|True|False|Chair|President|Speaker|What|Which|Who|Name|Address|Email|Phone|Date|Server|Service|Order|Product)$/;

/**
 * Looks for the name of a person after a word that announces one. After a label, one word alone is a thing's.
 * @returns false when it needs more text.
 */
export function examinePerson(
  { text, end, isOpen, work }: Reading,
  word: Word,
  { isLabelled }: { readonly isLabelled: boolean },
  found: Candidate[],
): boolean {
  const { start } = word;
  const limit = Math.min(end, start + LONGEST);
  work.units += LONGEST;
  const line = text.slice(start, limit);
  const stop = line.search(/[^\p{L}'’. -]/u);
  if (stop < 0 && limit === end && isOpen) return false;
  NAME.lastIndex = 0;
  const match = NAME.exec(stop < 0 ? line : line.slice(0, stop));
  if (match === null) return true;
  const [value] = match;
  const [first = ''] = value.split(' ');
  if (isLabelled && !value.includes(' ')) return true;
  if (NO_NAME.test(first) || (value === value.toUpperCase() && !value.includes(' '))) return true;
  found.push({
    kind: 'person',
    detector: 'person',
    start,
    end: start + value.replace(/[ .]+$/, '').length,
    rank: 60,
  });
  return true;
}
