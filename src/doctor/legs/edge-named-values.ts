import { readToken, tenantIdIn } from '../claims.ts';
import { broken, notVisible, works } from '../finding.ts';
import type { Leg } from '../leg.ts';
import { safeText } from '../safe-text.ts';
import { bearerIn } from './edge-keys.ts';

/** The named values that the edge sends with the question. None of them is a secret. */
const NAMES = [
  'tenant-id',
  'edge-client-id',
  'gateway-audience',
  'functions-audience',
  'function-app-url',
  'gateway-url',
] as const;

/** Compares the edge's named values with the function app's settings. */
export const edgeNamedValuesLeg: Leg = {
  name: 'edge-named-values',
  needs: [],
  examine({ edge, dependencies: { settings } }) {
    if (!edge)
      return notVisible(
        'Named values come with a question through API Management alone. Ask the deployed gateway: GET /gateway/v1/doctor',
        [
          'az apim nv list --service-name SERVICE --resource-group GROUP --query "[].{name:name, value:value}"',
        ],
      );
    const values = new URLSearchParams(edge.namedValues ?? '');
    const problems: { readonly name: string; readonly problem: string }[] = [];
    const wrong = (name: (typeof NAMES)[number], problem: string) => problems.push({ name, problem });
    for (const name of NAMES) if (!values.get(name)) wrong(name, 'is empty or not sent');
    const tenant = tenantIdIn(settings.API_MANAGEMENT_ISSUER);
    const named = values.get('tenant-id')?.toLowerCase();
    if (named && tenant !== undefined && tenantIdIn(named) !== undefined && named !== tenant)
      wrong('tenant-id', 'is not the tenant of API_MANAGEMENT_ISSUER');
    const audience = values.get('functions-audience');
    if (audience && !isSameApi(audience, settings.API_MANAGEMENT_AUDIENCE))
      wrong('functions-audience', 'is not API_MANAGEMENT_AUDIENCE');
    const { azp, appid = azp } = readToken(bearerIn(edge.authorization)) ?? {};
    const client = values.get('edge-client-id');
    if (client && typeof appid === 'string' && client.toLowerCase() !== appid.toLowerCase())
      wrong('edge-client-id', 'is not the identity of API Management’s token');
    const details = Object.fromEntries(NAMES.map((name) => [name, safeText(values.get(name) ?? '')]));
    if (problems.length === 0) return works('The edge’s named values fit the settings.', details);
    return broken(
      problems.map(({ name, problem }) => `The named value ${name} ${problem}.`).join(' '),
      problems.map(
        ({ name }) =>
          `az apim nv update --service-name SERVICE --resource-group GROUP --named-value-id ${name} --value VALUE`,
      ),
      details,
    );
  },
};

/** Tells whether two names are of one API: its client id, or `api://` before it. */
function isSameApi(one: string, other: string): boolean {
  const bare = (name: string) =>
    name
      .toLowerCase()
      .replace(/^api:\/\//, '')
      .replace(/\/$/, '');
  const isId = tenantIdIn(one) !== undefined && tenantIdIn(other) !== undefined;
  // An application id URI of another form than api://{client id} can't be compared with a client id.
  return bare(one) === bare(other) || !isId;
}
