import type { ContainerClient } from '@azure/storage-blob';
import { AuditError } from '../audit-error.ts';
import type { ApplicationInsightsEvidence } from './application-insights-evidence.ts';
import type { LedgerReader } from '../ledger/ledger-reader.ts';
import { readShippingCursors } from './read-shipping-cursors.ts';
import type { LedgerEvidence, TracedCall, VerifiedPeriod } from './evidence.ts';
import type { VerificationReport } from './report.ts';
import type { PublicKeys } from '../keys/signature.ts';
import { verifyLedger } from './verify-ledger.ts';

export interface VerifierRooms {
  readonly ledger: LedgerReader;
  /** Container of the shipping cursors. */
  readonly state: ContainerClient;
  /** Undefined where nothing says from where Application Insights is read. */
  readonly insights: ApplicationInsightsEvidence | undefined;
  /** Undefined where there is no audit key. */
  readonly publicKeys: PublicKeys | undefined;
  /** What a shipped record has for fields; its entry's hash alone is compared where this is left out. */
  readonly fieldsOf?: LedgerEvidence['fieldsOf'];
  readonly now: () => Date;
}

/** What is verified. */
export interface VerificationRequest {
  readonly period: VerifiedPeriod;
  /** How long records may take to be shipped and to show. */
  readonly graceInMs: number;
}

/** Verifies the ledger in storage against Application Insights. */
export interface LedgerVerifier {
  /** @throws AuditError AUDIT_UNAVAILABLE and AUDIT_QUERY_REJECTED when what has to be read can't be. */
  verify(request: VerificationRequest, abortSignal: AbortSignal): Promise<VerificationReport>;
}

const HOUR_IN_MS = 3_600_000;
/** Streams last up to half an hour, and what a lost process left open takes some minutes to be closed. */
const OPEN_FOR_IN_MS = 35 * 60_000;

export function createLedgerVerifier(rooms: VerifierRooms): LedgerVerifier {
  const { state, insights, publicKeys, fieldsOf, now } = rooms;
  const ledger = inPlainWords(rooms.ledger);
  return {
    async verify({ period, graceInMs }, abortSignal) {
      const startedAt = now();
      // Anchors and cursors come first: the chains, which are listed after them, have to be as long as they say.
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
          ...(fieldsOf && { fieldsOf }),
          ...(insights && { records: insights.records(period, abortSignal) }),
          ...(traffic && { traffic }),
        },
        { period, now: startedAt, graceInMs, openForInMs: OPEN_FOR_IN_MS, abortSignal },
      );
    },
  };
}

/** Undefined where the workspace keeps no requests of the edge. */
async function readTraffic(
  insights: ApplicationInsightsEvidence,
  { from, to }: VerifiedPeriod,
  abortSignal: AbortSignal,
): Promise<LedgerEvidence['traffic']> {
  // A call can be counted at one side of the period's ends and recorded at the other.
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

/** Keeps nothing of the storage SDK's errors, which hold the request. */
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
