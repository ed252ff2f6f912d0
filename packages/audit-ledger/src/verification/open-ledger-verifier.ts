import type { TokenCredential } from '@azure/identity';
import { AuditError } from '../audit-error.ts';
import { auditCredential } from '../azure/audit-credential.ts';
import { createApplicationInsightsEvidence } from './application-insights-evidence.ts';
import type { LedgerVerifier } from './ledger-verifier.ts';
import type { LogQuery } from '../reading/log-query.ts';
import { shippedFieldsOf } from '../shipping/shipped-fields.ts';

export interface LedgerVerifierOptions {
  readonly storageUrl: string;
  readonly keyUrl: string | undefined;
  readonly credential: TokenCredential;
  /** Undefined where nothing says from where Application Insights is read. */
  readonly query: LogQuery | undefined;
}

/**
 * Verifies the ledger for who asks the gateway. What that takes is loaded when somebody asks first; one verification runs
 * at a time, because each reads whole chains.
 */
export function openLedgerVerifier(options: LedgerVerifierOptions): LedgerVerifier {
  const { storageUrl, keyUrl, query } = options;
  const credential = auditCredential(options.credential);
  let opened: Promise<LedgerVerifier> | undefined;
  let isRunning = false;
  const open = async (): Promise<LedgerVerifier> => {
    const { openAuditStorage } = await import('../storage/audit-storage.ts');
    const { createAuditPublicKeys } = await import('../keys/audit-public-keys.ts');
    const { createLedgerReader } = await import('../ledger/ledger-reader.ts');
    const { createLedgerVerifier } = await import('./ledger-verifier.ts');
    const { ledger, state } = openAuditStorage(storageUrl, credential);
    return createLedgerVerifier({
      ledger: createLedgerReader(ledger),
      state,
      insights: query && createApplicationInsightsEvidence(query),
      publicKeys: keyUrl === undefined ? undefined : createAuditPublicKeys(keyUrl, () => credential),
      fieldsOf: shippedFieldsOf,
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
        opened ??= open();
        return await (await opened).verify(request, abortSignal);
      } finally {
        isRunning = false;
      }
    },
  };
}
