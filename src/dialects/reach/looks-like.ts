/** More than any address has that somebody reads; in bytes of JSON. */
export const MAXIMUM_ADDRESS_BYTES = 16_384;

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
const GOOGLES_STORAGE =
  /^(?:gs|bq):\/\/|^(?:https?:)?\/\/(?:[\w.-]+\.)?storage\.(?:googleapis|cloud\.google)\.com(?:[:/]|$)/i;

/** Whether a text is an address with a scheme, or a full resource name of Google's (https://google.aip.dev/122), alone. */
export function looksLikePlace(text: string): boolean {
  const word = onlyWord(text);
  return word !== undefined && (SCHEME.test(word) || /^\/\/\w|^projects\/[^/]+\/./.test(word));
}

/** Whether a text is a place in Cloud Storage or BigQuery, and nothing else. */
export function looksLikeGooglesStorage(text: string): boolean {
  const word = onlyWord(text);
  return word !== undefined && GOOGLES_STORAGE.test(word);
}

/** Whether a text is the content itself: an address of the scheme `data:`, https://www.rfc-editor.org/rfc/rfc2397. */
export function isData(beginning: string): boolean {
  return /^data:/i.test(beginning);
}

/** Whether a text can be bytes in base64: no scheme stands before it, and no escape hides one. */
export function canBeBytes(beginning: string): boolean {
  return !/:|\\u/.test(beginning);
}

/** Readers of addresses overlook space around them. */
function onlyWord(text: string): string | undefined {
  const word = text.trim();
  return /\s/.test(word) ? undefined : word;
}
