import { setTimeout } from 'node:timers/promises';
import type { ContainerClient } from '@azure/storage-blob';
import { AuditError } from '../audit-error.ts';
import type { ApplicationInsightsEvidence } from './application-insights-evidence.ts';
import type { LedgerReader } from '../ledger/ledger-reader.ts';
import { type LogSources, periodOfLog, readLogEvidence } from './log-evidence.ts';
import { readShippingCursors } from './read-shipping-cursors.ts';
import type { AttestationNotes } from './attestation/attestation-writer.ts';
import type { AttestedLedger } from './attestation/attestation.ts';
import type { TreeHead } from '../transparency-log/log-lines.ts';
import type { ContentsEvidence } from './contents-evidence.ts';
import { describeIngestionAccess, type IngestionAccess } from './ingestion-access.ts';
import type { LedgerEvidence, TrafficSlice } from './evidence.ts';
import { chooseDays } from './listed-ledger.ts';
import type { Period } from '../time/period.ts';
import type { VerificationReport } from './report.ts';
import type { Scanners } from './scanning/scanners.ts';
import { settleVerification } from './settle-verification.ts';
import type { PublicKeys } from '../keys/signature.ts';
import { verifyLedger } from './verify-ledger.ts';

/** The dependencies of a ledger verifier. */
export interface VerifierDependencies {
  readonly ledger: LedgerReader;
  /** The container of the shipping cursors. */
  readonly state: ContainerClient;
  readonly contents: ContentsEvidence;
  /** Undefined where Application Insights can't be read, because its application id is not known. */
  readonly insights: ApplicationInsightsEvidence | undefined;
  /** Undefined where there is no audit key that is believed. */
  readonly publicKeys: PublicKeys | undefined;
  /** The transparency log, with its witness. */
  readonly log: Omit<LogSources, 'publicKeys'>;
  /** Scans pieces of chains; on this thread when left out. */
  readonly scanners?: Scanners;
  /** Sentences for the report about checks that these dependencies do not allow. */
  readonly notChecked?: readonly string[];
  /** Asks who may send telemetry to Application Insights. When left out, nobody is asked. */
  readonly askAccess?: (abortSignal: AbortSignal) => Promise<IngestionAccess>;
  readonly now: () => Date;
  /** Resolves after a time. When left out, that is the time of this machine. @throws the signal's reason. */
  readonly pause?: (delayInMs: number, abortSignal: AbortSignal) => Promise<void>;
}

/** The request of a verification. */
interface VerificationRequest {
  readonly period: Period;
  /** The time that records may take to be shipped and to show in Application Insights, in milliseconds. */
  readonly graceInMs: number;
  /** The time for which Application Insights keeps records, in days; 90 when left out. */
  readonly retentionInDays?: number | undefined;
  /** True to leave Application Insights out. */
  readonly isLedgerOnly?: boolean;
  /** The attestation from which the verification goes on. The period begins with the attested one then. */
  readonly attested?: AttestedLedger | undefined;
  /** Takes note of chains for a new attestation. */
  readonly notes?: AttestationNotes | undefined;
  /** Called with the newest head of the transparency log. */
  readonly onHead?: (head: TreeHead | undefined) => void;
}

/** Verifies the ledger in storage against Application Insights. */
export interface LedgerVerifier {
  /** Verifies the ledger. @throws AuditError AUDIT_UNAVAILABLE or AUDIT_QUERY_REJECTED when a source can't be read. */
  verify(request: VerificationRequest, abortSignal: AbortSignal): Promise<VerificationReport>;
}

const HOUR_IN_MS = 3_600_000;
const DAY_IN_MS = 86_400_000;
/** A stream lasts up to half an hour, and closing the calls of a lost process takes some minutes. */
const OPEN_FOR_IN_MS = 35 * 60_000;
/** https://learn.microsoft.com/azure/azure-monitor/logs/data-retention-configure */
const DEFAULT_RETENTION_IN_DAYS = 90;

