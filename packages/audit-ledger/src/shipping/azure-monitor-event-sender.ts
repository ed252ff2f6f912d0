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

/** The events that are being sent, by what tells them apart, and what became of each. */
interface Batch {
  readonly places: ReadonlyMap<string, number>;
  readonly outcomes: EventOutcome[];
  retryAfterInMs: number | undefined;
  problem: string;
}

export interface AzureMonitorOptions {
  /** Also tells, by `AADAudience`, for what the token is where that isn't `https://monitor.azure.com`. */
  readonly connectionString: string;
  /** Of a principal with the role Monitoring Metrics Publisher. */
  readonly credential: TokenCredential;
}

/** Longer than this the ingestion service is taken for down. */
const INGESTION_TIMEOUT_IN_MS = 10_000;
const OFF = { enabled: false };
/** Asks for a token that is not the cached one: https://learn.microsoft.com/entra/identity-platform/claims-challenge */
const CHALLENGE = `Bearer error="insufficient_claims", claims="${Buffer.from('{}').toString('base64')}"`;

/**
 * Starts Azure Monitor's OpenTelemetry distribution for one purpose: log records that become custom events.
 * Nothing samples them (a rate limit of 0 switches the default of five traces a second off), nothing else is collected,
 * and the SDK's own retrying and storing on disk is off, because it reports success for what it has only stored. Its
 * queue of 2,048 never holds more than one batch. Each request has a token of the credential, so that Application Insights
 * may have local authentication off.
 * https://learn.microsoft.com/azure/azure-monitor/app/opentelemetry-add-modify#send-custom-events
 * https://learn.microsoft.com/azure/azure-monitor/app/azure-ad-authentication
 */
export function startAzureMonitorEventSender({
  connectionString,
  credential,
}: AzureMonitorOptions): EventSender {
  let batch: Batch | undefined;
  useAzureMonitor({
    azureMonitorExporterOptions: {
      connectionString,
      credential: noteFailures(credential, () => batch),
      disableOfflineStorage: true,
      retryOptions: { maxRetries: 0 },
      additionalPolicies: [{ policy: readAnswers(() => batch), position: 'perRetry' }],
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
      const sent = startBatch(events);
      batch = sent;
      for (const { name, time, properties, measurements } of events)
        logger.emit({
          timestamp: time,
          attributes: {
            ...properties,
            'microsoft.custom_event.name': name,
            'microsoft.custom_measurements': JSON.stringify(measurements ?? {}),
          },
        });
      // What failed is read from the answers.
      await provider.forceFlush?.().catch(() => undefined);
      batch = undefined;
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

function startBatch(events: readonly AuditEvent[]): Batch {
  return {
    places: new Map(events.map(({ name, properties }, index) => [identify(name, properties), index])),
    outcomes: events.map(() => 'again'),
    retryAfterInMs: undefined,
    problem: NO_ANSWER,
  };
}

/** Notes that there is no token. The SDK's error stays here: it may hold its request. */
function noteFailures(credential: TokenCredential, currentBatch: () => Batch | undefined): TokenCredential {
  return {
    async getToken(scopes, options) {
      const token = await credential.getToken(scopes, options).catch(() => null);
      if (token) return token;
      const batch = currentBatch();
      if (batch) batch.problem = NO_TOKEN;
      throw new Error(NO_TOKEN);
    },
  };
}

/**
 * Reads the ingestion service's real answers, which the exporter hides. A token that is refused would be shown until it
 * expires; the service's 401 is made a challenge, for which the SDK gets another one and sends the request once more.
 */
function readAnswers(currentBatch: () => Batch | undefined): Policy {
  return {
    name: 'auditAcknowledgement',
    async sendRequest(request, next) {
      request.timeout = INGESTION_TIMEOUT_IN_MS;
      const batch = currentBatch();
      const response = await next(request);
      if (batch && typeof request.body === 'string') {
        const places = identitiesIn(request.body).map((identity) => batch.places.get(identity));
        const { headers, status, bodyAsText } = response;
        const { outcomes, retryAfterInMs } = readIngestionAnswer(
          {
            status,
            body: bodyAsText ?? '',
            retryAfter: headers.get('retry-after'),
            date: headers.get('date'),
          },
          places.length,
          Date.now(),
        );
        batch.retryAfterInMs = retryAfterInMs;
        batch.problem = describeAnswer(status);
        places.forEach((place, index) => {
          if (place !== undefined) batch.outcomes[place] = outcomes[index] ?? 'again';
        });
      }
      if (response.status === 401) response.headers.set('www-authenticate', CHALLENGE);
      return response;
    },
  };
}

interface Envelope {
  readonly data?: {
    readonly baseData?: { readonly name?: string; readonly properties?: Readonly<Record<string, string>> };
  };
}

/** @param body what the exporter made of events. */
function identitiesIn(body: string): string[] {
  return (JSON.parse(body) as readonly Envelope[]).map(({ data }) =>
    identify(data?.baseData?.name ?? '', data?.baseData?.properties ?? {}),
  );
}

/** An entry's place in the ledger tells its event apart from others of a batch. */
function identify(
  name: string,
  { ledgerWriter, ledgerSequence, writer, sequence }: AuditEvent['properties'],
): string {
  return [name, ledgerWriter ?? writer, ledgerSequence ?? sequence].join(' ');
}
