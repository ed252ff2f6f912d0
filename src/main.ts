import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { app } from '@azure/functions';
import {
  applicationIdOf,
  createApplicationInsightsArchive,
  createLogQuery,
  openLedgerVerifier,
} from '@vertex-ai-gateway/audit-ledger/reading';
import { recordCalls } from './audit/record-calls.ts';
import { withGatewayErrors } from './audit/with-gateway-errors.ts';
import { loadOnce } from '@vertex-ai-gateway/audit-ledger/time';
import { startAudit } from '@vertex-ai-gateway/audit-ledger/recording';
import { createApiManagementCallers } from './caller/api-management-callers.ts';
import { createCachedAccessTokens } from './credentials/cached-access-tokens.ts';
import { createGoogleTokenExchange } from './credentials/google-token-exchange.ts';
import { createManagedIdentity } from './credentials/managed-identity.ts';
import { createManagedIdentityTokenSource } from './credentials/managed-identity-token.ts';
import { registerAnthropicFunction } from './functions/anthropic-function.ts';
import { registerAuditSweepFunction } from './functions/audit-sweep-function.ts';
import { registerGatewayFunction } from './functions/gateway-function.ts';
import { registerHealthFunction } from './functions/health-function.ts';
import { watchLibraryServer } from './functions/http-reply.ts';
import { registerOpenAiFunction } from './functions/openai-function.ts';
import { registerVertexFunction } from './functions/vertex-function.ts';
import { compiled } from './governance/compiled-governance.ts';
import { openGovernance } from './governance/open-governance.ts';
import { createAnswerQuestion } from './questions/answer-question.ts';
import { systemClock } from './prediction/deadline.ts';
import { createPredict } from './prediction/predict.ts';
import { createProtection } from './protection/create-protection.ts';
import { loadDetectors } from './protection/load-detectors.ts';
import { createInspectionServices } from './protection/services/ask-services.ts';
import { MemoryBudget, RunningCalls, type ServingDependencies } from './prediction/served-call.ts';
import { readSettings } from './settings.ts';
import { createVertex, vertexAddress } from './vertex/vertex.ts';

/**
 * The time in which the app stops. The platform's host gives a worker 5 s after it has told it to end; the rest is left to
 * the process.
 * Source: https://github.com/Azure/azure-functions-host/blob/dev/src/WebJobs.Script/Workers/WorkerConstants.cs
 */
const STOP_TIMEOUT_IN_MS = 4_000;
/** The part of that time in which running calls answer their callers. The rest is for putting records on the ledger. */
const CALLS_STOP_TIMEOUT_IN_MS = 2_000;

const settings = readSettings();
const governance = await openGovernance(resolve(settings.GOVERNANCE_DIRECTORY), compiled);
const audit = startAudit({
  storageUrl: settings.AUDIT_STORAGE_URL,
  keyUrl: settings.AUDIT_KEY_URL,
  witnessUrl: settings.AUDIT_WITNESS_URL,
  credential: createManagedIdentity(settings.AZURE_CLIENT_ID),
  connectionString: settings.APPLICATIONINSIGHTS_CONNECTION_STRING,
  policyVersion: governance.policyVersion,
  timeoutInMs: settings.AUDIT_LEDGER_TIMEOUT_IN_MS,
  maximumPendingBytes: settings.AUDIT_PENDING_BYTES,
  checkpointIntervalInMs: settings.AUDIT_CHECKPOINT_INTERVAL_IN_MS,
  writeAheadDirectory: settings.AUDIT_WRITE_AHEAD_DIRECTORY ?? tmpdir(),
  // The host puts what a worker writes here into its log. There is no invocation that it belongs to.
  log: (message) => void process.stderr.write(`${message}\n`),
});
const timeoutInMs = settings.CREDENTIALS_TIMEOUT_IN_MS;

const accessTokens = createCachedAccessTokens({
  exchange: createGoogleTokenExchange({
    audience: settings.GOOGLE_POOL_PROVIDER_AUDIENCE,
    stsUrl: settings.GOOGLE_STS_URL,
    serviceAccount: settings.GOOGLE_SERVICE_ACCOUNT,
    iamCredentialsUrl: settings.GOOGLE_IAM_CREDENTIALS_URL,
    subjectToken: createManagedIdentityTokenSource({
      resource: settings.GOOGLE_SUBJECT_TOKEN_RESOURCE,
      clientId: settings.AZURE_CLIENT_ID,
      timeoutInMs,
    }),
    timeoutInMs,
  }),
  now: Date.now,
  schedule: (task, delayInMs) => {
    const timer = setTimeout(task, delayInMs).unref();
    return () => clearTimeout(timer);
  },
});

