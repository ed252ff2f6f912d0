import { logs } from '@opentelemetry/api-logs';
import {
  shutdownAzureMonitor,
  useAzureMonitor,
  type AzureMonitorOpenTelemetryOptions,
} from '@azure/monitor-opentelemetry';
import type { EventSender, Settle } from './acknowledged-events.ts';

type ExporterOptions = NonNullable<AzureMonitorOpenTelemetryOptions['azureMonitorExporterOptions']>;
type Policy = NonNullable<ExporterOptions['additionalPolicies']>[number]['policy'];

/** The name of the custom event in Application Insights. */
const EVENT_NAME = 'gateway.prediction';
/** Longer than this the ingestion service is taken for down. */
const INGESTION_TIMEOUT_IN_MS = 10_000;
/** The SDK would send every 5 s; what a crash can take away is kept smaller. */
const FLUSH_AFTER_IN_MS = 250;
const OFF = { enabled: false };

/**
 * Starts Azure Monitor's OpenTelemetry distribution for one purpose: log records that become custom events.
 * Nothing samples them (a rate limit of 0 switches the default of five traces a second off), nothing else is collected,
 * and the SDK's own retrying and storing on disk is off, because it reports success for what it has only stored.
 * https://learn.microsoft.com/azure/azure-monitor/app/opentelemetry-add-modify#send-custom-events
 */
export function startAzureMonitorSender(connectionString: string, settle: Settle): EventSender {
  useAzureMonitor({
    azureMonitorExporterOptions: {
      connectionString,
      disableOfflineStorage: true,
      retryOptions: { maxRetries: 0 },
      additionalPolicies: [{ policy: acknowledge(settle), position: 'perRetry' }],
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
  const { planFlush, flush } = createFlush();
  return {
    send: (id, startedAt, attributes) => {
      logger.emit({
        timestamp: startedAt,
        attributes: { 'microsoft.custom_event.name': EVENT_NAME, ...attributes, id },
      });
      planFlush();
    },
    flush,
    close: () => shutdownAzureMonitor(),
  };
}

/** `planFlush` sends what waits soon after the first event of a batch, `flush` at once. */
function createFlush() {
  const provider = logs.getLoggerProvider() as { forceFlush?: () => Promise<void> };
  let isPlanned = false;
  // A failure is settled where the answer is read.
  const flush = () => void provider.forceFlush?.().catch(() => undefined);
  const planFlush = () => {
    if (isPlanned) return;
    isPlanned = true;
    setTimeout(() => {
      isPlanned = false;
      flush();
    }, FLUSH_AFTER_IN_MS).unref();
  };
  return { planFlush, flush };
}

/** Reads the ingestion service's real answer, which the exporter hides, and settles the events of each request. */
function acknowledge(settle: Settle): Policy {
  return {
    name: 'auditAcknowledgement',
    async sendRequest(request, next) {
      request.timeout = INGESTION_TIMEOUT_IN_MS;
      const ids = typeof request.body === 'string' ? recordIds(request.body) : [];
      try {
        const response = await next(request);
        settle(ids, response.status === 200 && acceptedAll(response.bodyAsText));
        return response;
      } catch (error) {
        settle(ids, false);
        throw error;
      }
    },
  };
}

function recordIds(body: string): string[] {
  return [...body.matchAll(/"id":"([\w-]+)"/g)].map(([, id = '']) => id);
}

/** https://learn.microsoft.com/azure/azure-monitor/app/api-custom-events-metrics — 200 may still name refused items. */
function acceptedAll(body: string | null | undefined): boolean {
  try {
    const { itemsReceived, itemsAccepted } = JSON.parse(body ?? '') as Record<string, unknown>;
    return typeof itemsReceived === 'number' && itemsReceived === itemsAccepted;
  } catch {
    return false;
  }
}
