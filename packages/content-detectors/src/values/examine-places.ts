import { CLASSES, DIGIT, LOWER, OTHER_LETTER, UPPER } from '../text/characters.ts';
import { idOf } from '../scan/context.ts';
import type { Candidate, Reading, Word } from '../scan/reading.ts';
import type { NextDigit } from './groups.ts';
import { mayBeRomanceStreet } from './street-names.ts';

const LONGEST_ADDRESS = 90;
/** The code units of work that trying a pattern counts as. */
const WORK_OF_PATTERN = 16;
const LONGEST_COORDINATES = 60;
const PLACE = idOf('place');
const REACH = 40;

const CAPITAL = "\\p{Lu}[\\p{L}'’.-]{0,30}";
const NUMBER = '\\d{1,5}(?: ?[a-zA-Z])?(?:[-/]\\d{1,4}[a-zA-Z]?)?';
const ENGLISH =
  'Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Square|Sq|Place|Pl|Terrace|Close|Crescent|Gardens|Parkway|Pkwy|Highway|Hwy|Circle|Row|Mews|Hill|Grove';
const ROMANCE =
  'rue|avenue|av\\.|boulevard|bd|place|chemin|all[ée]e|impasse|quai|cours|route|calle|c\\/|avenida|avda\\.|plaza|paseo|carrera|via|viale|piazza|corso|largo|rua|pra[çc]a|travessa|estrada';
const SMALL = "(?:de la|de los|de las|de|del|della|delle|dei|di|da|do|das|dos|du|des|la|le|les|l'|d')";
const GERMAN =
  '[\\p{L}-]{0,30}(?:straße|strasse|str\\.|gasse|allee|platz|ufer|damm|straat|laan|plein|gracht|singel|kade|weg|dijk)';
/** A postcode and a town, which may follow a street and its number. */
const TOWN = `(?:,? (?:\\d{4,5}(?: ?[A-Z]{2})?|[A-Z]{1,2}\\d[A-Z\\d]? ?\\d[A-Z]{2})(?: ${CAPITAL}){0,2})?`;

/** Forms of addresses by the class of their first word: a number or a name. */
const AFTER_NUMBER = new RegExp(
  `${NUMBER},? (?:(?:${CAPITAL} ){1,4}(?:${ENGLISH})(?![\\p{L}])\\.?|(?:bis |ter )?(?:${ROMANCE}) (?:${SMALL} ?){0,2}${CAPITAL}(?: (?:${SMALL} )?${CAPITAL}){0,3})${TOWN}`,
  'uy',
);
const AFTER_NAME = new RegExp(
  `(?:(?:${CAPITAL} ){0,3}(?:\\p{Lu}|(?<= ))${GERMAN} ${NUMBER}|(?:${ROMANCE}) (?:${SMALL} ){0,2}${CAPITAL}(?: (?:${SMALL} )?${CAPITAL}){0,4},? (?:n[.º°]? ?)?${NUMBER})${TOWN}`,
  'iuy',
);

const LONGEST_NUMBER = 10;
const LONGEST_STREET_WORD = 16;
/** One for each character that no address goes over. */
const STOPS = new Uint8Array(0x80);
for (const mark of '\n;"()[]{}<>') STOPS[mark.charCodeAt(0)] = 1;
const BLANK = 0x20;
const COMMA = 0x2c;
const ROMANCE_WORD = new RegExp(`(?:bis |ter )?(?:${ROMANCE}) `, 'iuy');

function mayBeStreet(text: string, units: Uint16Array, at: number): boolean {
  const kind = CLASSES[units[at] ?? 0] ?? 0;
  if ((kind & (UPPER | OTHER_LETTER)) !== 0) return true;
  if (kind !== LOWER || !mayBeRomanceStreet(units, at)) return false;
  ROMANCE_WORD.lastIndex = at;
  return ROMANCE_WORD.test(text);
}

/** Looks for a street and a number, and for coordinates. @returns false when it needs more text. */
export function examineStreet(
  { text, units, end, isOpen, work }: Reading,
  word: Word,
  digits: NextDigit,
  found: Candidate[],
): boolean {
  const { start } = word;
  const startsWithDigit = CLASSES[units[start] ?? 0] === DIGIT;
  const limit = Math.min(end, start + LONGEST_ADDRESS);
  if (startsWithDigit) {
    // A number that no name of a street follows is no address: most numbers are decided here.
    if (word.end - start > LONGEST_NUMBER) return true;
    const next = units[word.end] === COMMA ? word.end + 1 : word.end;
    if (next + LONGEST_STREET_WORD >= end && isOpen) return false;
    if (units[next] !== BLANK || !mayBeStreet(text, units, next + 1)) return true;
  }
  if (isOpen && limit === end && !hasStop(units, start, limit)) return false;
  if (!startsWithDigit && !digits.isWithin(units, start, limit)) return true;
  work.units += WORK_OF_PATTERN;
  const pattern = startsWithDigit ? AFTER_NUMBER : AFTER_NAME;
  pattern.lastIndex = 0;
  const match = pattern.exec(text.slice(start, limit));
  if (match !== null)
    found.push({
      kind: 'street-address',
      detector: 'street-address',
      start,
      end: start + match[0].length,
      rank: 44,
    });
  return true;
}

function hasStop(units: Uint16Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const unit = units[at] ?? 0;
    if (unit < 0x80 && STOPS[unit] === 1) return true;
  }
  return false;
}

const COORDINATES =
  /-?(?:[1-8]?\d|90)\.\d{3,10}°?(?: ?[NS])?(?:, ?| |; ?|\/)-?(?:1[0-7]\d|180|\d{1,2})\.\d{3,10}°?(?: ?[EWO])?(?![\d.])|\d{1,2}°\d{1,2}['′’]\d{1,2}(?:\.\d{1,4})?["″”]? ?[NS],? ?\d{1,3}°\d{1,2}['′’]\d{1,2}(?:\.\d{1,4})?["″”]? ?[EWO]/y;

/** Looks for two decimal numbers after a word of places. @returns false when it needs more text. */
export function examineCoordinates(
  { text, end, isOpen, base, context, work }: Reading,
  word: Word,
  found: Candidate[],
): boolean {
  if (!context.isNear(PLACE, base + word.end, REACH + LONGEST_COORDINATES)) return true;
  const mark = text.slice(word.start, Math.min(word.end + 1, word.start + 32)).search(/-?\d{1,3}[.°]/);
  if (mark < 0 || (mark > 0 && /\w/.test(text.charAt(word.start + mark - 1)))) return true;
  const start = word.start + mark;
  if (!context.isNear(PLACE, base + start, REACH)) return true;
  const limit = Math.min(end, start + LONGEST_COORDINATES);
  if (limit === end && isOpen) return false;
  work.units += LONGEST_COORDINATES;
  COORDINATES.lastIndex = 0;
  const match = COORDINATES.exec(text.slice(start, limit));
  if (match !== null)
    found.push({
      kind: 'coordinates',
      detector: 'coordinates',
      start,
      end: start + match[0].length,
      rank: 9,
    });
  return true;
}
