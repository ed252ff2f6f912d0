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

/** Readers of addresses ignore white space around them. */
function onlyWord(text: string): string | undefined {
  const word = text.trim();
  return /\s/.test(word) ? undefined : word;
}
