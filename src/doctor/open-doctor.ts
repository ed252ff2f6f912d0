import { createDoctor } from './create-doctor.ts';
import { describeReport } from './describe-report.ts';
import type { DoctorDependencies, EdgeHeaders } from './examination.ts';
import { createSendProbe } from './send-probe.ts';

/** The dependencies of `openDoctor`: those of an examination, of which the function app's own follow by themselves. */
export interface OpenDoctorOptions extends Pick<
  DoctorDependencies,
  'settings' | 'documents' | 'policyVersion' | 'addressOf'
> {
  /** The function app's managed identity. */
  readonly identity: { getToken(scopes: string): Promise<{ readonly token: string }> };
}

/** The time limit of one request, within the limit of a leg. */
const REQUEST_TIMEOUT_IN_MS = 5_000;

/**
 * Opens the doctor of a function app, which examines with its identity.
 * @returns a function that gives a report in one of two formats.
 */
export function openDoctor({
  identity,
  ...examined
}: OpenDoctorOptions): (edge: EdgeHeaders, format: 'json' | 'text') => Promise<string> {
  const doctor = createDoctor({
    ...examined,
    sight: 'function-app',
    send: createSendProbe({ timeoutInMs: REQUEST_TIMEOUT_IN_MS, now: Date.now }),
    azureToken: async (resource) => (await identity.getToken(scopeOf(resource))).token,
    now: Date.now,
  });
  return async (edge, format) => {
    const report = await doctor.examine(edge);
    return format === 'text' ? `${describeReport(report)}\n` : JSON.stringify(report);
  };
}

function scopeOf(resource: string): string {
  return `${resource}/.default`;
}
