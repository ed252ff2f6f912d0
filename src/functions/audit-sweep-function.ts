import { app } from '@azure/functions';

/** At the start of each minute: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions */
const EACH_MINUTE = '0 * * * * *';

/**
 * Sweeps the audit ledger. The platform runs a timer on one instance at a time. A sweep that fails is a failed invocation,
 * and the next one goes on.
 */
export function registerAuditSweepFunction(sweep: () => Promise<unknown>): void {
  app.timer('audit-sweep', {
    schedule: EACH_MINUTE,
    handler: async () => {
      await sweep();
    },
  });
}
