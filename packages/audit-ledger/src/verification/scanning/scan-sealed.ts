import { isUtf8 } from 'node:buffer';
import { checkSeal, type SealPublicKey } from '../../keys/seal-key.ts';
import { hashEntry, sealedText } from '../../ledger/ledger-entry.ts';
import { hashIdIn } from '../id-set.ts';
import { createCorrectableHash } from '../references.ts';

/** The chain of a piece, and the lines of it that are to be shown. */
export interface ScanRules {
  readonly writer: string;
  /** The authentic key by which the chain's seals are checked. */
  readonly sealKey: SealPublicKey;
  /** True to show every closing. */
  readonly showsClosings: boolean;
  /** Closings after this sequence are shown. */
  readonly shipped: number;
  /** True to show the closings whose records name a content. */
  readonly showsContents: boolean;
  /** The first and the last time after this one are noted. It is an instant as entries write it, or empty. */
  readonly notedAfter: string;
  /** The seed by which ids are hashed. */
  readonly seed: number;
}

/**
 * The facts about a piece of a chain whose last line is a fitting seal, to which all lines before it lead. Its plain calls,
 * of which nothing is to be looked at, are counted; its other lines are shown.
 */
export interface SealedScan {
  /** The sequences of the first and the last line. */
  readonly first: number;
  readonly last: number;
  /** The hash that the first line names as that of the line before. */
  readonly before: string;
  /** The hashes of all lines in their order, side by side: 64 characters each. */
  readonly hashes: string;
  readonly firstTime: string;
  readonly lastTime: string;
  /** The first and the last time after `notedAfter`; undefined where there is none. */
  readonly noted: { readonly first: string; readonly last: string } | undefined;
  /** The number of plain openings. Each has its plain closing in the piece. */
  readonly openings: number;
  /** The plain closings in their order: `NUMBERS_OF_A_CLOSING` numbers for each, which `ClosingNumber` names. */
  readonly closings: Uint32Array<ArrayBuffer>;
  /** The plain closings whose opening is not in the piece, by their indexes. */
  readonly unopened: readonly number[];
  /** The lines that are shown, in their order. */
  readonly shown: readonly ShownLine[];
  /** True when the last two lines are the end of the chain and its seal. */
  readonly isEnd: boolean;
}

/** The place of a line in a piece: its index, and the bytes at which it begins and ends without its line break. */
export interface ShownLine {
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/**
 * The numbers of a plain closing: the bytes at which the id of its record begins and ends, the hash of the id, and the hash
 * by which a correction finds the closing.
 */
export const ClosingNumber = { idStart: 0, idEnd: 1, low: 2, high: 3, namedLow: 4, namedHigh: 5 } as const;
export const NUMBERS_OF_A_CLOSING = 6;

const LINE_BREAK = 0x0a;
const BRACE = 0x7b;
const QUOTE = 0x22;
const ZERO = 0x30;
const NINE = 0x39;
/** The bytes of the first line in which its place is looked for, and those of the last one that hold a seal. */
const HEAD_BYTES = 512;
const BEGINNING = /^\{"v":1,"writer":"[^"]*","sequence":(0|[1-9]\d{0,14}),"previous":"([0-9a-f]{64})"/;
const INSTANT = '0000-00-00T00:00:00.000Z';
const BEFORE_KIND = Buffer.from('","kind":"');
/** The record of an ordinary call begins so. `ChainLines` puts everything that makes a call another before that. */
const OPENING = Buffer.from('opening","record":{"version":1,"id":"');
const CLOSING = Buffer.from('closing","record":{"version":1,"id":"');
const SEAL = Buffer.from('seal","value":"');
const END = Buffer.from('end"');
const SEAL_VALUE = /^([\w-]+)"\}$/;
/** The bytes of ids that need no escape. */
const ID_BYTES = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[\w-]/.test(String.fromCharCode(byte)) ? 1 : 0,
);

/**
 * Scans a piece of a chain that ends with a seal. Each line must name its sequence and the hash of the line before it, and
 * the seal must fit. Then the process of the chain wrote the lines, and a plain call needs no parsing.
 * @param bytes whole lines.
 * @returns undefined where a line is not as a gateway writes it, or the seal does not fit: the lines are to be looked at
 * one by one then.
 */
