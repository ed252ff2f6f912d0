import { describeClaims, readToken } from '../claims.ts';
import { broken, notVisible, works } from '../finding.ts';
import type { Leg } from '../leg.ts';

/** Examines the token of the managed identity that Google is shown, and lists its claims. */
export const identityTokenLeg: Leg = {
  name: 'identity-token',
  needs: ['settings'],
  async examine(run) {
    const { sight, settings, now } = run.dependencies;
    if (sight === 'developer')
      return notVisible(
        'A managed identity’s token is given to its app alone. Ask the deployed gateway: GET /gateway/v1/doctor',
      );
    const { GOOGLE_SUBJECT_TOKEN_RESOURCE: resource, AZURE_CLIENT_ID: clientId } = settings;
    const token = await run.subjectToken().catch((error: unknown) => ({ code: codeIn(error) }));
    if (typeof token !== 'string')
      return broken(`The managed identity gives no token for ${resource} (${token.code}).`, [
        'az functionapp identity show --name APP --resource-group GROUP',
        clientId === undefined
          ? 'AZURE_CLIENT_ID is not set, so the system-assigned identity is asked. If the app has a user-assigned one, set AZURE_CLIENT_ID to its client id.'
          : `AZURE_CLIENT_ID is ${clientId}: the app must have this user-assigned identity.`,
        `az ad app show --id ${resource.replace(/^api:\/\//, '')} --query identifierUris   # the registration must exist and have a service principal`,
      ]);
    const claims = readToken(token);
    if (!claims)
      return broken('The managed identity’s token is no JSON Web Token.', [
        'Compare GOOGLE_SUBJECT_TOKEN_RESOURCE with the registration of the federation: docs/operations.md',
      ]);
    const details = describeClaims(claims);
    const { exp } = claims;
    if (typeof exp === 'number' && exp * 1000 < now() && (await isOnTime(run)))
      return broken(
        'The managed identity gives a token that has expired.',
        ['az functionapp restart --name APP --resource-group GROUP'],
        details,
      );
    return works(`The managed identity has a token for ${resource}.`, details);
  },
};

/** The code of Entra ID in an error of the SDK, such as AADSTS500011, and nothing else of it. */
function codeIn(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  return /\bAADSTS\d{4,7}\b/.exec(message)?.[0] ?? 'no answer with a token';
}

async function isOnTime(run: Parameters<Leg['examine']>[0]): Promise<boolean> {
  const { answered } = await run.reach();
  return answered.some(({ answer }) => {
    const date = Date.parse(answer.header('date') ?? '');
    return Math.abs(date - answer.at) < 60_000;
  });
}
