import { isUtf8 } from 'node:buffer';

/** Shorter texts in the alphabet of base64 are words. */
const MINIMUM_BASE64_UNITS = 8;
const ALPHABET = /^[\w+/=\s-]*$/;
const PADDING = /^=\s*(?:=\s*)?$/;
const SLICE_UNITS = 65_536;
/** Enough of a file to know its content by. */
const BEGINNING_UNITS = 64;
const BEGINNING = /^[\w+/-]+$/;

/** Returns the first bytes of a text that begins as base64; undefined for any other text. */
export function beginningOf(base64: string): Uint8Array | undefined {
  const beginning = base64.slice(0, BEGINNING_UNITS).replace(/[\s=]/g, '');
  return beginning.length >= MINIMUM_BASE64_UNITS && BEGINNING.test(beginning)
    ? Buffer.from(beginning, 'base64')
    : undefined;
}

/** Returns true for the first bytes of a text, whose last character may be cut. */
export function beginsAsText(bytes: Uint8Array): boolean {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) return true;
  return !bytes.includes(0) && [0, 1, 2, 3].some((cut) => isUtf8(bytes.subarray(0, bytes.byteLength - cut)));
}

/** Counts work, in code units. Returns a promise when other calls must have their turn first. */
export type Spend = (units: number) => Promise<void> | undefined;

/**
 * Decodes base64 of either alphabet, with or without white space in it; undefined for any other text. A long text is read in
 * turns of the event loop.
 */
export async function decodeBase64(text: string, spend: Spend): Promise<Uint8Array | undefined> {
  if (text.length < MINIMUM_BASE64_UNITS) return undefined;
  const padding = text.indexOf('=');
  if (padding >= 0 && !PADDING.test(text.slice(padding))) return undefined;
  if (!(await isInAlphabet(padding < 0 ? text : text.slice(0, padding), spend))) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.byteLength === 0 ? undefined : bytes;
}

/** Returns true for a text that has only the letters of base64 of either alphabet, its padding, and white space. */
export async function isInAlphabet(text: string, spend: Spend): Promise<boolean> {
  for (let from = 0; from < text.length; from += SLICE_UNITS) {
    if (!ALPHABET.test(text.slice(from, from + SLICE_UNITS))) return false;
    const pending = spend(Math.min(SLICE_UNITS, text.length - from) / 8);
    if (pending) await pending;
  }
  return true;
}

/** Encodes bytes in the alphabet that a text of base64 has. */
export function encodeLike(base64: string, bytes: Uint8Array): string {
  return Buffer.from(bytes).toString(/[-_]/.test(base64) ? 'base64url' : 'base64');
}

/** A text in bytes, and the way back. */
export interface DecodedText {
  readonly text: string;
  readonly encode: (text: string) => Uint8Array;
}

/** Decodes the bytes of a text in UTF-8, or in UTF-16 with its mark; undefined for bytes that are no text. */
export function decodeText(bytes: Uint8Array): DecodedText | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return inUtf16(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff && bytes.byteLength % 2 === 0) {
    const { text, encode } = inUtf16(Buffer.from(bytes).swap16());
    return { text, encode: (changed) => Buffer.from(encode(changed)).swap16() };
  }
  if (!isUtf8(bytes) || bytes.includes(0)) return undefined;
  return { text: Buffer.from(bytes).toString('utf8'), encode: (text) => Buffer.from(text, 'utf8') };
}

/** Decodes bytes of an unknown encoding one by one, so that what is plain in them is found and every other byte stays. */
export function decodeEachByte(bytes: Uint8Array): DecodedText {
  return { text: Buffer.from(bytes).toString('latin1'), encode: (text) => Buffer.from(text, 'latin1') };
}

function inUtf16(bytes: Uint8Array): DecodedText {
  return { text: Buffer.from(bytes).toString('utf16le'), encode: (text) => Buffer.from(text, 'utf16le') };
}
