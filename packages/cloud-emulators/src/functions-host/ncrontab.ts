/** A schedule that gives the occurrences of a timer. */
export interface Schedule {
  /** Gives the first occurrence after this instant, in UTC. */
  next(after: Date): Date;
}

interface Field {
  readonly name: string;
  readonly first: number;
  readonly last: number;
  /** Names of the field's values, from the first one on. */
  readonly names?: readonly string[];
}

const MONTHS = 'january february march april may june july august september october november december';
const WEEKDAYS = 'sunday monday tuesday wednesday thursday friday saturday';
const FIELDS = [
  { name: 'second', first: 0, last: 59 },
  { name: 'minute', first: 0, last: 59 },
  { name: 'hour', first: 0, last: 23 },
  { name: 'day', first: 1, last: 31 },
  { name: 'month', first: 1, last: 12, names: MONTHS.split(' ') },
  { name: 'day of week', first: 0, last: 6, names: WEEKDAYS.split(' ') },
] as const satisfies readonly Field[];

const DAY_IN_MS = 86_400_000;
/** The longest wait for an occurrence: 29 February is at most eight years away. */
const LONGEST_WAIT_IN_DAYS = 8 * 366;

/**
 * Reads an NCRONTAB expression of six fields: second, minute, hour, day, month, day of week.
 * Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
 * @throws Error that says which field is wrong.
 */
export function readSchedule(expression: string): Schedule {
  const texts = expression.trim().split(/\s+/);
  if (texts.length !== FIELDS.length)
    throw new Error(`A schedule has ${FIELDS.length} fields: ${FIELDS.map(({ name }) => name).join(', ')}.`);
  const [seconds, minutes, hours, days, months, weekdays] = FIELDS.map((field, index) =>
    readField(texts[index] ?? '', field),
  ) as [number[], number[], number[], number[], number[], number[]];
  const isDue = (day: Date): boolean =>
    months.includes(day.getUTCMonth() + 1) &&
    days.includes(day.getUTCDate()) &&
    weekdays.includes(day.getUTCDay());
  const times = { hours, minutes, seconds };

  const find = (after: number): Date | undefined => {
    const start = Math.floor(after / 1000) * 1000 + 1000;
    const firstDay = Math.floor(start / DAY_IN_MS) * DAY_IN_MS;
    for (let count = 0; count <= LONGEST_WAIT_IN_DAYS; count += 1) {
      const day = firstDay + count * DAY_IN_MS;
      const time = isDue(new Date(day)) ? firstTime(times, (start - day) / 1000) : undefined;
      if (time !== undefined) return new Date(day + time * 1000);
    }
    return undefined;
  };
  if (!find(0)) throw new Error('The schedule never comes: its months do not have these days.');
  return { next: (after) => find(after.getTime()) ?? new Date(NaN) };
}

/** Finds the first time of a day that is not before the given one; both are in seconds from the day's start. */
function firstTime(
  { hours, minutes, seconds }: { hours: number[]; minutes: number[]; seconds: number[] },
  earliest: number,
): number | undefined {
  for (const hour of hours) {
    if ((hour + 1) * 3600 <= earliest) continue;
    for (const minute of minutes) {
      const start = hour * 3600 + minute * 60;
      if (start + 60 <= earliest) continue;
      const second = seconds.find((one) => start + one >= earliest);
      if (second !== undefined) return start + second;
    }
  }
  return undefined;
}

/** Reads the values of a field, in ascending order. */
function readField(text: string, field: Field): number[] {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [range = '', step, ...rest] = part.split('/');
    const [from, to] = readRange(range, field);
    if (rest.length > 0 || (step !== undefined && !/^[1-9]\d*$/.test(step))) throw refusal(field);
    // "5/10" means the values from 5 to the field's last one.
    const last = step !== undefined && !range.includes('-') ? field.last : to;
    for (let value = from; value <= last; value += Number(step ?? 1)) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

function readRange(text: string, field: Field): [from: number, to: number] {
  if (text === '*') return [field.first, field.last];
  const [first = '', last, ...rest] = text.split('-');
  const from = readValue(first, field);
  const to = last === undefined ? from : readValue(last, field);
  if (rest.length > 0 || from > to) throw refusal(field);
  return [from, to];
}

function readValue(text: string, field: Field): number {
  const { first, last, names = [] } = field;
  const name = text.toLowerCase();
  const named = names.findIndex((one) => one === name || one.slice(0, 3) === name);
  const value = named >= 0 ? named + first : /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= first && value <= last) return value;
  throw refusal(field);
}

function refusal({ name, first, last }: Field): Error {
  return new Error(`The schedule's field "${name}" has values from ${first} to ${last}, ranges, steps or *.`);
}
