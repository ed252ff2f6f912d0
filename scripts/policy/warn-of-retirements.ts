import type { Governance } from '../../src/governance/governance.ts';
import { hasEnded, isNoticed, retirementOf } from '../../src/governance/retirement.ts';

const DAY_IN_MS = 86_400_000;

/**
 * Writes a warning for each catalog entry whose last day is at most 60 days ahead, or has passed.
 * @param at the time that counts as now.
 */
export function warnOfRetirements({ documents }: Pick<Governance, 'documents'>, at: Date): string[] {
  return documents.catalog.entries.flatMap((entry) => {
    const retirement = retirementOf(entry);
    if (!isNoticed(retirement, at)) return [];
    const { on, source, replacement } = retirement;
    const state = hasEnded(retirement, at)
      ? `was retired: its last day was ${on}. Calls are refused.`
      : `retires: its last day is ${on}, ${countDays(Date.parse(on) - at.getTime())}.`;
    const advice =
      replacement === undefined
        ? 'Name its replacement under retires.'
        : `Callers who may use ${replacement} are told to.`;
    return `Warning: ${entry.name} ${state} ${advice} Source: ${source}`;
  });
}

/** @param timeInMs the time until the last day begins; negative on that day. */
function countDays(timeInMs: number): string {
  const days = Math.ceil(timeInMs / DAY_IN_MS);
  if (days <= 0) return 'today';
  return days === 1 ? 'tomorrow' : `in ${days} days`;
}
