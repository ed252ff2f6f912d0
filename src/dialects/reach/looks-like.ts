/** More than any address has that somebody reads; in bytes of JSON. */
export const MAXIMUM_ADDRESS_BYTES = 16_384;

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
/** Names of objects may have spaces in them. */
const BUCKET_OR_TABLE = /^(?:gs|bq):\/\//i;
/** The same, where sentences are as likely: those don't end as the names of files do. */
const FILE_IN_BUCKET = /^gs:\/\/.*\.\w{1,10}$/i;
/**
 * All hosts of Cloud Storage's, and how readers of addresses let them be spelled.
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
 * Whether a text begins as a place in Cloud Storage or BigQuery, or is an address with a scheme, or a full resource name of
 * Google's (https://google.aip.dev/122), alone.
 */
export function looksLikePlace(text: string): boolean {
  if (BUCKET_OR_TABLE.test(text.trim())) return true;
  const word = onlyWord(text);
  return word !== undefined && (SCHEME.test(word) || /^\/\/\w|^projects\/[^/]+\/./.test(word));
}

/** Whether a text is a place in Cloud Storage or BigQuery, and nothing else. */
export function looksLikeGooglesStorage(text: string): boolean {
  if (FILE_IN_BUCKET.test(text.trim())) return true;
  const word = onlyWord(text);
  return word !== undefined && (BUCKET_OR_TABLE.test(word) || GOOGLES_STORAGE.test(word));
}

/** Whether a text is the content itself: an address of the scheme `data:`, https://www.rfc-editor.org/rfc/rfc2397. */
export function isData(beginning: string): boolean {
  return /^data:/i.test(beginning);
}

/** Whether a text, as its JSON begins, can be bytes in base64: no space stands before it, and nothing else is in it. */
export function canBeBytes(beginning: string): boolean {
  return BASE64.test(beginning);
}

/** Readers of addresses overlook space around them. */
function onlyWord(text: string): string | undefined {
  const word = text.trim();
  return /\s/.test(word) ? undefined : word;
}
