import { readToken } from '../claims.ts';
import { broken, works } from '../finding.ts';
import type { Leg } from '../leg.ts';
import { safeText } from '../safe-text.ts';

/** Examines whether the keys of Entra ID can be fetched, and whether that of API Management's token is among them. */
export const edgeKeysLeg: Leg = {
  name: 'edge-keys',
  needs: [],
  urls: ({ settings }) => [settings.API_MANAGEMENT_JWKS_URI],
  async examine(run) {
    const answer = await run.keySet();
    if (answer.kind === 'failure')
      return broken(`The signing keys cannot be fetched (${answer.code}).`, [
        'Let the function app reach the host of API_MANAGEMENT_JWKS_URI.',
      ]);
    if (answer.status === 429)
      return broken('Entra ID throttles the fetching of its signing keys (429).', [
        'Wait a minute and ask again.',
      ]);
    const keys = answer.status === 200 ? readKeyIds(answer.text) : [];
    if (keys.length === 0)
      return broken(`At API_MANAGEMENT_JWKS_URI there are no signing keys (HTTP ${answer.status}).`, [
        'Set API_MANAGEMENT_JWKS_URI to https://login.microsoftonline.com/{tenant id}/discovery/v2.0/keys',
      ]);
    const { kid } = readToken(bearerIn(run.edge?.authorization), 0) ?? {};
    if (typeof kid !== 'string') return works(`${keys.length} signing keys are published.`);
    if (keys.includes(kid))
      return works('The key that signed API Management’s token is published.', { keyId: safeText(kid) });
    return broken(
      'The key that signed API Management’s token is not published at API_MANAGEMENT_JWKS_URI.',
      [
        'Set API_MANAGEMENT_JWKS_URI to the keys of the tenant of API Management’s identity.',
        'Just after Entra ID has rolled its keys, ask again.',
      ],
      { keyId: safeText(kid) },
    );
  },
};

/** The token in a header Authorization; empty without one. */
export function bearerIn(authorization: string | null | undefined): string {
  return /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
}

function readKeyIds(text: string): string[] {
  try {
    const { keys } = JSON.parse(text) as { readonly keys?: readonly { readonly kid?: unknown }[] };
    return (keys ?? []).flatMap(({ kid }) => (typeof kid === 'string' ? [kid] : []));
  } catch {
    return [];
  }
}
