import type { Environment } from '@vertex-ai-gateway/cloud-emulators/environment-file';

/**
 * Gets a bearer token of a sample application of a running chain.
 * @throws Error with a sentence for the terminal.
 */
export async function getSampleToken(environment: Environment, name: string): Promise<string> {
  const application = environment.applications[name];
  const names = Object.keys(environment.applications).join(', ');
  if (!application) throw new Error(`There is no application "${name}". Use one of these: ${names}.`);
  const { id, tokenUrl } = application;
  const answer = await fetch(tokenUrl ?? environment.tokenUrl, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: id,
      client_secret: 'none-is-checked',
      // Another issuer than Entra ID has its own default scope.
      ...(tokenUrl === undefined ? { scope: environment.scope } : {}),
    }),
  }).catch(() => {
    throw new Error(NOTHING_RUNS);
  });
  const body = (await answer.json()) as { access_token?: string; error_description?: string };
  if (body.access_token === undefined)
    throw new Error(body.error_description ?? `The token endpoint answers ${answer.status}.`);
  return body.access_token;
}

/** The sentence of tools that need a running chain, when there is none. */
export const NOTHING_RUNS = 'The gateway is not running. Start it with: npm start';
