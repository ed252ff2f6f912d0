import { askAzure, assignRole, isFinding, lacksRight, objectIdOf, throttled } from '../ask-azure.ts';
import { broken, works } from '../finding.ts';
import type { Leg } from '../leg.ts';
import { ingestionUrlOf } from '../services.ts';

/** The resource of tokens for ingestion: https://learn.microsoft.com/azure/azure-monitor/app/azure-ad-authentication#token-audience */
const RESOURCE = 'https://monitor.azure.com';

/**
 * Examines whether Application Insights takes telemetry of the function app, by one line of trace.
 * Source: https://github.com/microsoft/ApplicationInsights-Home/blob/main/EndpointSpecs/ENDPOINT-PROTOCOL.md
 */
export const auditIngestionLeg: Leg = {
  name: 'audit-ingestion',
  needs: ['settings'],
  urls: ({ settings }) => [ingestionUrlOf(settings)],
  async examine(run) {
    const { settings, now } = run.dependencies;
    const text = settings.APPLICATIONINSIGHTS_CONNECTION_STRING;
    const outcome = await askAzure(run, RESOURCE, {
      url: `${ingestionUrlOf(settings)}/v2.1/track`,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([traceOf(/InstrumentationKey=([0-9a-f-]{36})/i.exec(text)?.[1] ?? '', now())]),
    });
    if (isFinding(outcome)) return outcome;
    const { status } = outcome.answer;
    if (status === 200) return works('Application Insights takes telemetry of the function app.');
    if (outcome.isThrottled) return throttled('The ingestion of Application Insights', outcome);
    if (status === 402)
      return broken('The daily cap of Application Insights is reached (402).', [
        'az monitor app-insights component billing update --app APP --resource-group GROUP --cap GB',
      ]);
    if (status === 401 || status === 403)
      return lacksRight(run, `Application Insights refuses the identity’s telemetry (${status}).`, [
        assignRole(await objectIdOf(run), 'Monitoring Metrics Publisher', 'APPLICATION_INSIGHTS_ID'),
        'A new role assignment takes some minutes to be in force.',
      ]);
    return broken(`The ingestion of Application Insights answers ${status}.`, [
      'Compare APPLICATIONINSIGHTS_CONNECTION_STRING: az monitor app-insights component show --query connectionString',
    ]);
  },
};

function traceOf(instrumentationKey: string, now: number): object {
  return {
    name: 'Microsoft.ApplicationInsights.Message',
    time: new Date(now).toISOString(),
    iKey: instrumentationKey,
    data: {
      baseType: 'MessageData',
      baseData: {
        ver: 2,
        message: 'The doctor of the gateway looks whether telemetry arrives.',
        severityLevel: 0,
      },
    },
  };
}
