import type { TokenCredential } from '@azure/identity';
import { logs } from '@opentelemetry/api-logs';
import {
  shutdownAzureMonitor,
  useAzureMonitor,
  type AzureMonitorOpenTelemetryOptions,
} from '@azure/monitor-opentelemetry';
import type { AuditEvent, EventOutcome, EventSender, SendResult } from './event-sender.ts';
import { readIngestionAnswer } from './ingestion-answer.ts';
import { describeAnswer, NO_ANSWER, NO_TOKEN } from './ingestion-problem.ts';

type ExporterOptions = NonNullable<AzureMonitorOpenTelemetryOptions['azureMonitorExporterOptions']>;
type Policy = NonNullable<ExporterOptions['additionalPolicies']>[number]['policy'];

/** The events that are being sent, and the outcome of each. */
interface PendingRequest {
  readonly events: readonly AuditEvent[];
  outcomes: readonly EventOutcome[];
  retryAfterInMs: number | undefined;
  problem: string;
}

/** The resource of Application Insights, and the access to it. */
interface AzureMonitorOptions {
  /** `AADAudience` in it names the audience of the token where that isn't `https://monitor.azure.com`. */
  readonly connectionString: string;
  /** The credential of a principal with the role Monitoring Metrics Publisher. */
  readonly credential: TokenCredential;
}

/** The time limit of one request to the ingestion service. */
const INGESTION_TIMEOUT_IN_MS = 10_000;
const OFF = { enabled: false };
/**
 * A challenge that makes the SDK ask for a token that is not cached:
 * https://learn.microsoft.com/entra/identity-platform/claims-challenge
 */
const CHALLENGE = `Bearer error="insufficient_claims", claims="${Buffer.from('{}').toString('base64')}"`;

/**
 * Starts Azure Monitor's OpenTelemetry distribution for one purpose: log records that become custom events. They are
 * not sampled: a rate limit of 0 switches the default of five traces a second off. Nothing else is collected. The
 * SDK's own retries and its storage on disk are off, because it reports success for events that it has only stored.
 * Its queue of 2,048 never holds more than one batch. Each request has a token of the credential, so local
 * authentication may be off.
 * https://learn.microsoft.com/azure/azure-monitor/app/opentelemetry-add-modify#send-custom-events
 * https://learn.microsoft.com/azure/azure-monitor/app/azure-ad-authentication
 */
export function startAzureMonitorEventSender({
  connectionString,
  credential,
}: AzureMonitorOptions): EventSender {
  let pending: PendingRequest | undefined;
  useAzureMonitor({
    azureMonitorExporterOptions: {
      connectionString,
      credential: noteFailures(credential, () => pending),
      disableOfflineStorage: true,
      retryOptions: { maxRetries: 0 },
      additionalPolicies: [{ policy: readAnswers(() => pending), position: 'perRetry' }],
    },
    samplingRatio: 1,
    tracesPerSecond: 0,
    enableTraceBasedSamplingForLogs: false,
    enableLiveMetrics: false,
    enableStandardMetrics: false,
    enablePerformanceCounters: false,
    instrumentationOptions: {
      azureSdk: OFF,
      http: OFF,
      mongoDb: OFF,
      mySql: OFF,
      postgreSql: OFF,
      redis: OFF,
      redis4: OFF,
      bunyan: OFF,
      winston: OFF,
    },
  });
  const logger = logs.getLogger('audit');
  const provider = logs.getLoggerProvider() as { forceFlush?: () => Promise<void> };
  return {
    async send(events): Promise<SendResult> {
      const sent = startRequest(events);
      pending = sent;
      for (const { name, time, properties, measurements } of events)
        logger.emit({
          timestamp: time,
          attributes: {
            ...properties,
            'microsoft.custom_event.name': name,
            'microsoft.custom_measurements': JSON.stringify(measurements ?? {}),
          },
        });
      // Failures are read from the answers.
      await provider.forceFlush?.().catch(() => undefined);
      pending = undefined;
      const { outcomes, retryAfterInMs, problem } = sent;
      return {
        outcomes,
        ...(retryAfterInMs !== undefined && { retryAfterInMs }),
        ...(outcomes.includes('again') && { problem }),
      };
    },
    close: () => shutdownAzureMonitor(),
  };
}

function startRequest(events: readonly AuditEvent[]): PendingRequest {
  return {
    events,
    outcomes: events.map(() => 'again'),
    retryAfterInMs: undefined,
    problem: NO_ANSWER,
  };
}

/** Notes when there is no token. The SDK's error is dropped, because it may hold its request. */
function noteFailures(
  credential: TokenCredential,
  currentRequest: () => PendingRequest | undefined,
): TokenCredential {
  return {
    async getToken(scopes, options) {
      const token = await credential.getToken(scopes, options).catch(() => null);
      if (token) return token;
      const pending = currentRequest();
      if (pending) pending.problem = NO_TOKEN;
      throw new Error(NO_TOKEN);
    },
  };
}

/**
 * Reads the ingestion service's real answers, which the exporter hides. The SDK would use a refused token until it
 * expires. So a 401 is made a challenge, for which the SDK gets another token and sends the request once more.
 */
function readAnswers(currentRequest: () => PendingRequest | undefined): Policy {
  return {
    name: 'auditAcknowledgement',
    async sendRequest(request, next) {
      request.timeout = INGESTION_TIMEOUT_IN_MS;
      const pending = currentRequest();
      const response = await next(request);
      if (pending && hasEvents(request.body, pending.events)) {
        const { headers, status, bodyAsText } = response;
        const { outcomes, retryAfterInMs } = readIngestionAnswer(
          {
            status,
            body: bodyAsText ?? '',
            retryAfter: headers.get('retry-after'),
            date: headers.get('date'),
          },
          pending.events.length,
          Date.now(),
        );
        pending.retryAfterInMs = retryAfterInMs;
        pending.problem = describeAnswer(status);
        pending.outcomes = outcomes;
      }
      if (response.status === 401) response.headers.set('www-authenticate', CHALLENGE);
      return response;
    },
  };
}

/** The properties that name the place of an event's entry in the ledger. */
const PLACE = ['ledgerWriter', 'ledgerSequence', 'ledgerHash', 'writer', 'sequence', 'hash'];

/**
 * Tells whether a request sends these events, by the first and the last of them. The exporter sends them in their order
 * and in one request. Of an answer to more or fewer events nothing counts.
 * @param body the JSON that the exporter made.
 */
function hasEvents(body: unknown, events: readonly AuditEvent[]): boolean {
  if (typeof body !== 'string') return false;
  return [events[0], events.at(-1)].every((event) => event !== undefined && hasEvent(body, event));
}

function hasEvent(body: string, { name, properties }: AuditEvent): boolean {
  return Object.entries({ ...properties, name })
    .filter(([key]) => key === 'name' || PLACE.includes(key))
    .every((member) => body.includes(member.map((text) => JSON.stringify(text)).join(':')));
}
