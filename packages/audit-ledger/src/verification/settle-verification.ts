import type { FindingKind } from './finding.ts';
import type { VerificationReport } from './report.ts';

/** The clock of repeated verifications. */
interface Clock {
  readonly now: () => Date;
  /** Resolves after a time. @throws the signal's reason. */
  readonly pause: (delayInMs: number, abortSignal: AbortSignal) => Promise<void>;
}

/**
 * The time within which a healthy gateway ships a record, and the edge and Application Insights show both ends of a
 * call.
 */
const SETTLED_WITHIN_IN_MS = 10_000;
const PAUSE_IN_MS = 500;

/** The findings that vanish when a call that has just ended, or an erasure at work, has settled. */
const PASSING: ReadonlySet<FindingKind> = new Set<FindingKind>([
  'never-shipped',
  'request-without-record',
  'record-without-request',
  'erasure-unfinished',
]);

/**
 * Verifies until no finding can be explained by the time at which the evidence was read. Cursors, chains, records and
 * requests are read one after the other while the gateway goes on, so that a call of the last seconds can be in one of
 * them and not in another. Nothing is called missing unless all evidence was read later than 10 s after it was due.
 * @param verify verifies the calls that are due at a fixed time, with evidence that it reads anew.
 * @param dueAt the time up to which calls are due.
 * @throws what `verify` throws, and the signal's reason.
 */
export async function settleVerification(
  verify: () => Promise<VerificationReport>,
  dueAt: Date,
  { now, pause }: Clock,
  abortSignal: AbortSignal,
): Promise<VerificationReport> {
  for (;;) {
    const isSettled = now().getTime() - dueAt.getTime() >= SETTLED_WITHIN_IN_MS;
    const report = await verify();
    if (isSettled || !report.findings.some(({ kind }) => PASSING.has(kind))) return report;
    await pause(PAUSE_IN_MS, abortSignal);
  }
}
