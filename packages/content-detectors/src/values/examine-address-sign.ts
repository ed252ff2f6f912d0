import { AT, CLASSES, LETTER, DIGIT } from '../text/characters.ts';
import type { Candidate, Reading, Word } from '../scan/reading.ts';

const LONGEST_LOCAL = 64;
const LONGEST_DOMAIN = 253;
const LONGEST_LABEL = 63;
/** Endings of names that are none of e-mail domains. https://www.rfc-editor.org/rfc/rfc6762#appendix-G, and files. */
const NO_DOMAINS = new Set(
  'local localdomain localhost lan internal intranet png jpg jpeg gif svg webp avif ico js mjs cjs ts tsx jsx css scss html json xml yml yaml txt pdf zip gz tgz'.split(
    ' ',
  ),
);

const SIGN = 0x40;
const HYPHEN = 0x2d;
const PERIOD = 0x2e;
const UNDERSCORE = 0x5f;

function isLocal(unit: number): boolean {
  const kind = CLASSES[unit] ?? 0;
  return (
    (kind & (LETTER | DIGIT)) !== 0 ||
    unit === PERIOD ||
    unit === HYPHEN ||
    unit === UNDERSCORE ||
    unit === 0x2b ||
    unit === 0x27
  );
}

function isDomain(unit: number): boolean {
  const kind = CLASSES[unit] ?? 0;
  return (kind & (LETTER | DIGIT)) !== 0 || unit === PERIOD || unit === HYPHEN;
}

/** Looks for e-mail addresses, around each `@`. https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1 */
export function examineEmails({ text, units, work }: Reading, word: Word, found: Candidate[]): void {
  for (let at = word.start; at < word.end; at++) {
    if (units[at] !== SIGN) continue;
    let start = at;
    const first = Math.max(word.start, at - LONGEST_LOCAL);
    while (start > first && isLocal(units[start - 1] ?? 0)) start -= 1;
    while (
      start < at &&
      !((CLASSES[units[start] ?? 0] ?? 0) & (LETTER | DIGIT)) &&
      units[start] !== UNDERSCORE
    )
      start += 1;
    if (start === at || units[at - 1] === PERIOD) continue;
    let end = at + 1;
    const last = Math.min(word.end, at + 1 + LONGEST_DOMAIN);
    while (end < last && isDomain(units[end] ?? 0)) end += 1;
    work.units += end - start;
    while (end > at && !((CLASSES[units[end - 1] ?? 0] ?? 0) & (LETTER | DIGIT))) end -= 1;
    if (!isMailDomain(text, units, at + 1, end)) continue;
    const after = units[end] ?? 0;
    // https://git-scm.com/docs/git-clone#_git_urls: a place of a repository, which nobody reads mail at.
    if (after === 0x3a && text.slice(start, at) === 'git') continue;
    if (end < word.end && (CLASSES[after] ?? 0) === AT) continue;
    found.push({ kind: 'email', detector: 'email', start, end, rank: 50 });
  }
}

function isMailDomain(text: string, units: Uint16Array, start: number, end: number): boolean {
  let label = start;
  let isPicture = false;
  for (let at = start; at <= end; at++) {
    if (at < end && units[at] !== PERIOD) continue;
    if (at === label || at - label > LONGEST_LABEL || units[label] === HYPHEN) return false;
    // `logo@2x.png`
    if (label === start && isScale(units, start, at)) isPicture = true;
    if (at < end) label = at + 1;
  }
  return label > start && !isPicture && isTopLevel(text, units, label, end);
}

/** Tells if a label is the scale of a picture: digits and an `x`. */
function isScale(units: Uint16Array, start: number, end: number): boolean {
  if (end - start < 2 || units[end - 1] !== 0x78) return false;
  for (let at = start; at < end - 1; at++) if (CLASSES[units[at] ?? 0] !== DIGIT) return false;
  return true;
}

function isTopLevel(text: string, units: Uint16Array, start: number, end: number): boolean {
  let isPlain = end - start >= 2;
  for (let at = start; at < end && isPlain; at++) isPlain = CLASSES[units[at] ?? 0] !== DIGIT;
  const top = text.slice(start, end);
  return isPlain ? !NO_DOMAINS.has(top.toLowerCase()) : /^xn--/i.test(top);
}

/** A URL with a password: https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1 */
const URL_PASSWORD =
  /[a-z][a-z0-9+.-]{1,30}:\/\/([^\s:@/?#]{0,128}):([^\s@/?#]{1,256}|[^\s@]{1,256}?)@(?=[\w[.%-])/giy;

/** Looks for passwords in URLs: `postgres://app:password@host/database`. */
export function examineUrlPasswords({ text }: Reading, word: Word, found: Candidate[]): void {
  const value = text.slice(word.start, word.end);
  const place = value.indexOf('://');
  if (place < 0) return;
  const from = Math.max(0, value.slice(Math.max(0, place - 31), place).search(/[a-z][a-z0-9+.-]{0,30}$/i));
  URL_PASSWORD.lastIndex = Math.max(0, place - 31) + from;
  const match = URL_PASSWORD.exec(value);
  const password = match?.[2] ?? '';
  if (match === null || isNoPassword(password)) return;
  const end = word.start + match.index + match[0].length - 1;
  found.push({
    kind: 'connection-string',
    detector: 'connection-string',
    start: end - password.length,
    end,
    rank: 5,
  });
}

function isNoPassword(password: string): boolean {
  return (
    /^(?:[$<{%*[]|x{3,}$|(?:my|your|replace|change)[-_]?(?:with|me|pass|pwd|secret)|pass(?:word)?$|pwd$|secret$|redacted|example|xyz$|bar$|\.{3})/i.test(
      password,
    ) || /^\*+$/.test(password)
  );
}
