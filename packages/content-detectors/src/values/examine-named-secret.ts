import { idOf } from '../scan/context.ts';
import { isCode } from './code-names.ts';
import type { Announced, Candidate, Reading, Word } from '../scan/reading.ts';

/** Texts that documents and code have in the place of a secret. */
const NO_SECRET =
  /^(?:[$<{%[(*#]|process\.|os\.|env\.|config\.|settings\.|self\.|this\.|req\.|secrets?\.|var\.|local\.|data\.|module\.|params\.|options\.|@|--|\.\.\.|x{3,}|your|my[-_]?|some[-_]|example|sample|test$|dummy|fake|placeholder|changeme|change[-_]me|todo|none$|null$|nil$|undefined$|true$|false$|string$|required|optional|redacted|hidden|secret$|password$|token$|key$|n\/a|tbd|enter|insert|replace|[a-z][a-z+]{1,20}:\/\/|file:|\/|\.{1,2}\/|arn:|vault:|ref[+:]|get[A-Z_]|fetch|read)/i;

const UUID = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i;
const DATE = /^\d{4}-\d\d-\d\d/;
/** The next parameter of a form or a query: `client_secret=…&grant_type=…`. */
const NEXT_PARAMETER = /&[\w.[\]-]{1,64}=.*$/;
const TRAILING = /[.,!?:;]+$/;

/** Bits of information in a character, by how often each occurs. https://en.wikipedia.org/wiki/Entropy_(information_theory) */
function entropyOf(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let entropy = 0;
  for (const count of counts.values()) entropy -= (count / value.length) * Math.log2(count / value.length);
  return entropy;
}

const LONGEST = 512;
const ISSUER_REACH = 60;

/** Secrets that have no form of their own, but whose issuer is named. */
const ISSUERS: readonly { readonly kind: string; readonly name: number; readonly pattern: RegExp }[] = [
  { kind: 'aws-key', name: idOf('aws'), pattern: /^[A-Za-z0-9/+]{40}$/ },
  { kind: 'twilio-key', name: idOf('twilio'), pattern: /^[a-f0-9]{32}$/ },
  {
    kind: 'azure-secret',
    name: idOf('cloud'),
    pattern: /^[A-Za-z0-9+/]{43}=$|^[A-Za-z0-9+/]{86}==$|^[a-f0-9]{32}$/,
  },
  { kind: 'connection-string', name: idOf('server'), pattern: /^/ },
];

/** A server before a password makes a connection string only where the password is a setting. */
const KEY_ISSUERS = ISSUERS.filter(({ kind }) => kind !== 'connection-string');

const JUDGES: Readonly<Record<Announced['secret'], (value: string, isAssigned: boolean) => boolean>> = {
  password: isPassword,
  key: isKey,
  login: isLogin,
};

/** Looks for a value that a word before it names as a secret: `api_key = …`, `my password is …`. */
export function examineNamedSecret(
  { text, base, context, work }: Reading,
  word: Word,
  announced: Announced,
  start: number,
  found: Candidate[],
): void {
  const value = text
    .slice(start, Math.min(word.end, start + LONGEST))
    .replace(announced.isAssigned ? NEXT_PARAMETER : '', '')
    .replace(TRAILING, '');
  work.units += value.length;
  const isQuoted = /["']/.test(text.charAt(start - 1));
  if (!JUDGES[announced.secret](value, announced.isAssigned) || isCode(value, isQuoted)) return;
  const issuers = announced.secret === 'login' ? [] : announced.isAssigned ? ISSUERS : KEY_ISSUERS;
  const issuer = issuers.find(
    ({ name, pattern }) => pattern.test(value) && context.isNear(name, base + start, ISSUER_REACH),
  );
  const kind = issuer?.kind ?? 'named-secret';
  found.push({ kind, detector: kind, start, end: start + value.length, rank: 45 });
}

function isPassword(value: string, isAssigned: boolean): boolean {
  if (value.length < (isAssigned ? 6 : 7) || NO_SECRET.test(value) || UUID.test(value) || DATE.test(value))
    return false;
  // The name of the next setting stands where a value is left out.
  if (/^[a-z][\w.-]*=$/i.test(value)) return false;
  if (/[()[\]{}]/.test(value) || /^\d{1,3}(?:\.\d+)*$/.test(value)) return false;
  const mixed =
    Number(/[a-z]/.test(value)) +
    Number(/[A-Z]/.test(value)) +
    Number(/\d/.test(value)) +
    Number(/[^\w]|_/.test(value));
  if (isAssigned) return mixed >= 2 || entropyOf(value) > 3.2 || !/^[a-z]+$/.test(value);
  return mixed >= 3 || (/\d/.test(value) && mixed >= 2);
}

/** A name and a password, either of which may be left out. */
function isLogin(value: string): boolean {
  const [, password = ''] = /^[^:]{0,128}:(.{4,})$/.exec(value) ?? [];
  return password !== '' && !NO_SECRET.test(password);
}

function isKey(value: string): boolean {
  if (value.length < 16 || NO_SECRET.test(value) || DATE.test(value)) return false;
  if (!/^[\w+/=.~:@!-]+$/.test(value) || /^(?:sha\d+|md5|v\d+)[:-]/i.test(value)) return false;
  if (!/\d/.test(value) || !/[a-z]/i.test(value) || UUID.test(value)) return false;
  // Names of things have words between their joiners.
  if (/^[a-z]+(?:[-_.:/][a-z]+\d*)*\d*$/i.test(value)) return false;
  if (/^[a-z]{2,}\d{0,5}(?:[-_.:/](?:[a-z]{2,}\d{0,5}|\d{1,10}))+$/i.test(value)) return false;
  return entropyOf(value) >= 3;
}
