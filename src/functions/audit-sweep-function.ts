import { app } from '@azure/functions';

/** The NCRONTAB expression for the start of each minute: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions */
const EACH_MINUTE = '0 * * * * *';

/**
 * Registers a timer that sweeps the audit ledger each minute. The platform runs it on one instance at a time. A sweep that
 * fails is a failed invocation, and the next sweep takes up its work.
 */
export function registerAuditSweepFunction(sweep: () => Promise<unknown>): void {
  app.timer('audit-sweep', {
    schedule: EACH_MINUTE,
    handler: async () => {
      await sweep();
    },
  });
}
