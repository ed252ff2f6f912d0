import type { ContainerClient } from '@azure/storage-blob';
import { AuditError } from '../audit-error.ts';
import type { ApplicationInsightsEvidence } from './application-insights-evidence.ts';
import type { LedgerReader } from '../ledger/ledger-reader.ts';
import { readShippingCursors } from './read-shipping-cursors.ts';
import type { LedgerEvidence, TracedCall } from './evidence.ts';
import type { Period } from '../time/period.ts';
import type { VerificationReport } from './report.ts';
import type { PublicKeys } from '../keys/signature.ts';
import { verifyLedger } from './verify-ledger.ts';

/** The dependencies of a ledger verifier. */
export interface VerifierDependencies {
  readonly ledger: LedgerReader;
  /** The container of the shipping cursors. */
  readonly state: ContainerClient;
  /** Undefined where Application Insights can't be read, because its application id is not known. */
  readonly insights: ApplicationInsightsEvidence | undefined;
  /** Undefined where there is no audit key. */
  readonly publicKeys: PublicKeys | undefined;
  readonly now: () => Date;
}

/** The request of a verification. */
interface VerificationRequest {
  readonly period: Period;
  /** The time that records may take to be shipped and to show in Application Insights, in milliseconds. */
  readonly graceInMs: number;
}

/** Verifies the ledger in storage against Application Insights. */
export interface LedgerVerifier {
  /** Verifies the ledger. @throws AuditError AUDIT_UNAVAILABLE or AUDIT_QUERY_REJECTED when a source can't be read. */
  verify(request: VerificationRequest, abortSignal: AbortSignal): Promise<VerificationReport>;
}

const HOUR_IN_MS = 3_600_000;
/** A stream lasts up to half an hour, and closing the calls of a lost process takes some minutes. */
const OPEN_FOR_IN_MS = 35 * 60_000;

/** Makes a verifier that keeps nothing between two verifications. */
export function createLedgerVerifier(dependencies: VerifierDependencies): LedgerVerifier {
  const { state, insights, publicKeys, now } = dependencies;
  const ledger = inPlainWords(dependencies.ledger);
  return {
    async verify({ period, graceInMs }, abortSignal) {
      const startedAt = now();
      // Anchors and cursors are read before the chains are listed, so that no chain may be shorter than they say.
      const sent = { from: period.from, to: later(startedAt, HOUR_IN_MS) };
      const anchors = await insights?.anchors(sent, abortSignal);
      const cursors = await readShippingCursors(state, abortSignal).catch(() => {
        abortSignal.throwIfAborted();
        throw unreadable();
      });
      const traffic = insights && (await readTraffic(insights, period, abortSignal));
      return verifyLedger(
        ledger,
        {
          cursors,
          ...(anchors && { anchors }),
          ...(publicKeys && { publicKeys }),
          ...(insights && { records: insights.records(period, abortSignal) }),
          ...(traffic && { traffic }),
        },
        { period, now: startedAt, graceInMs, openForInMs: OPEN_FOR_IN_MS, abortSignal },
      );
    },
  };
}

/**
 * Reads the edge's requests and the records; undefined where Application Insights has no requests, or rejects the
 * query.
 */
async function readTraffic(
  insights: ApplicationInsightsEvidence,
  { from, to }: Period,
  abortSignal: AbortSignal,
): Promise<LedgerEvidence['traffic']> {
  // The request of a call can lie inside the period and its record outside, or the other way round.
  const around = { from: later(from, -HOUR_IN_MS), to: later(to, HOUR_IN_MS) };
  const requests = insights.requests(around, abortSignal);
  try {
    const first = await requests.next();
    if (first.done === true) return undefined;
    return {
      requests: startingWith(first.value, requests),
      records: insights.tracedRecords(around, abortSignal),
    };
  } catch (error) {
    if (error instanceof AuditError && error.code === 'AUDIT_QUERY_REJECTED') return undefined;
    throw error;
  }
}

async function* startingWith(
  first: TracedCall,
  others: AsyncGenerator<TracedCall, void>,
): AsyncGenerator<TracedCall, void> {
  yield first;
  yield* others;
}

/** Replaces the storage SDK's errors, because they hold the request. */
function inPlainWords(ledger: LedgerReader): LedgerReader {
  return {
    list: (abortSignal) =>
      ledger.list(abortSignal).catch(() => {
        abortSignal?.throwIfAborted();
        throw unreadable();
      }),
    read: (writer, part, offset, maximumBytes, abortSignal) =>
      ledger.read(writer, part, offset, maximumBytes, abortSignal).catch(() => {
        abortSignal?.throwIfAborted();
        throw unreadable();
      }),
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
