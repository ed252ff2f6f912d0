import { join } from 'node:path';
import { loadGovernance } from '../../src/governance/load-governance.ts';
import { TENANT } from '@vertex-ai-gateway/test-support/token-issuer';
import { startEdge } from './start-edge.ts';
import type { Edge } from './start-edge.ts';

const { policyVersion } = loadGovernance(join(process.cwd(), 'governance'));
let edge: Edge;

beforeAll(async () => {
  edge = await startEdge();
});

beforeEach(() => {
  edge.functionApp.received.length = 0;
  edge.traces.length = 0;
});

afterAll(() => edge.close());

async function callIn(location: string, roles: string[]): ReturnType<Edge['predict']> {
  return edge.predict({
    path: `/vertex/v1/projects/p/locations/${location}/publishers/google/models/gemini-3.5-flash:generateContent`,
    headers: { authorization: `Bearer ${await edge.issuer.sign({ roles })}` },
  });
}

test.each(['us', 'us-central1', 'global', 'europe-west2', 'EU', 'EUROPE-WEST1', 'eu%20'])(
  'a role that is served from Europe alone is refused %s, on record, with the rule’s reason',
  async (location) => {
    const response = await callIn(location, ['Assistants.Use', 'Analytics.Eu']);
    const message =
      'Callers with the role Analytics.Eu are served from eu, europe-west1, europe-west4 only. The data of European customers stays in the European Union.';
    const requestId = String(response.headers['x-request-id']);
    expect(response.status).toBe(403);
    expect(response.headers['content-type']).toBe('application/json');
    expect(response.headers).toMatchObject({ 'x-policy-version': policyVersion, 'x-should-retry': 'false' });
    expect(response.json()).toMatchObject({
      type: '/errors/location-not-allowed',
      title: 'Location not allowed',
      status: 403,
      detail: message,
      instance: `/requests/${requestId}`,
      error: {
        code: 403,
        message,
        status: 'PERMISSION_DENIED',
        details: [{ reason: 'LOCATION_NOT_ALLOWED', metadata: { requestId } }],
      },
    });
    expect(edge.functionApp.received).toEqual([]);
    expect(edge.traces.map(({ metadata }) => metadata)).toMatchObject([
      {
        requestId,
        outcome: 'denied',
        decision: 'deny',
        rule: 'eu-only',
        code: 'LOCATION_NOT_ALLOWED',
        status: '403',
        policyVersion,
        identityProvider: 'entra',
        isDelegated: 'false',
        tenantId: TENANT,
        location: /^[a-z]+(-[a-z]+\d+)?$/.test(location) ? location : '',
        roles: 'Assistants.Use Analytics.Eu',
        subscriptionId: 'scoring-production',
      },
    ]);
  },
);

test.each(['eu', 'europe-west1', 'europe-west4', 'europe%2Dwest4'])(
  'it is let through to %s',
  async (location) => {
    expect((await callIn(location, ['Analytics.Eu'])).status).toBe(200);
  },
);

test('other roles are let through everywhere: the backend decides', async () => {
  for (const roles of [['Assistants.Use'], [], ['Analytics.Eu.Not']])
    expect((await callIn('us', roles)).status).toBe(200);
});

test('a path without a location is let through: the backend chooses one', async () => {
  const response = await edge.predict({
    path: '/vertex/v1/publishers/google/models/gemini-3.5-flash:generateContent',
    headers: { authorization: `Bearer ${await edge.issuer.sign({ roles: ['Analytics.Eu'] })}` },
  });
  expect(response.status).toBe(200);
});
