import type { CatalogEntry } from './documents.ts';

const DAY_IN_MS = 86_400_000;
/** The days before a model's last day from which callers and operators are told of it. */
const NOTICE_DAYS = 60;

/** The end of a catalog entry's model or endpoint. */
export interface Retirement {
  /** The last day on which calls are served, in UTC, such as `2027-01-22`. */
  readonly on: string;
  /** The address of the page on which the vendor announces it. */
  readonly source: string;
  /** Name of the entry to use instead; undefined if the catalog names none. */
  readonly replacement?: string | undefined;
  /** The instant from which callers are told, in milliseconds of the epoch. */
  readonly noticeFrom: number;
  /** The first instant at which calls are refused, in milliseconds of the epoch. */
  readonly end: number;
}

/** The notice that an entry retires soon, for a caller who may still use it. */
export interface RetirementNotice {
  readonly retirement: Retirement;
  /** Sentences for the caller: the last day and the replacement that the caller may use. ASCII, as headers need it. */
  readonly sentence: string;
}

/** Reads the end of an entry; undefined for one without an announced end. */
export function retirementOf({ retires }: CatalogEntry): Retirement | undefined {
  if (!retires) return undefined;
  const lastDay = Date.parse(retires.on);
  return { ...retires, noticeFrom: lastDay - NOTICE_DAYS * DAY_IN_MS, end: lastDay + DAY_IN_MS };
}

/** Returns true once calls are refused: from 00:00 UTC of the day after the last one. Without a time nothing has ended. */
export function hasEnded(retirement: Retirement | undefined, at: Date | undefined): boolean {
  return retirement !== undefined && at !== undefined && at.getTime() >= retirement.end;
}

/** Returns true from 60 days before the last day. Without a time nobody is told. */
export function isNoticed(
  retirement: Retirement | undefined,
  at: Date | undefined,
): retirement is Retirement {
  return retirement !== undefined && at !== undefined && at.getTime() >= retirement.noticeFrom;
}

/**
 * Says in plain English that an entry retires, or has.
 * @param replacement name of an entry that the caller may use instead; undefined if there is none.
 */
export function describeRetirement(
  name: string,
  retirement: Retirement,
  replacement: string | undefined,
  at: Date | undefined,
): string {
  const state = hasEnded(retirement, at)
    ? `${name} was retired: its last day was ${retirement.on} (UTC).`
    : `${name} retires: its last day is ${retirement.on} (UTC).`;
  const advice =
    replacement === undefined ? 'Ask the platform team what to use instead.' : `Use ${replacement} instead.`;
  return `${state} ${advice}`;
}
