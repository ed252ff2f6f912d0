import type { Period } from '../time/period.ts';

const HOUR_IN_MS = 3_600_000;

/**
 * Gives the time up to which everything of a period was due. A request and its record may be an hour apart.
 * @param notBefore the time from which on records need not show yet.
 */
export function comparedUntilOf({ to }: Pick<Period, 'to'>, notBefore: Date): Date {
  return new Date(Math.min(to.getTime(), notBefore.getTime()) - HOUR_IN_MS);
}
