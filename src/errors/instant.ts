/** Nothing is older that could be on record. */
const EARLIEST = Date.UTC(1970, 0, 1);
/** A year before the last that RFC 3339 and Kusto can write, so that some days more or less stay an instant of both. */
const LATEST = Date.UTC(9999, 0, 1);

/** What is wrong with an instant that can't be read for what it is. */
export const INSTANT_BOUNDS = 'must lie between 1970-01-01 and 9998-12-31, in UTC';

/** Whether an instant, or the end of a period, is one that can be asked for. */
export function isWithinBounds(instant: Date): boolean {
  return instant.getTime() >= EARLIEST && instant.getTime() <= LATEST;
}