export function scanSealed(bytes: Buffer, rules: ScanRules): SealedScan | undefined {
  const [, digits, before] = BEGINNING.exec(bytes.toString('latin1', 0, HEAD_BYTES)) ?? [];
  if (digits === undefined || before === undefined || !isUtf8(bytes)) return undefined;
  const first = Number(digits);
  const place = createPlaceText(rules.writer, digits, before);
  const times = createTimes(bytes, rules.notedAfter);
  const calls = createPlainCalls(bytes, rules);
  const shown: ShownLine[] = [];
  const hashes: string[] = [];
  let isAfterEnd = false;
  let isEnd = false;
  let sealStart = 0;
  for (let start = 0, index = 0; start < bytes.length; index += 1) {
    const end = bytes.indexOf(LINE_BREAK, start);
    const timeStart = start + place.length();
    const kindStart = timeStart + INSTANT.length + BEFORE_KIND.length;
    const isPlaced = end >= 0 && !isEnd && place.isAt(bytes, start);
    if (!isPlaced || !times.take(timeStart) || !holds(bytes, kindStart - BEFORE_KIND.length, BEFORE_KIND))
      return undefined;
    const hash = hashEntry(bytes.subarray(start, end));
    hashes.push(hash);
    const isSeal = holds(bytes, kindStart, SEAL);
    // Only the seal that ends the piece can follow an end: a line after the next one is not placed.
    isEnd = isAfterEnd;
    isAfterEnd = holds(bytes, kindStart, END);
    sealStart = isSeal ? kindStart + SEAL.length : 0;
    const line = { index, start, end };
    if (!isSeal && !calls.take(line, kindStart, first + index, hash)) shown.push(line);
    start = end + 1;
    if (start < bytes.length) place.next(hash);
  }
  const last = first + hashes.length - 1;
  const [, value] =
    sealStart > 0 ? (SEAL_VALUE.exec(bytes.toString('latin1', sealStart, bytes.length - 1)) ?? []) : [];
  const span = times.end();
  const previous = hashes.at(-2) ?? before;
  const sealed = sealedText(rules.writer, { sequence: last, previous, time: span.lastTime });
  if (value === undefined || !checkSeal(rules.sealKey, sealed, value)) return undefined;
  const { unclosed, ...plain } = calls.end();
  return {
    first,
    last,
    before,
    hashes: hashes.join(''),
    ...span,
    ...plain,
    shown: [...shown, ...unclosed].sort((one, other) => one.index - other.index),
    isEnd,
  };
}

/** Tells whether bytes stand at a place. */
function holds(bytes: Buffer, at: number, expected: Buffer): boolean {
  for (let index = 0; index < expected.length; index += 1)
    if (bytes[at + index] !== expected[index]) return false;
  return true;
}

/** Starts the text with which a line must begin, up to its time, for one line after the other. */
function createPlaceText(writer: string, sequence: string, previous: string) {
  const before = `{"v":1,"writer":"${writer}","sequence":`;
  const between = ',"previous":"';
  let number = Number(sequence);
  let digits = sequence.length;
  let text = Buffer.from(`${before}${sequence}${between}${previous}","time":"`);
  return {
    length: () => text.length,
    isAt: (bytes: Buffer, at: number) => text.compare(bytes, at, at + text.length) === 0,
    /** Goes on to the next line. @param hash the hash of the line before it. */
    next(hash: string): void {
      number += 1;
      let rest = number;
      let at = before.length + digits - 1;
      for (; at >= before.length; at -= 1, rest = Math.floor(rest / 10)) text[at] = ZERO + (rest % 10);
      if (rest > 0) {
        digits += 1;
        text = Buffer.from(`${before}${number}${between}${hash}","time":"`);
      } else text.write(hash, before.length + digits + between.length, 'latin1');
    },
  };
}

