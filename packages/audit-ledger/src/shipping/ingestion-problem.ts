/** Problems that keep events from Application Insights, in sentences for the gateway's operators. */
export const NO_TOKEN =
  'The function app’s managed identity gives no token for https://monitor.azure.com; check its identity and AZURE_CLIENT_ID.';
export const NO_ANSWER = 'Application Insights does not answer. Check the network to it.';

/**
 * Statuses with a known cause:
 * https://learn.microsoft.com/troubleshoot/azure/azure-monitor/app-insights/telemetry/investigate-missing-telemetry#troubleshoot-microsoft-entra-authentication-issues
 */
const PROBLEMS = new Map([
  [401, 'does not accept the token of the function app’s managed identity (401).'],
  [402, 'takes no more telemetry for now (402); check its daily cap.'],
  [
    403,
    'refuses the function app’s managed identity (403); give it the role Monitoring Metrics Publisher there.',
  ],
  [439, 'takes no more telemetry for now (439); check its daily cap.'],
]);

/** Describes the problem behind an answer that did not accept all events. @param status the answer's HTTP status. */
export function describeAnswer(status: number): string {
  return `Application Insights ${PROBLEMS.get(status) ?? `answers ${status}.`}`;
}
