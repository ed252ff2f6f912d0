import { askAzure, assignRole, isFinding, lacksRight, objectIdOf, throttled } from '../ask-azure.ts';
import { broken, notConfigured, works } from '../finding.ts';
import type { Leg } from '../leg.ts';

/**
 * Examines whether the function app may read records from Application Insights.
 * Source: https://learn.microsoft.com/rest/api/application-insights/query/execute
 */
export const auditQueryLeg: Leg = {
  name: 'audit-query',
  needs: ['settings'],
  urls: ({ settings }) => [settings.APPLICATIONINSIGHTS_QUERY_ENDPOINT],
  async examine(run) {
    const { settings } = run.dependencies;
    const application =
      settings.APPLICATIONINSIGHTS_APPLICATION_ID ??
      /(?:^|;)ApplicationId=([0-9a-f-]{36})/i.exec(settings.APPLICATIONINSIGHTS_CONNECTION_STRING)?.[1];
    if (application === undefined)
      return notConfigured(
        'No application id is configured, so that records are not read (APPLICATIONINSIGHTS_APPLICATION_ID).',
      );
    const outcome = await askAzure(run, settings.APPLICATIONINSIGHTS_QUERY_RESOURCE, {
      url: new URL(`/v1/apps/${application}/query`, settings.APPLICATIONINSIGHTS_QUERY_ENDPOINT).href,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'customEvents | take 1' }),
    });
    if (isFinding(outcome)) return outcome;
    const { answer, code } = outcome;
    if (answer.status === 200) return works('The function app may read records from Application Insights.');
    if (outcome.isThrottled) return throttled('The query API of Application Insights', outcome);
    if (code === 'InvalidAuthenticationTokenAudience')
      return broken('The query API wants a token for another resource.', [
        'Set APPLICATIONINSIGHTS_QUERY_RESOURCE to https://api.applicationinsights.io',
      ]);
    if (answer.status === 401 || answer.status === 403)
      return lacksRight(
        run,
        `Application Insights lets the identity read nothing, or there is no such application (${code}).`,
        [
          assignRole(await objectIdOf(run), 'Monitoring Reader', 'APPLICATION_INSIGHTS_ID'),
          'Compare the application id: az monitor app-insights component show --query appId',
        ],
      );
    return broken(`The query API of Application Insights answers ${answer.status} (${code}).`, [
      'Compare APPLICATIONINSIGHTS_QUERY_ENDPOINT and the application id with the deployed resource.',
    ]);
  },
};
