import { PolicyDocumentError } from '../documents/policy-document-error.ts';
import type { PolicyElement } from '../documents/policy-element.ts';
import type { QuotaPeriod } from '../engine/call-counters.ts';
import type { PolicyCompiler } from '../engine/policy-compiler.ts';
import { PolicyFailure } from '../engine/policy-failure.ts';

const BYTES_PER_KILOBYTE = 1024;

/** The calls and the bytes of a period; infinite where there is no limit. */
export interface QuotaVolume {
  readonly calls: number;
  readonly bytes: number;
}

/** "Either `calls`, `bandwidth`, or both together must be specified." @throws {PolicyDocumentError} */
export function readVolume(element: PolicyElement, compiler: PolicyCompiler): QuotaVolume {
  const calls = compiler.wholeNumber(element, 'calls', 1, Infinity);
  const kilobytes = compiler.wholeNumber(element, 'bandwidth', 1, Infinity);
  if (calls === undefined && kilobytes === undefined)
    throw new PolicyDocumentError(
      element.position,
      element.name,
      'needs one of the attributes "calls" and "bandwidth", or both.',
    );
  return { calls: calls ?? Infinity, bytes: (kilobytes ?? Infinity) * BYTES_PER_KILOBYTE };
}

/** The start of the periods of a quota that names no other time: the first instant that .NET knows. */
export const FIRST_INSTANT = Date.parse('0001-01-01T00:00:00Z');

/**
 * Returns the fixed period that a time is in.
 * @param first start of any of the periods, in milliseconds since the epoch.
 * @param lengthInSeconds 0 for a quota that is never renewed.
 */
export function periodAt(now: number, first: number, lengthInSeconds: number): QuotaPeriod {
  if (lengthInSeconds === 0) return { startsAt: 0, endsAt: Infinity };
  const length = lengthInSeconds * 1000;
  const startsAt = first + Math.floor((now - first) / length) * length;
  return { startsAt, endsAt: startsAt + length };
}

/** Source: https://learn.microsoft.com/azure/api-management/api-management-error-handling-policies */
export function quotaExceeded(
  what: 'call volume' | 'bandwidth',
  period: QuotaPeriod,
  now: number,
): PolicyFailure {
  const message = `Out of ${what} quota.`;
  if (!Number.isFinite(period.endsAt))
    return new PolicyFailure({ reason: 'QuotaExceeded', message, status: 403 });
  const seconds = Math.max(1, Math.ceil((period.endsAt - now) / 1000));
  return new PolicyFailure({
    reason: 'QuotaExceeded',
    message: `${message} Quota will be replenished in ${formatTimeSpan(seconds)}.`,
    status: 403,
    headers: { 'Retry-After': String(seconds) },
  });
}

/** Returns `d.hh:mm:ss` as .NET writes a TimeSpan, without the days when there are none. */
function formatTimeSpan(seconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const time = `${two((seconds % 86_400) / 3600)}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}`;
  return days > 0 ? `${days}.${time}` : time;
}
