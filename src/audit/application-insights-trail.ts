import type { CallTarget } from '../governance/call-target.ts';
import type { AuditRecord } from '../prediction/audit-record.ts';
import type { AuditTrail } from '../prediction/interfaces.ts';
import { AcknowledgedEvents, type EventAttributes } from './acknowledged-events.ts';

export interface ApplicationInsightsTrail extends AuditTrail {
  /** Sends what is left, for at most `timeoutInMs`. */
  close(timeoutInMs: number): Promise<void>;
}

/** Puts each audit record on Application Insights as one custom event `gateway.prediction`. */
export function createApplicationInsightsTrail(connectionString: string): ApplicationInsightsTrail {
  const events = new AcknowledgedEvents({
    loadSender: async (settle) => {
      const { startAzureMonitorSender } = await import('./azure-monitor-sender.ts');
      return startAzureMonitorSender(connectionString, settle);
    },
    schedule: (task, delayInMs) => void setTimeout(task, delayInMs).unref(),
  });
  const add = (record: AuditRecord) => events.add(record.id, record.startedAt, toAttributes(record));
  return {
    admit: () => undefined,
    open: () => Promise.resolve(),
    commit: (record) => Promise.resolve(add(record)),
    record: add,
    close: async (timeoutInMs) => {
      let timer: NodeJS.Timeout | undefined;
      // Keeps the process alive while the last records are on their way.
      const timeLimit = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutInMs)));
      await Promise.race([events.close(), timeLimit]);
      clearTimeout(timer);
    },
  };
}

/** The record as flat attributes; what is not known is left out. Numbers go into the event's measurements. */
export function toAttributes(record: AuditRecord): EventAttributes {
  const { caller, target, facts } = record;
  const resource = target?.resource;
  return withoutUndefined({
    time: record.startedAt.toISOString(),
    dialect: record.dialect,
    policyVersion: record.policyVersion,
    outcome: record.outcome,
    decision: record.decision,
    rule: record.rule,
    code: record.code,
    status: String(record.status),
    identityProvider: caller?.identityProvider,
    tenantId: caller?.tenantId,
    objectId: caller?.objectId,
    applicationId: caller?.applicationId,
    roles: caller?.roles.join(' '),
    isDelegated: caller ? String(caller.isDelegated) : undefined,
    subscriptionId: caller?.subscriptionId,
    productId: caller?.productId,
    operation: record.question ?? target?.operation,
    project: target?.project,
    location: target?.location,
    publisher: resource?.kind === 'model' ? resource.publisher : undefined,
    model: modelOf(resource),
    endpoint: resource?.kind === 'endpoint' ? resource.endpoint : undefined,
    modelVersion: facts?.modelVersion,
    deployedModelId: facts?.deployedModelId,
    finishReason: facts?.finishReason,
    usageCompleteness: facts && completenessOf(record),
    'microsoft.custom_measurements': JSON.stringify({
      ...facts?.usage,
      requestBytes: record.requestBytes,
      responseBytes: record.responseBytes,
      durationInMs: round(record.durationInMs),
      credentialsDurationInMs: round(record.credentialsDurationInMs),
      firstByteDurationInMs: round(record.firstByteDurationInMs),
    }),
  });
}

/** What was known of the usage when a stream broke off is not all of it. */
function completenessOf({ outcome }: AuditRecord): 'complete' | 'partial' {
  return outcome === 'answered' ? 'complete' : 'partial';
}

/** A name that the catalog does not have stays what the caller sent; it has the form of a model's. */
function modelOf(resource: CallTarget['resource'] | undefined): string | undefined {
  if (resource?.kind === 'name') return resource.name;
  return resource?.kind === 'model' ? resource.model : undefined;
}

function withoutUndefined(attributes: Record<string, string | undefined>): EventAttributes {
  const known: Record<string, string> = {};
  for (const name in attributes) {
    const value = attributes[name];
    if (value !== undefined) known[name] = value;
  }
  return known;
}

function round(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.round(milliseconds * 1000) / 1000;
}
