import { startDayOf } from '../ledger/part-names.ts';
import type { LogLeaf } from '../transparency-log/log-lines.ts';
import { dayOf } from '../transparency-log/log-parts.ts';

const DAY_IN_MS = 86_400_000;
const MINUTE_IN_MS = 60_000;
/** A chain of a day before is open for so long at least: a process that is lost is settled a day later. */
const NEWEST_DAYS = 2;
/** Older days come in turn. These come more often, because more is open there when something was away. */
const RECENT_DAYS = 32;
/** The minutes in which every day has its turn once: those of two days, more than seven years have days. */
const TURNS = 2_880;

/** The knowledge about the days of a ledger, besides which of them there are. */
interface KnownDays {
  /** The time of the list, by the storage service's clock. */
  readonly asOf: Date;
  /** The last leaves of chains in the transparency log. */
  readonly leaves: Iterable<LogLeaf>;
  /** The days on which a sweep of this process had more to do than it could. */
  readonly unfinished: ReadonlySet<string>;
}

/**
 * Chooses the days whose chains a sweep looks at: the newest three, those on which a chain began that is open by the
 * transparency log, and those with work left. All others have their turn in some minute, so that no chain stays unseen
 * that the log does not name, such as one by a clock that is days behind. Everything that it goes by is
 * signed or only adds work: no document in storage says what may be left out.
 * @param days the days on which chains began, oldest first.
 */
export function chooseOpenDays(days: readonly string[], { asOf, leaves, unfinished }: KnownDays): string[] {
  const newest = dayOf(new Date(asOf.getTime() - NEWEST_DAYS * DAY_IN_MS));
  const tomorrow = dayOf(new Date(asOf.getTime() + DAY_IN_MS));
  const recent = dayOf(new Date(asOf.getTime() - RECENT_DAYS * DAY_IN_MS));
  const open = new Set(unfinished);
  for (const { writer, isLast } of leaves) if (!isLast) open.add(startDayOf(writer));
  const isOpen = (day: string) => (day >= newest && day <= tomorrow) || open.has(day);
  const minute = Math.floor(asOf.getTime() / MINUTE_IN_MS);
  const isInTurn = (day: string) => {
    const turns = day >= recent && day <= tomorrow ? RECENT_DAYS : TURNS;
    return numberOf(day) % turns === minute % turns;
  };
  return days.filter((day) => isOpen(day) || isInTurn(day));
}

/** Numbers days, one after another. A name that is no day of the calendar has a number, too. */
function numberOf(day: string): number {
  const time = Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`);
  return Number.isNaN(time) ? Number(day) : Math.floor(time / DAY_IN_MS);
}
