import type { Members } from '../types.ts';
import { raise } from '../evaluation-error.ts';
import type { Out } from '../invoke.ts';
import { type WrittenDate, readDate } from '../text/parse-date.ts';
import { DateTime } from '../values/date-time.ts';
import { TICKS_PER_DAY, TICKS_PER_MILLISECOND, TICKS_PER_SECOND, TimeSpan } from '../values/time-span.ts';

/** Ticks of the units that dates and time spans count in. */
export const UNITS: Readonly<Record<string, bigint>> = {
  Days: TICKS_PER_DAY,
  Hours: 36_000_000_000n,
  Minutes: 600_000_000n,
  Seconds: TICKS_PER_SECOND,
  Milliseconds: TICKS_PER_MILLISECOND,
};

/** This instant, in UTC. */
export const now = (): DateTime => DateTime.fromDate(new Date());

/** Reads a date as .NET reads it. @throws FormatException */
export function readOrRaise(text: string): WrittenDate {
  return (
    readDate(text) ?? raise('FormatException', `String '${text}' was not recognized as a valid DateTime.`)
  );
}

/** `Parse` and `TryParse` of a date type. */
export function parsing(type: string, make: (written: WrittenDate) => unknown): Members {
  return {
    [`static ${type} Parse(string text)`]: (text: string) => make(readOrRaise(text)),
    [`static bool TryParse(string? text, out ${type} result)`]: (text: string | null, out: Out) => {
      const written = text === null ? null : readDate(text);
      out.value = make(written ?? { ticks: 0n, offsetInMinutes: null, utc: false });
      return written !== null;
    },
  };
}

/** Returns the parts of a date, read off a DateTime or the clock of a DateTimeOffset. */
export function partsOf(clock: (self: never) => DateTime): Members {
  const dayOfYear = (date: DateTime): number =>
    Number((date.ticks - DateTime.of([date.parts().year, 1, 1]).ticks) / TICKS_PER_DAY) + 1;
  return {
    'int Year': (self: never) => clock(self).parts().year,
    'int Month': (self: never) => clock(self).parts().month,
    'int Day': (self: never) => clock(self).parts().day,
    'int Hour': (self: never) => clock(self).parts().hour,
    'int Minute': (self: never) => clock(self).parts().minute,
    'int Second': (self: never) => clock(self).parts().second,
    'int Millisecond': (self: never) => Math.trunc(clock(self).parts().fraction / 10_000),
    'DayOfWeek DayOfWeek': (self: never) => clock(self).parts().weekday,
    'int DayOfYear': (self: never) => dayOfYear(clock(self)),
    'long Ticks': (self: never) => clock(self).ticks,
    'TimeSpan TimeOfDay': (self: never) => new TimeSpan(clock(self).ticks % TICKS_PER_DAY),
  };
}