const running = new RunningCalls();
const serving: ServingDependencies = {
  callers: createApiManagementCallers({
    issuer: settings.API_MANAGEMENT_ISSUER,
    jwksUri: settings.API_MANAGEMENT_JWKS_URI,
    audience: settings.API_MANAGEMENT_AUDIENCE,
    objectId: settings.API_MANAGEMENT_OBJECT_ID,
    timeoutInMs,
    now: Date.now,
  }),
  governance,
  audit: recordCalls(audit.trail),
  running,
  memory: new MemoryBudget(settings.HELD_BODY_BYTES),
  digester: audit.digester,
  contents: audit.contents,
  callTimeoutInMs: settings.CALL_TIMEOUT_IN_MS,
  streamTimeoutInMs: settings.STREAM_TIMEOUT_IN_MS,
  maximumBodyBytes: settings.MAXIMUM_BODY_BYTES,
  ...systemClock,
};

const applicationId =
  settings.APPLICATIONINSIGHTS_APPLICATION_ID ??
  applicationIdOf(settings.APPLICATIONINSIGHTS_CONNECTION_STRING);
const query =
  applicationId === undefined
    ? undefined
    : createLogQuery({
        endpoint: settings.APPLICATIONINSIGHTS_QUERY_ENDPOINT,
        applicationId,
        token: createManagedIdentityTokenSource({
          resource: settings.APPLICATIONINSIGHTS_QUERY_RESOURCE,
          clientId: settings.AZURE_CLIENT_ID,
          timeoutInMs,
        }),
        timeoutInMs: settings.AUDIT_QUERY_TIMEOUT_IN_MS,
      });

/** Loads the doctor when an operator first asks for it. */
const loadDoctor = loadOnce(async () => {
  const { openDoctor } = await import('./doctor/open-doctor.ts');
  return openDoctor({
    settings,
    documents: governance.documents,
    policyVersion: governance.policyVersion,
    identity: createManagedIdentity(settings.AZURE_CLIENT_ID),
    addressOf: (location, own) => vertexAddress(location, own, settings.VERTEX_ENDPOINT),
  });
});

const ownDetectors = governance.documents.protection?.detectors ?? [];
// All surfaces share one use case, so that a caller's open streams count together.
const predict = createPredict({
  ...serving,
  accessTokens,
  vertex: createVertex({
    endpointOverride: settings.VERTEX_ENDPOINT,
    renewal: accessTokens,
    maximumAnswerBytes: settings.MAXIMUM_ANSWER_BYTES,
  }),
  seals: withGatewayErrors(audit.seals),
  protection: createProtection(
    loadDetectors(ownDetectors),
    createInspectionServices({
      modelArmorEndpoint: settings.MODEL_ARMOR_ENDPOINT,
      azureEndpoint: settings.AZURE_AI_ENDPOINT,
      azureToken: createManagedIdentityTokenSource({
        resource: 'https://cognitiveservices.azure.com',
        clientId: settings.AZURE_CLIENT_ID,
        timeoutInMs,
      }),
      timeoutInMs: settings.INSPECTION_TIMEOUT_IN_MS,
    }),
    ownDetectors,
  ),
  keepAliveIntervalInMs: settings.KEEP_ALIVE_INTERVAL_IN_MS,
});
const answerQuestion = createAnswerQuestion({
  ...serving,
  doctor: { examine: async (edge, format) => (await loadDoctor())(edge, format) },
  archive: query && withGatewayErrors(createApplicationInsightsArchive(query)),
  verifier: withGatewayErrors(
    openLedgerVerifier({
      storageUrl: settings.AUDIT_STORAGE_URL,
      keyUrl: settings.AUDIT_KEY_URL,
      contentRetentionInDays: settings.AUDIT_CONTENT_RETENTION_IN_DAYS,
      witnessUrl: settings.AUDIT_WITNESS_URL,
      credential: createManagedIdentity(settings.AZURE_CLIENT_ID),
      query,
      connectionString: settings.APPLICATIONINSIGHTS_CONNECTION_STRING,
    }),
  ),
});

app.setup({ enableHttpStream: true });
watchLibraryServer();
registerVertexFunction(predict);
registerOpenAiFunction(predict, answerQuestion);
registerAnthropicFunction(predict, answerQuestion);
registerGatewayFunction(answerQuestion);
registerHealthFunction(accessTokens, governance.policyVersion);
registerAuditSweepFunction(audit.sweep);
// The exchange starts now, so that the first caller need not wait for it. A failure is dropped: that caller tries again.
accessTokens.accessToken().catch(() => undefined);

let stopped: Promise<void> | undefined;
/** Ends running calls, puts all of them on record and closes; a second call does nothing more. */
const stop = () => (stopped ??= stopServing());
async function stopServing(): Promise<void> {
  const startedAt = performance.now();
  accessTokens.close();
  await running.stop(CALLS_STOP_TIMEOUT_IN_MS);
  await audit.close(STOP_TIMEOUT_IN_MS - (performance.now() - startedAt));
}
app.hook.appTerminate(stop);
// A signal that reaches the worker itself would end it before its calls are on record.
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => void stop().finally(() => process.exit(0)));
