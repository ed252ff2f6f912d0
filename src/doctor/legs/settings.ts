import { broken, works } from '../finding.ts';
import type { Leg } from '../leg.ts';
import { readPoolName } from '../pool-name.ts';
import { ingestionUrlOf } from '../services.ts';
import { tenantIdIn } from '../claims.ts';

/** Examines what each setting says by itself, and what they say of one another. */
export const settingsLeg: Leg = {
  name: 'settings',
  needs: [],
  examine({ dependencies: { settings } }) {
    const problems: string[] = [];
    const { API_MANAGEMENT_ISSUER: issuer, API_MANAGEMENT_JWKS_URI: jwksUri } = settings;
    if (!readPoolName(settings.GOOGLE_POOL_PROVIDER_AUDIENCE))
      problems.push(
        'GOOGLE_POOL_PROVIDER_AUDIENCE must be //iam.googleapis.com/projects/{number}/locations/global/workloadIdentityPools/{pool}/providers/{provider}.',
      );
    const tenants = new Set([issuer, jwksUri].flatMap((url) => tenantIdIn(url) ?? []));
    if (tenants.size > 1)
      problems.push('API_MANAGEMENT_ISSUER and API_MANAGEMENT_JWKS_URI must name the same tenant.');
    if (!/(?:^|;)IngestionEndpoint=https:/i.test(settings.APPLICATIONINSIGHTS_CONNECTION_STRING))
      problems.push(
        'APPLICATIONINSIGHTS_CONNECTION_STRING must have an https IngestionEndpoint: az monitor app-insights component show --query connectionString',
      );
    const isLocal = new URL(settings.AUDIT_STORAGE_URL).hostname === '127.0.0.1';
    if (settings.AUDIT_KEY_URL.startsWith('file:') && !isLocal)
      problems.push(
        'AUDIT_KEY_URL is a file. Outside development it must be the address of a key in Key Vault.',
      );
    if (problems.length > 0)
      return broken(`${problems.length} of the settings cannot be right.`, [
        ...problems,
        'az functionapp config appsettings set --name APP --resource-group GROUP --settings NAME=VALUE',
      ]);
    const { AUDIT_WITNESS_URL: witness, VERTEX_ENDPOINT: override } = settings;
    return works(
      witness === undefined
        ? 'The settings are complete. No witness is set: verification needs a head of the log that was kept elsewhere (AUDIT_WITNESS_URL).'
        : 'The settings are complete and fit each other.',
      {
        poolProvider: settings.GOOGLE_POOL_PROVIDER_AUDIENCE,
        subjectTokenResource: settings.GOOGLE_SUBJECT_TOKEN_RESOURCE,
        ingestion: ingestionUrlOf(settings),
        ...(override !== undefined && { vertexEndpoint: override }),
      },
    );
  },
};
