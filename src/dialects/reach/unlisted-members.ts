import { googleMessage } from './google-messages.ts';
import { CONTAINER_DATA, INSTANCE } from './media-messages.ts';
import { defineMessage, plainName, refused, type Message, type Rule } from './rules.ts';

/** The rule of a member that isn't listed applies to everything in it, too. */
const UNLISTED: Rule = { is: 'message', of: () => NOTHING_LISTED };
const NOTHING_LISTED = defineMessage({});
const INPUT_MEMBER: Rule = { is: 'message', of: () => INSTANCE };
const CONTAINER_MEMBER: Rule = { is: 'message', of: () => CONTAINER_DATA };
const UNKNOWN_TOOL = refused('is not a tool that the gateway knows');
const MISPLACED_CACHE = refused('has the name of a context cache where none is expected');
const MISPLACED_TOOL = refused('has the name of a tool where none is expected');

/** A bound that no real address reaches, in bytes of JSON. */
export const MAXIMUM_ADDRESS_BYTES = 16_384;

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
/** Matches also names with spaces in them, which objects may have. */
const BUCKET_OR_TABLE = /^(?:gs|bq):\/\//i;
/** Matches the same only with a file extension at the end, to tell names with spaces from sentences. */
const FILE_IN_BUCKET = /^gs:\/\/.*\.\w{1,10}$/i;
/**
 * Every host of Cloud Storage, in every spelling that readers of addresses accept.
 * https://cloud.google.com/storage/docs/request-endpoints
 */
const GOOGLES_STORAGE = new RegExp(
  String.raw`^(?:https?:)?[\\/]{2}(?:[^\s\\/?#]*[.@])?` +
    String.raw`(?:(?:commondata)?storage(?:\.[a-z0-9-]+){0,3}\.googleapis\.com|storage\.cloud\.google\.com|` +
    String.raw`www\.googleapis\.com(?=/(?:download/|(?:resumable/)?upload/)?storage/|/batch/storage/))\.?(?:[:\\/?#]|$)`,
  'i',
);
const BASE64 = /^(?:$|(?:[\w+=-]|\\?\/)(?:[\w+/=\s-]|\\(?:[nrt/]|$))*$)/;

/** Returns the rule for a member of an object whose rules don't list it. */
export function ruleForUnlisted(others: Message['others'], name: string): Rule {
  switch (others) {
    case 'tool':
      return UNKNOWN_TOOL;
    case 'container':
      return CONTAINER_MEMBER;
    case 'input':
      return misplaced(name) ?? INPUT_MEMBER;
    case 'unlisted':
      return misplaced(name) ?? UNLISTED;
  }
}

/**
 * True for a text that begins as a place in Cloud Storage or BigQuery, or that is a single word: an address with a scheme,
 * or a full resource name of Google's (https://google.aip.dev/122).
 */
export function looksLikePlace(text: string): boolean {
  if (BUCKET_OR_TABLE.test(text.trim())) return true;
  const word = onlyWord(text);
  return word !== undefined && (SCHEME.test(word) || /^\/\/\w|^projects\/[^/]+\/./.test(word));
}

/** True for a text that is a place in Cloud Storage or BigQuery, and nothing else. */
export function looksLikeGooglesStorage(text: string): boolean {
  if (FILE_IN_BUCKET.test(text.trim())) return true;
  const word = onlyWord(text);
  return word !== undefined && (BUCKET_OR_TABLE.test(word) || GOOGLES_STORAGE.test(word));
}

/** True for the beginning of an address with the scheme `data:`, which is the content itself: RFC 2397. */
export function isData(beginning: string): boolean {
  return /^data:/i.test(beginning);
}

/** True for the beginning of a text, as JSON writes it, that can be base64: no other character, and no space before it. */
export function canBeBytes(beginning: string): boolean {
  return BASE64.test(beginning);
}

/** Refuses Google's names of tools and context caches in places where Google documents none. */
function misplaced(name: string): Rule | undefined {
  const plain = plainName(name);
  if (plain === 'cachedcontent') return MISPLACED_CACHE;
  return plain === 'tools' || googleMessage('Tool').rules.has(plain) ? MISPLACED_TOOL : undefined;
}

/** Readers of addresses ignore white space around them. */
function onlyWord(text: string): string | undefined {
  const word = text.trim();
  return /\s/.test(word) ? undefined : word;
}
