import type { AuditRecord } from '../prediction/audit-record.ts';
import type { AuditTrail } from '../prediction/interfaces.ts';
import { AcknowledgedEvents } from './acknowledged-events.ts';
import { toEventAttributes } from './event-attributes.ts';
import { flattenRecord } from './flatten-record.ts';

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
  const add = (record: AuditRecord) => {
    const { properties, measurements } = toEventAttributes(flattenRecord(record));
    const custom = { 'microsoft.custom_measurements': JSON.stringify(measurements) };
    events.add(record.id, record.startedAt, { ...properties, ...custom });
  };
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
