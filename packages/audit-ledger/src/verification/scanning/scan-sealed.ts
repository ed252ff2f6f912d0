import { isUtf8 } from 'node:buffer';
import { checkSeal, type SealPublicKey } from '../../keys/seal-key.ts';
import { hashEntry, sealedText } from '../../ledger/ledger-entry.ts';
import { startLinePlace } from './line-places.ts';
import { INSTANT_BYTES, type LineTimes, startLineTimes } from './line-times.ts';
import { type PlainCalls, startPlainCalls } from './plain-calls.ts';
import { holds, wordsOf } from './words.ts';

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
export interface SealedScan extends LineTimes, Omit<PlainCalls, 'unclosed'> {
  /** The sequences of the first and the last line. */
  readonly first: number;
  readonly last: number;
  /** The hash that the first line names as that of the line before. */
  readonly before: string;
  /** The hashes of all lines in their order, side by side: 64 characters each. */
  readonly hashes: string;
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

const LINE_BREAK = 0x0a;
/** The bytes of the first line in which its place is looked for, and those of the last one that hold a seal. */
const HEAD_BYTES = 512;
const BEGINNING = /^\{"v":1,"writer":"[^"]*","sequence":(0|[1-9]\d{0,14}),"previous":"([0-9a-f]{64})"/;
const BEFORE_KIND = wordsOf('","kind":"');
const SEAL = wordsOf('seal","value":"');
const END = wordsOf('end"');
const SEAL_VALUE = /^([\w-]+)"\}$/;
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
  const words = wordsOf(bytes);
  const place = startLinePlace(rules.writer, digits, before);
  const times = startLineTimes(bytes, words, rules.notedAfter);
  const calls = startPlainCalls(bytes, words, rules);
  const shown: ShownLine[] = [];
  const hashes: string[] = [];
  let isAfterEnd = false;
  let isEnd = false;
  let sealStart = 0;
  for (let start = 0, index = 0; start < bytes.length; index += 1) {
    const end = bytes.indexOf(LINE_BREAK, start);
    const timeStart = start + place.length();
    const timeEnd = timeStart + INSTANT_BYTES;
    const isPlaced = end >= 0 && !isEnd && place.isAt(words, start);
    if (!isPlaced || !times.take(timeStart) || !holds(words, timeEnd, BEFORE_KIND)) return undefined;
    const kindStart = timeEnd + BEFORE_KIND.length;
    const hash = hashEntry(bytes.subarray(start, end));
    hashes.push(hash);
    place.next(hash);
    const isSeal = holds(words, kindStart, SEAL);
    // Only the seal that ends the piece can follow an end: a line after the next one is not placed.
    isEnd = isAfterEnd;
    isAfterEnd = holds(words, kindStart, END);
    sealStart = isSeal ? kindStart + SEAL.length : 0;
    if (!isSeal && !calls.take(index, start, end, kindStart, first + index, place))
      shown.push({ index, start, end });
    start = end + 1;
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