/** Starts to take the times of lines. */
function createTimes(bytes: Buffer, notedAfter: string) {
  const bound = Buffer.from(notedAfter);
  const isInstant = (at: number): boolean => {
    for (let index = 0; index < INSTANT.length; index += 1) {
      const byte = bytes[at + index] ?? 0;
      const expected = INSTANT.charCodeAt(index);
      if (expected === ZERO ? byte < ZERO || byte > NINE : byte !== expected) return false;
    }
    return true;
  };
  const isNoted = (at: number): boolean => bytes.compare(bound, 0, bound.length, at, at + INSTANT.length) > 0;
  const timeAt = (at: number): string => bytes.toString('latin1', at, at + INSTANT.length);
  let first = -1;
  let last = -1;
  let noted: { readonly first: number; last: number } | undefined;
  return {
    /** Takes the time at a place. @returns false where there is none. */
    take(at: number): boolean {
      if (!isInstant(at)) return false;
      if (first < 0) first = at;
      last = at;
      if (isNoted(at)) {
        noted ??= { first: at, last: at };
        noted.last = at;
      }
      return true;
    },
    end: () => ({
      firstTime: timeAt(first),
      lastTime: timeAt(last),
      noted: noted && { first: timeAt(noted.first), last: timeAt(noted.last) },
    }),
  };
}

/** An opening whose closing is looked for, and the place of its id. */
interface OpenLine {
  readonly line: ShownLine;
  readonly idStart: number;
  readonly idEnd: number;
}

/** Starts to take the plain calls out of the lines of a piece. */
function createPlainCalls(bytes: Buffer, { writer, showsClosings, shipped, showsContents, seed }: ScanRules) {
  /** The openings by one number of the hash of their ids. */
  const open = new Map<number, OpenLine>();
  const others: ShownLine[] = [];
  const closings: number[] = [];
  const unopened: number[] = [];
  const hashCorrectable = createCorrectableHash(writer, seed);
  let openings = 0;

  /** Tells whether a record has a member that is an object. The only one is the reference to its content. */
  const hasContent = (idEnd: number, { end }: ShownLine): boolean => {
    const brace = bytes.indexOf(BRACE, idEnd);
    return brace >= 0 && brace < end;
  };
  /** Takes the opening of a call out of those that are open. @returns false where it is not there. */
  const close = (key: number, idStart: number, idEnd: number): boolean => {
    const opening = open.get(key);
    const isThere =
      opening !== undefined && bytes.compare(bytes, opening.idStart, opening.idEnd, idStart, idEnd) === 0;
    if (isThere) open.delete(key);
    return isThere;
  };
  return {
    /** Takes a line. @returns false where it is no plain call, and to be shown. */
    take(line: ShownLine, kindStart: number, sequence: number, hash: string): boolean {
      const isOpening = holds(bytes, kindStart, OPENING);
      if (!isOpening && !holds(bytes, kindStart, CLOSING)) return false;
      const idStart = kindStart + OPENING.length;
      let idEnd = idStart;
      while (ID_BYTES[bytes[idEnd] ?? 0] === 1) idEnd += 1;
      if (idEnd === idStart || bytes[idEnd] !== QUOTE) return false;
      const [low, high] = hashIdIn(bytes, idStart, idEnd, seed);
      const key = high * 0x10_0000 + (low & 0xf_ffff);
      if (isOpening) {
        const another = open.get(key);
        if (another) others.push(another.line);
        open.set(key, { line, idStart, idEnd });
        return true;
      }
      if (showsClosings || sequence > shipped || (showsContents && hasContent(idEnd, line))) return false;
      if (close(key, idStart, idEnd)) openings += 1;
      else unopened.push(closings.length / NUMBERS_OF_A_CLOSING);
      const [namedLow, namedHigh] = hashCorrectable(low, high, 0, hash);
      closings.push(idStart, idEnd, low, high, namedLow, namedHigh);
      return true;
    },
    /** Gives the plain calls, and the openings whose closing is not plain, or not in the piece. */
    end: () => ({
      openings,
      closings: Uint32Array.from(closings),
      unopened,
      unclosed: [...others, ...Array.from(open.values(), ({ line }) => line)],
    }),
  };
}