/** Makes a verifier that keeps nothing between two verifications. */
export function createLedgerVerifier(dependencies: VerifierDependencies): LedgerVerifier {
  const { state, contents, publicKeys, log, scanners, askAccess, now, pause = pauseFor } = dependencies;
  const ledger = inPlainWords(dependencies.ledger);
  return {
    async verify(request, abortSignal) {
      const { period, graceInMs, isLedgerOnly = false, attested, notes, onHead } = request;
      const compared = {
        from: attested ? new Date(attested.attestation.comparedUntil) : period.from,
        to: period.to,
      };
      const { retentionInDays: days = DEFAULT_RETENTION_IN_DAYS } = request;
      const startedAt = now();
      const dueAt = later(startedAt, -graceInMs);
      // The service deletes what is too old within a day or so.
      const keptFrom = later(startedAt, (1 - days) * DAY_IN_MS);
      // Calls from now on may be shipped while the rest is read.
      const shown = { from: compared.from, to: earlierOf(period.to, startedAt) };
      // The request of a call can lie inside the period and its record outside, or the other way round.
      const around = { from: later(compared.from, -HOUR_IN_MS), to: later(period.to, HOUR_IN_MS) };
      const verifyNow = async (): Promise<VerificationReport> => {
        const insights = isLedgerOnly ? undefined : dependencies.insights;
        // Anchors, the log and cursors are read before the chains are listed, so that no chain may be shorter than they say.
        await notes?.begin();
        const sent = { from: compared.from, to: later(now(), HOUR_IN_MS) };
        const anchors = await insights?.anchors(sent, abortSignal);
        const logEvidence =
          publicKeys &&
          (await readLog({ ...log, publicKeys }, loggedPeriod(compared, attested), startedAt, abortSignal));
        onHead?.(logEvidence?.reading.newest);
        const named = [...(anchors ?? []), ...(logEvidence?.reading.leaves ?? [])];
        const isOfPeriod = chooseDays(period, named, startedAt);
        const cursors = await readShippingCursors(state, isOfPeriod, attested, abortSignal).catch(() => {
          abortSignal.throwIfAborted();
          throw unreadable();
        });
        const oldest = await insights?.oldestRecord(abortSignal);
        const access = insights && (await askAccess?.(abortSignal));
        const traffic = insights && (await readTraffic(insights, around, abortSignal));
        return verifyLedger(
          ledger,
          {
            cursors,
            contents,
            ...(anchors && { anchors }),
            ...(publicKeys && { publicKeys }),
            ...(logEvidence && { log: logEvidence }),
            ...(insights && {
              records: insights.records(shown, abortSignal),
              retention: { days, keptFrom, oldest },
            }),
            ...(traffic && { traffic }),
          },
          {
            period,
            now: startedAt,
            graceInMs,
            openForInMs: OPEN_FOR_IN_MS,
            ...(scanners && { scanners }),
            ...(attested && { attested }),
            ...(notes && { notes }),
            scope: isLedgerOnly ? 'ledger' : 'ledger-and-application-insights',
            notChecked: [
              ...(dependencies.notChecked ?? []),
              ...(access === undefined ? [] : describeIngestionAccess(access)),
            ],
            abortSignal,
          },
        );
      };
      return settleVerification(verifyNow, dueAt, { now, pause }, abortSignal);
    },
  };
}

/** Reads the edge's requests and the records; undefined where Application Insights rejects the query. */
async function readTraffic(
  insights: ApplicationInsightsEvidence,
  period: Period,
  abortSignal: AbortSignal,
): Promise<LedgerEvidence['traffic']> {
  const slices = insights.traffic(period, abortSignal);
  try {
    const first = await slices.next();
    return startingWith(first, slices);
  } catch (error) {
    if (error instanceof AuditError && error.code === 'AUDIT_QUERY_REJECTED') return undefined;
    throw error;
  }
}

async function* startingWith(
  first: IteratorResult<TrafficSlice, void>,
  others: AsyncGenerator<TrafficSlice, void>,
): AsyncGenerator<TrafficSlice, void> {
  if (first.done === true) return;
  yield first.value;
  yield* others;
}

/**
 * Gives the period of which the transparency log is read. It has the head that was the newest when chains were attested, and
 * all leaves of chains that were not.
 */
function loggedPeriod(compared: Period, attested: AttestedLedger | undefined): Period {
  if (!attested) return compared;
  const from = earlierOf(compared.from, new Date(attested.attestation.head.time));
  return { from: later(from, -2 * HOUR_IN_MS), to: compared.to };
}

/** Reads the transparency log of the period. */
function readLog(
  sources: LogSources,
  period: Period,
  startedAt: Date,
  abortSignal: AbortSignal,
): ReturnType<typeof readLogEvidence> {
  return readLogEvidence(sources, periodOfLog(period, startedAt), abortSignal).catch((error: unknown) => {
    abortSignal.throwIfAborted();
    throw error instanceof AuditError ? error : unreadable();
  });
}

async function pauseFor(delayInMs: number, abortSignal: AbortSignal): Promise<void> {
  await setTimeout(delayInMs, undefined, { signal: abortSignal }).catch(() => abortSignal.throwIfAborted());
}

/** Replaces the storage SDK's errors, because they hold the request. */
function inPlainWords(ledger: LedgerReader): LedgerReader {
  const explained = <Answer>(
    answer: Promise<Answer>,
    abortSignal: AbortSignal | undefined,
  ): Promise<Answer> =>
    answer.catch(() => {
      abortSignal?.throwIfAborted();
      throw unreadable();
    });
  return {
    listDay: (day, abortSignal) => explained(ledger.listDay(day, abortSignal), abortSignal),
    listDays: (abortSignal) => explained(ledger.listDays(abortSignal), abortSignal),
    read: (writer, part, offset, maximumBytes, abortSignal, into) =>
      explained(ledger.read(writer, part, offset, maximumBytes, abortSignal, into), abortSignal),
  };
}

function unreadable(): AuditError {
  return new AuditError(
    'AUDIT_UNAVAILABLE',
    'The ledger in Azure Storage cannot be read. If this goes on, its operators must check the address of the storage ' +
      'account, and that this identity has the role Storage Blob Data Reader or Contributor.',
  );
}

function later(time: Date, byInMs: number): Date {
  return new Date(time.getTime() + byInMs);
}

function earlierOf(one: Date, other: Date): Date {
  return one < other ? one : other;
}
