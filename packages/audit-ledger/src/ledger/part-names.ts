import { WriterName } from './ledger-entry.ts';

/** The folder of all chains in the container of the ledger. */
export const CHAINS_FOLDER = 'chains';

/** A part of a chain, as the name of its blob says it. */
interface NamedPart {
  readonly writer: string;
  readonly part: number;
}

/** The name of a part's file: six digits, or more without a zero before them. */
const PART_FILE = /^(\d{6}|[1-9]\d{6,8})\.jsonl$/;
const DAY = /^\d{8}$/;
const FIRST_DAY = Date.parse('0000-01-01');
const LAST_DAY = Date.parse('9999-12-31');

/**
 * The name of the blob that holds a part of a chain: `chains/{yyyymmdd}/{writer}/{part}.jsonl`. Parts count from 1. The
 * day is that of the chain's beginning, so the chains of a day have a prefix of their own, however long they live.
 */
export function partName(writer: string, part: number): string {
  return `${CHAINS_FOLDER}/${startDayOf(writer)}/${writer}/${partFile(part)}`;
}

/** Reads the name of the blob of a chain's part; undefined for any other name, and for a chain in another day's folder. */
export function readPartName(name: string): NamedPart | undefined {
  const [folder, day, writer = '', file = '', ...rest] = name.split('/');
  const part = partOf(file);
  const isChain = folder === CHAINS_FOLDER && rest.length === 0 && WriterName.safeParse(writer).success;
  return isChain && part !== undefined && day === startDayOf(writer) ? { writer, part } : undefined;
}

/** The day on which a chain began, by the name of its writer: `yyyymmdd`, in UTC. */
export function startDayOf(writer: string): string {
  return writer.slice(0, 8);
}

/** The day of a time, or the nearest that has a name: `yyyymmdd`, in UTC. @param time in milliseconds since the epoch. */
export function dayNear(time: number): string {
  const named = new Date(Math.min(Math.max(time, FIRST_DAY), LAST_DAY));
  return named.toISOString().slice(0, 10).replaceAll('-', '');
}

/** Tells whether a name of a folder is that of a day. */
export function isDay(name: string): boolean {
  return DAY.test(name);
}

/** The name of the file of a part: `000001.jsonl`. */
export function partFile(part: number): string {
  return `${String(part).padStart(6, '0')}.jsonl`;
}

/** Gives the number of a part from the name of its file; undefined for a name that no part has. */
export function partOf(file: string): number | undefined {
  const [, digits] = PART_FILE.exec(file) ?? [];
  const part = Number(digits);
  return part >= 1 ? part : undefined;
}
