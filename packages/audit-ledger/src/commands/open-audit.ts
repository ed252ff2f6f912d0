import { DefaultAzureCredential, ManagedIdentityCredential, type TokenCredential } from '@azure/identity';
import { BlobServiceClient } from '@azure/storage-blob';
import { createApplicationInsightsEvidence } from '../verification/application-insights-evidence.ts';
import { createContentsEvidence } from '../verification/contents-evidence.ts';
import { createAuditPublicKeys } from '../keys/audit-public-keys.ts';
import { keepTokens } from '../azure/keep-tokens.ts';
import type { AppendStore } from '../ledger/append-store.ts';
import { createAzureAppendStore } from '../ledger/azure-append-store.ts';
import { createLedgerReader } from '../ledger/ledger-reader.ts';
import { askIngestionAccess } from '../verification/ask-ingestion-access.ts';
import type { VerifierDependencies } from '../verification/ledger-verifier.ts';
import { createLogReader } from '../transparency-log/log-parts.ts';
import { ledgerUrl } from '../storage/container-urls.ts';
import { openWitness } from '../transparency-log/open-witness.ts';
import { createLogQuery } from '../reading/log-query.ts';
import type { readAuditSettings } from './audit-settings.ts';

const QUERY_TIMEOUT_IN_MS = 180_000;

/** Retries are few and quick, because somebody waits for the answer. */
const RETRIES = { maxTries: 3, retryDelayInMs: 500, maxRetryDelayInMs: 2_000 };

/**
 * Opens the ledger and the evidence, with the identity that is signed in to Azure. Nothing is read yet. Contents are listed
 * alone, unless the settings say that they are read.
 */
export function openAudit(
  settings: ReturnType<typeof readAuditSettings> & { readonly areContentsRead?: boolean },
): VerifierDependencies & {
  readonly credential: TokenCredential;
  readonly storage: BlobServiceClient;
  /** Opens the ledger for entries of a command. @param timeoutInMs the time limit of each request. */
  readonly openStore: (timeoutInMs: number) => AppendStore;
} {
  const { isLocal, applicationId, AUDIT_STORAGE_URL, AUDIT_KEY_URL, AUDIT_WITNESS_URL } = settings;
  const { APPLICATIONINSIGHTS_CONNECTION_STRING: connectionString = '' } = settings;
  const { AUDIT_CONTENT_RETENTION_IN_DAYS: contentRetentionInDays } = settings;
  const { AZURE_CLIENT_ID: clientId } = settings;
  const credential = isLocal
    ? new ManagedIdentityCredential({ ...(clientId !== undefined && { clientId }) })
    : new DefaultAzureCredential();
  const storage = new BlobServiceClient(AUDIT_STORAGE_URL, credential, { retryOptions: RETRIES });
  const scope = `${settings.APPLICATIONINSIGHTS_QUERY_RESOURCE}/.default`;
  const container = storage.getContainerClient('audit-ledger');
  return {
    credential,
    storage,
    // The credential of a command line may start a program for each token.
    openStore: (timeoutInMs) =>
      createAzureAppendStore(ledgerUrl(AUDIT_STORAGE_URL), keepTokens(credential, Date.now), timeoutInMs),
    ledger: createLedgerReader(container),
    log: {
      reader: createLogReader(container),
      witness:
        AUDIT_WITNESS_URL === undefined
          ? undefined
          : openWitness(AUDIT_WITNESS_URL, credential, RETRIES.maxTries),
    },
    state: storage.getContainerClient('audit-state'),
    contents: createContentsEvidence(
      storage.getContainerClient('audit-content'),
      contentRetentionInDays,
      settings.areContentsRead,
    ),
    insights:
      applicationId === undefined
        ? undefined
        : createApplicationInsightsEvidence(
            createLogQuery({
              endpoint: settings.APPLICATIONINSIGHTS_QUERY_ENDPOINT,
              applicationId,
              token: async () => (await credential.getToken(scope)).token,
              timeoutInMs: QUERY_TIMEOUT_IN_MS,
            }),
          ),
    askAccess: (abortSignal) => askIngestionAccess(connectionString, new Date(), abortSignal),
    publicKeys:
      AUDIT_KEY_URL === undefined ? undefined : createAuditPublicKeys(AUDIT_KEY_URL, () => credential),
    now: () => new Date(),
  };
}
