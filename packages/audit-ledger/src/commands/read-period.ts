import { inputInvalid } from '../input-invalid.ts';
import { z } from 'zod';
import type { Period } from '../time/period.ts';
import { INSTANT_BOUNDS, isWithinBounds } from '../reading/instant.ts';

const DAY_IN_MS = 86_400_000;
const DEFAULT_DAYS = 30;
const Instant = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);

/**
 * Reads a period from the options `--from` and `--to`. Without them it is the last 30 days. A date means the beginning
 * of that day in UTC as `--from`, and the end of that day as `--to`.
 * @throws AuditError AUDIT_INPUT_INVALID, which names the wrong option.
 */
export function readPeriod(
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  now: Date,
): Period {
  const lastDayInMs = to === undefined || to.includes('T') ? 0 : DAY_IN_MS;
  const end = to === undefined ? now : readInstant('--to', to, lastDayInMs);
  const period = {
    from:
      from === undefined
        ? new Date(end.getTime() - lastDayInMs - DEFAULT_DAYS * DAY_IN_MS)
        : readInstant('--from', from),
    to: end,
  };
  if (period.from >= period.to) throw inputInvalid('--from must be before --to.');
  return period;
}

function readInstant(option: string, text: string, moreInMs = 0): Date {
  const parsed = Instant.safeParse(text);
  if (!parsed.success)
    throw inputInvalid(
      `${option} must be a date such as 2026-01-31, or an instant such as 2026-01-31T12:00:00Z.`,
    );
  const instant = new Date(Date.parse(parsed.data) + moreInMs);
  if (!isWithinBounds(instant)) throw inputInvalid(`${option} ${INSTANT_BOUNDS}.`);
  return instant;
}
