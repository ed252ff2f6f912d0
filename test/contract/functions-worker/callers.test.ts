import { functionsApi } from '@vertex-ai-gateway/cloud-emulators/entra/sample-applications';
import { FunctionApp, WHOLE } from './function-app.ts';

let app: FunctionApp;
beforeAll(async () => {
  app = await FunctionApp.open();
});
afterAll(() => app.close());

/** A token of API Management for the function app, with these claims in place of the tenant's own. */
async function bearer(claims: object = {}): Promise<Record<string, string>> {
  const request = { application: 'api-management', audience: functionsApi.clientId, claims };
  const minted = (await app.chain.control('entra', 'POST', 'tokens', request)) as { access_token: string };
  return { authorization: `Bearer ${minted.access_token}` };
}

function changeVersion(requestedAccessTokenVersion: 1 | 2): Promise<unknown> {
  return app.chain.control('entra', 'PATCH', `registrations/${functionsApi.clientId}`, {
    requestedAccessTokenVersion,
  });
}

test.each([1, 2] as const)('API Management is let in with a v%s token', async (version) => {
  await changeVersion(version);
  const answer = await app.call(WHOLE, { headers: await bearer() });
  expect(answer.status).toBe(200);
  expect(await app.record(answer.requestId)).toMatchObject({ outcome: 'answered' });
});

test.each([
  ['the issuer', { iss: 'https://sts.windows.net/11111111-1111-4111-8111-111111111111/' }],
  ['the version', { ver: '1.0' }],
  ['the audience', { aud: `api://${functionsApi.clientId}` }],
])('a v2.0 token with %s of a v1.0 one is 401', async (_what, claims) => {
  await changeVersion(2);
  expect((await app.call(WHOLE, { headers: await bearer(claims) })).status).toBe(401);
});
