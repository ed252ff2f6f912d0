import type { TokenCredential } from '@azure/identity';
import { AuditError } from '../audit-error.ts';
import { auditCredential } from '../azure/audit-credential.ts';
import { createApplicationInsightsEvidence } from './application-insights-evidence.ts';
import { askIngestionAccess } from './ask-ingestion-access.ts';
import type { LedgerVerifier } from './ledger-verifier.ts';
import type { LogQuery } from '../reading/log-query.ts';

/** The settings of the verifier of a function app. */
interface LedgerVerifierOptions {
  /** `https://{account}.blob.core.windows.net` */
  readonly storageUrl: string;
  /** The URL of the audit key; undefined where there is none, and then no signature is checked. */
  readonly keyUrl: string | undefined;
  /** The time after which storage deletes contents. */
  readonly contentRetentionInDays: number;
  /** The container that is the witness of the transparency log; undefined where there is none. */
  readonly witnessUrl: string | undefined;
  readonly credential: TokenCredential;
  /** Undefined where Application Insights can't be read. */
  readonly query: LogQuery | undefined;
  /** The connection string of Application Insights, by which is asked who may send telemetry. */
  readonly connectionString: string;
}

/**
 * Opens the verifier of a function app. Its packages are loaded at the first verification. One verification runs at a
 * time, because each reads whole chains.
 * @throws AuditError AUDIT_UNAVAILABLE from `verify` while another verification runs.
 */
export function openLedgerVerifier(options: LedgerVerifierOptions): LedgerVerifier {
  const { storageUrl, keyUrl, witnessUrl, contentRetentionInDays, query, connectionString } = options;
  const credential = auditCredential(options.credential);
  let isRunning = false;
  const open = async (): Promise<LedgerVerifier> => {
    const { openAuditStorage } = await import('../storage/audit-storage.ts');
    const { openTrustedKeys } = await import('../keys/trusted-keys.ts');
    const { createLedgerReader } = await import('../ledger/ledger-reader.ts');
    const { createContentsEvidence } = await import('./contents-evidence.ts');
    const { createLogReader } = await import('../transparency-log/log-parts.ts');
    const { openWitness } = await import('../transparency-log/open-witness.ts');
    const { createLedgerVerifier } = await import('./ledger-verifier.ts');
    const { ledger, state, content } = openAuditStorage(storageUrl, credential);
    return createLedgerVerifier({
      ledger: createLedgerReader(ledger),
      state,
      contents: createContentsEvidence(content, contentRetentionInDays),
      insights: query && createApplicationInsightsEvidence(query),
      askAccess: (abortSignal) => askIngestionAccess(connectionString, new Date(), abortSignal),
      ...(await openTrustedKeys({ storageUrl, keyUrl, credential })),
      log: {
        reader: createLogReader(ledger),
        witness: witnessUrl === undefined ? undefined : openWitness(witnessUrl, credential, 1),
      },
      now: () => new Date(),
    });
  };
  return {
    async verify(request, abortSignal) {
      if (isRunning)
        throw new AuditError(
          'AUDIT_UNAVAILABLE',
          'The ledger is being verified for somebody else. Try again when that is done.',
          { retryAfterInMs: 10_000 },
        );
      isRunning = true;
      try {
        return await (await open()).verify(request, abortSignal);
      } finally {
        isRunning = false;
      }
    },
  };
}
