/** The earliest instant of a query. No record is older. */
const EARLIEST = Date.UTC(1970, 0, 1);
/**
 * The latest instant of a query: a year before the last one of RFC 3339 and of Kusto, so that some days can be added.
 */
const LATEST = Date.UTC(9999, 0, 1);

/** The rule that an instant out of bounds violates, for an error message. */
export const INSTANT_BOUNDS = 'must lie between 1970-01-01 and 9998-12-31, in UTC';

/** An instant as Application Insights writes it: RFC 3339 in UTC, with at most seven digits of a second's fraction. */
export const UTC_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,7})?Z$/;

/** True for an instant that a query may ask for: from 1970-01-01 to 9999-01-01, in UTC. */
export function isWithinBounds(instant: Date): boolean {
  return instant.getTime() >= EARLIEST && instant.getTime() <= LATEST;
}
