import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { derivePolicies } from '../../../scripts/policy/derive-policies.ts';
import type { Tier } from '../../../scripts/policy/tier.ts';
import type { Limits } from '../../../src/governance/documents.ts';
import type { GovernanceDocuments } from '../../../src/governance/governance.ts';
import { loadGovernance } from '../../../src/governance/load-governance.ts';
import { answerWith, PREDICT, PRODUCTION_KEY, SANDBOX_KEY, startEdge } from '../../apim/start-edge.ts';
import type { Edge } from '../../apim/start-edge.ts';
import { TENANT } from '@vertex-ai-gateway/test-support/token-issuer';

const { documents, policyVersion } = loadGovernance(join(process.cwd(), 'governance'));

/** The documents of the edge that are derived from changed documents. */
function derived(
  changed: Partial<GovernanceDocuments>,
  tier?: Tier,
): readonly { readonly path: string; readonly text: string }[] {
  const apis = ['anthropic', 'gateway', 'openai', 'vertex'];
  return derivePolicies({ documents: { ...documents, ...changed }, policyVersion }, apis, tier);
}

async function withEdge(
  changed: Partial<GovernanceDocuments>,
  use: (edge: Edge) => Promise<void>,
  answer = answerWith({}),
): Promise<void> {
  const edge = await startEdge({ documents: derived(changed) }, answer);
  try {
    await use(edge);
  } finally {
    await edge.close();
  }
}

function limitsWith(tighter: Partial<Limits>): Limits {
  return { ...documents.limits, ...tighter };
}

function statusesOf(edge: Edge, paths: readonly string[]): Promise<number[]> {
  return paths.reduce<Promise<number[]>>(
    async (before, path) => [...(await before), (await edge.predict({ path })).status],
    Promise.resolve([]),
  );
}

function model(name: string): string {
  return `/vertex/v1/projects/p/locations/us-central1/publishers/google/models/${name}:generateContent`;
}

test('a catalog entry has a limit of its own, under all of its names', async () => {
  const entries = [{ entry: 'gemini-3.5-flash', callsPerMinute: 2 }];
  await withEdge({ limits: limitsWith({ entries }) }, async (edge) => {
    const paths = [
      model('gemini-3.5-flash'),
      model('gemini-fast'),
      model('gemini-3.5-flash'),
      model('gemini-3.1-pro-preview'),
    ];
    expect(await statusesOf(edge, [...paths, PREDICT])).toEqual([200, 200, 429, 200, 200]);
  });
});

/** Forms in which the bodies of all surfaces name an entry, as the function app reads them. */
test.each([
  ['/openai/v1/chat/completions', 'gemini-3.5-flash'],
  ['/openai/v1/chat/completions', 'gemini-fast'],
  ['/openai/v1/chat/completions', 'google/gemini-fast'],
  ['/openai/v1/chat/completions', 'publishers/google/models/gemini-3.5-flash'],
  ['/openai/v1/chat/completions', 'models/gemini-fast'],
  ['/openai/v1/embeddings', 'projects/p/locations/global/publishers/google/models/gemini-3.5-flash'],
  [
    '/vertex/v1/projects/p/locations/us-central1/endpoints/openapi/chat/completions',
    'google/gemini-3.5-flash',
  ],
  ['/vertex/v1/projects/p/locations/us-central1/batchPredictionJobs', 'publishers/google/models/gemini-fast'],
  ['/vertex/v1/projects/p/locations/us-central1/cachedContents', 'publishers/google/models/gemini-fast'],
])('a catalog entry has the same limit at %s for the model %s of a body', async (path, name) => {
  const entries = [{ entry: 'gemini-3.5-flash', callsPerMinute: 1 }];
  await withEdge({ limits: limitsWith({ entries }) }, async (edge) => {
    expect(await statusesOf(edge, [model('gemini-3.5-flash')])).toEqual([200]);
    const ask = async (body: string) => (await edge.predict({ path, body })).status;
    const another = JSON.stringify({ model: 'google/gemini-3.1-pro-preview' });
    const statuses = [
      await ask(another),
      await ask('{"model":7}'),
      await ask('no JSON'),
      await ask(JSON.stringify({ model: name })),
    ];
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect(edge.functionApp.received.slice(1).map(({ body }) => body)).toEqual([
      another,
      '{"model":7}',
      'no JSON',
    ]);
  });
});

test('a body that is too long to be read, or does not say how long it is, counts for every entry', async () => {
  const entries = [
    { entry: 'gemini-3.1-pro-preview', callsPerMinute: 2 },
    { entry: 'iris', callsPerMinute: 2 },
  ];
  await withEdge({ limits: limitsWith({ entries }) }, async (edge) => {
    const path = '/openai/v1/chat/completions';
    const body = JSON.stringify({ model: 'gemini-3.1-pro-preview', messages: ['x'.repeat(9_000_000)] });
    const withoutLength = await fetch(`http://127.0.0.1:${edge.port}${path}`, {
      method: 'POST',
      headers: {
        'ocp-apim-subscription-key': PRODUCTION_KEY,
        authorization: `Bearer ${await edge.issuer.sign()}`,
      },
      body: new Blob(['{"model":"any"}']).stream(),
      duplex: 'half',
    });
    const statuses = [
      (await edge.predict({ path, body })).status,
      withoutLength.status,
      (await edge.predict({ path, body: '{"model":"any"}' })).status,
    ];
    expect(statuses).toEqual([200, 200, 200]);
    expect(edge.functionApp.received[1]?.body).toBe(body);
    expect(await statusesOf(edge, [PREDICT, model('gemini-3.1-pro-preview'), model('gemini-fast')])).toEqual([
      429, 429, 200,
    ]);
  });
});

test('a model of Anthropic has the same limit at each surface that names it in a body', async () => {
  const entries = [{ entry: 'claude-haiku-4-5', callsPerMinute: 1 }];
  const count = '/vertex/v1/projects/p/locations/global/publishers/anthropic/models/count-tokens:rawPredict';
  for (const path of ['/anthropic/v1/messages', '/anthropic/v1/messages/count_tokens', count])
    await withEdge({ limits: limitsWith({ entries }) }, async (edge) => {
      const ask = async (name: string) => {
        const body = JSON.stringify({
          model: name,
          messages: [{ role: 'user', content: 'x'.repeat(100_000) }],
        });
        return (await edge.predict({ path, body })).status;
      };
      expect([await ask('claude-haiku-4-5@20251001'), await ask('claude-haiku-4-5')]).toEqual([200, 429]);
    });
});

test('an endpoint has a limit of its own', async () => {
  const entries = [{ entry: 'iris', callsPerDay: 1 }];
  await withEdge({ limits: limitsWith({ entries }) }, async (edge) => {
    expect(await statusesOf(edge, [PREDICT, PREDICT, model('gemini-fast')])).toEqual([200, 403, 200]);
  });
});

test('a group of Entra ID stands for a role, beside the app roles of the token', async () => {
  const identityProviders = documents.access.identityProviders.map((provider) =>
    provider.type === 'entra'
      ? { ...provider, groups: { claim: 'groups', roles: { 'group-of-assistants': 'Assistants.Use' } } }
      : provider,
  );
  await withEdge({ access: { ...documents.access, identityProviders } }, async (edge) => {
    const stamped = async (claims: Record<string, unknown>): Promise<unknown> => {
      const authorization = `Bearer ${await edge.issuer.sign(claims)}`;
      await edge.predict({ headers: { authorization } });
      return edge.functionApp.received.at(-1)?.headers['x-gateway-roles'];
    };
    const groups = ['another', 'group-of-assistants'];
    expect(await stamped({ roles: ['Scoring.Predict'], groups })).toBe('Scoring.Predict Assistants.Use');
    expect(await stamped({ roles: [], groups })).toBe('Assistants.Use');
    expect(await stamped({ roles: ['Scoring.Predict'] })).toBe('Scoring.Predict');

    const overages = [
      { _claim_names: { groups: 'src1' }, _claim_sources: { src1: {} } },
      { hasgroups: true },
    ];
    edge.functionApp.received.length = 0;
    for (const overage of overages) {
      const token = await edge.issuer.sign({ roles: ['Scoring.Predict'], scp: 'access_as_user', ...overage });
      const { status, text } = await edge.predict({ headers: { authorization: `Bearer ${token}` } });
      expect([status, text]).toEqual([
        403,
        expect.stringContaining('so many groups that the token lists none'),
      ]);
    }
    expect(edge.functionApp.received).toEqual([]);
    const [record] = edge.traces.map(({ metadata }) => metadata);
    expect(record).toMatchObject({
      outcome: 'denied',
      code: 'NOT_GRANTED',
      rule: 'edge/identify-caller',
      objectId: '22222222-2222-4222-8222-222222222222',
    });
  });
});

const ANOTHER_CLIENT_ID = 'f0000009-0000-4000-8000-000000000009';
const OFFERED_URI = `api://${ANOTHER_CLIENT_ID}`;
const OWN_URI = 'https://contoso.example/gateway';
const AS_V1 = { iss: `https://sts.windows.net/${TENANT}/`, ver: '1.0' };

test.each([
  [
    'a client id',
    ANOTHER_CLIENT_ID,
    [
      [200, 401, 401],
      [200, 200, 401],
    ],
  ],
  [
    'the URI that Entra ID offers',
    OFFERED_URI,
    [
      [200, 401, 401],
      [200, 200, 401],
    ],
  ],
  [
    'that URI with a slash',
    `${OFFERED_URI}/`,
    [
      [200, 401, 401],
      [200, 200, 401],
    ],
  ],
  [
    'a URI of the operators’ own',
    OWN_URI,
    [
      [401, 401, 401],
      [401, 401, 200],
    ],
  ],
] as const)(
  'with %s as the audience, tokens of both forms have what they can have',
  async (_, audience, statuses) => {
    const identityProviders = documents.access.identityProviders.map((provider) =>
      provider.type === 'entra' ? { ...provider, audiences: [audience] } : provider,
    );
    await withEdge({ access: { ...documents.access, identityProviders } }, async (edge) => {
      const answers = [];
      for (const form of [{}, AS_V1]) {
        const row = [];
        for (const aud of [ANOTHER_CLIENT_ID, OFFERED_URI, OWN_URI]) {
          const authorization = `Bearer ${await edge.issuer.sign({ ...form, aud })}`;
          row.push((await edge.predict({ headers: { authorization } })).status);
        }
        answers.push(row);
      }
      expect(answers).toEqual(statuses);
    });
  },
);

test('a role has its limit in the products of its environment, where alone it counts', () => {
  const roles = documents.access.roles.map(({ name }) => ({ role: name, callsPerMinute: 1 }));
  const derived = derivePolicies(
    { documents: { ...documents, limits: limitsWith({ roles }) }, policyVersion },
    [],
  );
  for (const { id, environment } of documents.limits.products) {
    const policy = derived.find(({ path }) => path === `apim/products/${id}/policy.xml`)?.text ?? '';
    const limited = documents.access.roles.filter(({ name }) => policy.includes(`"rate/role/${name}/"`));
    expect(limited).toEqual(documents.access.roles.filter((role) => role.environment === environment));
    expect(limited.length).toBeGreaterThan(0);
  }
});

test('a product tells API Management and its portal how many subscriptions a person may have', () => {
  const products = documents.limits.products.map((product, index) => ({
    ...product,
    subscriptions: index === 0 ? { perUser: 7 } : undefined,
  }));
  const derived = derivePolicies(
    { documents: { ...documents, limits: limitsWith({ products }) }, policyVersion },
    [],
  );
  const [first, second] = products.map(({ id }) => {
    const file = derived.find(({ path }) => path === `apim/products/${id}/productInformation.json`);
    return (JSON.parse(file?.text ?? '{}') as { properties: Record<string, unknown> }).properties;
  });
  expect(first).toMatchObject({
    subscriptionRequired: true,
    subscriptionsLimit: 7,
    description: expect.stringContaining('You may have 7 subscriptions at a time.') as string,
  });
  expect(second).not.toHaveProperty('subscriptionsLimit');
  expect(second?.description).not.toContain('at a time');
});

test('a role has a limit of its own, per APIM subscription', async () => {
  const roles = [{ role: 'Scoring.Predict', callsPerMinute: 1 }];
  await withEdge({ limits: limitsWith({ roles, entries: [] }) }, async (edge) => {
    expect(await statusesOf(edge, [PREDICT, PREDICT])).toEqual([200, 429]);
    const sandbox = await edge.predict({ headers: { 'ocp-apim-subscription-key': SANDBOX_KEY } });
    const authorization = `Bearer ${await edge.issuer.sign({ roles: ['Scoring.Predict.Not'] })}`;
    const other = await edge.predict({ headers: { authorization } });
    expect([sandbox.status, other.status]).toEqual([200, 200]);
  });
});

test.each([
  ['role', { roles: [{ role: 'Scoring.Predict', tokensPerMinute: 10 }], entries: [] }, [200, 429, 429]],
  ['entry', { entries: [{ entry: 'gemini-3.5-flash', tokensPerMinute: 10 }] }, [200, 429, 200]],
  ['entry by the day', { entries: [{ entry: 'gemini-3.5-flash', tokensPerDay: 10 }] }, [200, 403, 200]],
])('tokens have a limit of their own: %s', async (_, tighter, statuses) => {
  const paths = [model('gemini-3.5-flash'), model('gemini-fast'), PREDICT];
  await withEdge(
    { limits: limitsWith(tighter) },
    async (edge) => {
      expect(await statusesOf(edge, paths)).toEqual(statuses);
    },
    answerWith({ 'x-gateway-total-tokens': '12' }),
  );
});

test('a limit that the product never lets anybody reach is left out', () => {
  const policyOf = (product: string): string =>
    derivePolicies({ documents, policyVersion }, ['vertex']).find(
      ({ path }) => path === `apim/products/${product}/policy.xml`,
    )?.text ?? '';
  expect(policyOf('production')).toContain('calls="60000"');
  expect(policyOf('sandbox')).not.toContain('calls="60000"');
});

/** The products with these callers that need no token, and no other. */
function withKeyOnly(roles: Readonly<Record<string, string[]>>): Limits {
  const products = documents.limits.products.map((product) => {
    const own = roles[product.id];
    return { ...product, keyOnlyCallers: own && { roles: own } };
  });
  return limitsWith({ products });
}

async function stampedOn(edge: Edge, key: string): Promise<unknown[]> {
  const headers = { 'ocp-apim-subscription-key': key, authorization: undefined };
  const { status } = await edge.predict({ headers });
  const stamped = edge.functionApp.received.at(-1)?.headers ?? {};
  return [status, stamped['x-gateway-identity-provider'], stamped['x-gateway-roles']];
}

test('each product says for itself whether a key is enough, and for which roles', async () => {
  const limits = withKeyOnly({ production: ['Scoring.Predict', 'Audit.Read'], sandbox: ['Sandbox.Use'] });
  await withEdge({ limits }, async (edge) => {
    expect(await stampedOn(edge, SANDBOX_KEY)).toEqual([200, 'subscription-key', 'Sandbox.Use']);
    expect(await stampedOn(edge, PRODUCTION_KEY)).toEqual([
      200,
      'subscription-key',
      'Scoring.Predict Audit.Read',
    ]);
  });
});

test.each([
  ['several identity providers', documents.access.identityProviders],
  ['one identity provider', documents.access.identityProviders.filter(({ type }) => type === 'entra')],
])('without a product that says so no key is enough, with %s', async (_, identityProviders) => {
  const access = { ...documents.access, identityProviders };
  await withEdge({ access, limits: withKeyOnly({}) }, async (edge) => {
    for (const key of [SANDBOX_KEY, PRODUCTION_KEY])
      expect(await stampedOn(edge, key)).toEqual([401, undefined, undefined]);
    expect((await edge.predict()).status).toBe(200);
  });
});

test('with one identity provider a key can be enough as well', async () => {
  const identityProviders = documents.access.identityProviders.filter(({ type }) => type === 'entra');
  const access = { ...documents.access, identityProviders };
  await withEdge({ access, limits: withKeyOnly({ sandbox: ['Sandbox.Use'] }) }, async (edge) => {
    expect(await stampedOn(edge, SANDBOX_KEY)).toEqual([200, 'subscription-key', 'Sandbox.Use']);
    expect(await stampedOn(edge, PRODUCTION_KEY)).toEqual([401, expect.anything(), expect.anything()]);
  });
});

test('the limits of the product are told in headers, and of a refusal the limit that refused', async () => {
  const roles = [{ role: 'Scoring.Predict', callsPerMinute: 1, tokensPerMinute: 10 }];
  await withEdge({ limits: limitsWith({ roles, entries: [] }) }, async (edge) => {
    const { headers } = await edge.predict();
    const told = Object.entries(headers).filter(([name]) => name.startsWith('x-ratelimit-'));
    expect(Object.fromEntries(told)).toEqual({
      'x-ratelimit-limit-requests': '600000',
      'x-ratelimit-remaining-requests': '599999',
    });
    expect((await edge.predict()).headers).toMatchObject({
      'x-ratelimit-limit-requests': '1',
      'x-ratelimit-remaining-requests': '0',
      'retry-after': '60',
    });
  });
});

test('the open product has every API and no policy of its own', () => {
  const files = derivePolicies({ documents, policyVersion }, ['one', 'two']).filter(({ path }) =>
    path.startsWith('apim/products/open/'),
  );
  expect(files.map(({ path, text }) => [path, JSON.parse(text) as unknown])).toMatchObject([
    ['apim/products/open/productInformation.json', { properties: { subscriptionRequired: false } }],
    ['apim/products/open/apis.json', [{ name: 'one' }, { name: 'two' }]],
  ]);
});

test('names and reasons with a meaning in C#, XML or policies are taken literally', async () => {
  const reason = 'It\'s "so" & <that> @(throw) {{tenant-id}} \\ – ü.';
  const group = `a"b'c<&>{{tenant-id}}@(d)`;
  const identityProviders = documents.access.identityProviders.map((provider) =>
    provider.type === 'oidc'
      ? { ...provider, groups: { claim: 'groups', roles: { [group]: 'Analytics.Eu' } } }
      : provider,
  );
  const residency = [{ id: 'eu-only', reason, roles: ['Analytics.Eu'], locations: ['europe-west1'] }];
  await withEdge({ access: { ...documents.access, identityProviders, residency } }, async (edge) => {
    const claims = { cid: 'client', sub: 'client', azp: undefined, groups: [group] };
    const response = await edge.predict({
      path: PREDICT,
      headers: { authorization: `Bearer ${await edge.okta.sign(claims)}` },
    });
    expect(response.json()).toMatchObject({
      detail: `Callers with the role Analytics.Eu are served from europe-west1 only. ${reason}`,
    });
  });
});

test('without other providers and residency rules nothing has to be chosen', async () => {
  const identityProviders = documents.access.identityProviders.filter(({ type }) => type === 'entra');
  await withEdge({ access: { ...documents.access, identityProviders, residency: [] } }, async (edge) => {
    expect((await edge.predict()).status).toBe(200);
    expect(edge.functionApp.received[0]?.headers['x-gateway-identity-provider']).toBe('entra');
    const authorization = `Bearer ${await edge.okta.sign()}`;
    expect((await edge.predict({ headers: { authorization } })).status).toBe(401);
  });
});

test('without a cache in the catalog nothing is looked up, and nothing kept', () => {
  const entries = documents.catalog.entries.filter(({ cache }) => !cache);
  const withoutCache = { ...documents, catalog: { entries } };
  const policy = derivePolicies({ documents: withoutCache, policyVersion }, []).find(
    ({ path }) => path === 'apim/apis/vertex/policy.xml',
  );
  expect(policy?.text).toContain('<include-fragment fragment-id="stamp-identity" />');
  expect(policy?.text).not.toMatch(/cache-lookup-value|cache-seconds|return-response/);
});

test('no fragment looks a value up: the product takes none that does', () => {
  const lookups = derivePolicies({ documents, policyVersion }, ['vertex']).filter(({ text }) =>
    text.includes('<cache-lookup-value'),
  );
  expect(lookups.map(({ path }) => path)).toEqual(['apim/apis/vertex/policy.xml']);
});

test('an endpoint and a count of tokens are kept where their entries say so, under all of their names', async () => {
  const cache = { seconds: 60, reason: 'Tests.' };
  const entries = documents.catalog.entries.map((entry) =>
    ['iris', 'gemini-3.5-flash'].includes(entry.name) ? { ...entry, cache } : entry,
  );
  const use = async (edge: Edge): Promise<void> => {
    const count = model('gemini-fast').replace(':generateContent', ':countTokens');
    const kept = async (path: string): Promise<unknown> => {
      await edge.predict({ path });
      return (await edge.predict({ path })).headers['x-gateway-cache'];
    };
    expect(await kept(PREDICT)).toBe('hit');
    expect(edge.traces.at(-1)?.metadata).toMatchObject({ endpoint: '1234567890', operation: 'predict' });
    expect(await kept(PREDICT.replace('1234567890', 'flowers'))).toBe('hit');
    for (const verb of ['rawPredict', 'directPredict', 'directRawPredict', 'streamRawPredict', 'explain'])
      expect([verb, await kept(PREDICT.replace(':predict', `:${verb}`))]).toEqual([verb, undefined]);
    expect(await kept(PREDICT.replace(':predict', ':serverStreamingPredict'))).toBeUndefined();
    expect(await kept(count)).toBe('hit');
    expect(edge.traces.at(-1)?.metadata).toMatchObject({
      publisher: 'google',
      'gen_ai.request.model': 'gemini-3.5-flash',
      operation: 'countTokens',
    });
    expect(await kept(model('gemini-3.5-flash'))).toBeUndefined();
  };
  const answer = answerWith({ 'content-length': '11', 'x-policy-version': policyVersion });
  await withEdge({ catalog: { entries } }, use, answer);
});

test('a change of policies changes where answers are kept', () => {
  const textOf = (version: string): string =>
    derivePolicies({ documents, policyVersion: version }, []).find(({ path }) => path.includes('apis/vertex'))
      ?.text ?? '';
  const [before, after] = ['a'.repeat(64), 'b'.repeat(64)];
  expect(textOf(before).replaceAll(before, after)).toBe(textOf(after));
  expect(textOf(before)).toContain(`var team = new JArray(\n                  "${before}"`);
});

describe('without an issuer beside Entra ID', () => {
  const identityProviders = documents.access.identityProviders.filter(({ type }) => type === 'entra');
  const access = { ...documents.access, identityProviders };

  test('no policy validates tokens of another, or needs to know of one', () => {
    // No subscription belongs to an application of that provider.
    const limits = structuredClone(documents.limits);
    for (const product of limits.products) delete product.subscriptions;
    const files = derivePolicies({ documents: { ...documents, access, limits }, policyVersion }, ['vertex']);
    for (const { path, text } of files)
      expect([path, text]).toEqual([path, expect.not.stringMatching(/okta|validate-jwt|openid/i)]);
  });

  test('the edge runs without the named values of another', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'without-okta-'));
    cpSync('apim', directory, { recursive: true });
    for (const name of ['okta-issuer', 'okta-openid-configuration'])
      rmSync(join(directory, 'named-values', name), { recursive: true });
    const edge = await startEdge({ directory, documents: derived({ access }) });
    try {
      expect((await edge.predict()).status).toBe(200);
      const authorization = `Bearer ${await edge.okta.sign()}`;
      expect((await edge.predict({ headers: { authorization } })).status).toBe(401);
    } finally {
      await edge.close();
      rmSync(directory, { recursive: true });
    }
  });
});

test('a policy can be saved while an issuer cannot be reached', () => {
  const policies = derivePolicies({ documents, policyVersion }, ['vertex']).map(({ text }) => text);
  const configurations = policies.join('').match(/<openid-config [^>]*>/g) ?? [];
  expect(configurations.length).toBeGreaterThan(0);
  for (const configuration of configurations)
    expect(configuration).toContain('validate-connectivity="false"');
});

describe('for the v2 tiers', () => {
  const DAY_IN_MS = 86_400_000;

  test('nothing is counted by keys over a day, and everything else is as it was', () => {
    const classic = derivePolicies({ documents, policyVersion }, ['vertex'], 'classic');
    const v2 = derivePolicies({ documents, policyVersion }, ['vertex'], 'v2');
    expect(v2.map(({ path }) => path)).toEqual(classic.map(({ path }) => path));
    const differing = v2.filter(({ text }, index) => text !== classic[index]?.text);
    expect(differing.map(({ path }) => path)).toEqual([
      'apim/products/sandbox/policy.xml',
      'apim/products/production/policy.xml',
    ]);
    for (const { text } of v2) expect(text).not.toContain('<quota-by-key');
    for (const { text } of differing)
      expect(text).toMatch(/<quota calls="\d+" renewal-period="86400" id="day-requests-\d+" \/>/);
  });

  test('a gateway of these tiers takes what was derived for them, and nothing else', async () => {
    const edge = await startEdge({ documents: derived({}, 'v2'), tier: 'v2' });
    await edge.close();
    await expect(startEdge({ tier: 'v2' })).rejects.toThrow("<quota-by-key> isn't available in the v2 tiers");
  });

  test('the calls of a day are refused by the product, on record, until the day of the subscription is over', async () => {
    let time = Date.parse('2026-03-01T18:00:00Z');
    const products = documents.limits.products.map((product) => ({ ...product, callsPerDay: 2 }));
    const edge = await startEdge({
      documents: derived({ limits: { ...documents.limits, products } }, 'v2'),
      tier: 'v2',
      now: () => time,
      subscriptions: [
        {
          id: 'scoring-production',
          name: 'Scoring',
          product: 'production',
          primaryKey: PRODUCTION_KEY,
          startDate: '2026-02-01T12:00:00Z',
        },
      ],
    });
    const call = async () => {
      const authorization = `Bearer ${await edge.issuer.sign()}`;
      return edge.predict({ headers: { authorization } });
    };
    try {
      expect([(await call()).status, (await call()).status]).toEqual([200, 200]);
      const refused = await call();
      expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('QUOTA_EXCEEDED')]);
      expect(refused.headers['retry-after']).toBe(String(18 * 3600));
      expect(edge.traces.map(({ metadata }) => metadata.code)).toEqual(['QUOTA_EXCEEDED']);
      time = Date.parse('2026-03-02T12:00:00Z');
      expect((await call()).status).toBe(200);
      time += DAY_IN_MS;
      expect((await call()).status).toBe(200);
    } finally {
      await edge.close();
    }
  });

  test.each([
    ['the role Scoring.Predict', { roles: [{ role: 'Scoring.Predict', callsPerDay: 5 }], entries: [] }],
    ['the catalog entry iris', { roles: [], entries: [{ entry: 'iris', callsPerDay: 5 }] }],
  ])('calls per day of %s, which nothing would count, are refused', (owner, tighter) => {
    const governance = { documents: { ...documents, limits: limitsWith(tighter) }, policyVersion };
    expect(() => derivePolicies(governance, ['vertex'], 'v2')).toThrow(
      `The v2 tiers of API Management count calls per day of products alone: governance/limits.yaml has callsPerDay for ${owner}.`,
    );
    expect(() => derivePolicies(governance, ['vertex'], 'classic')).not.toThrow();
  });

  test('a body that is longer than a gateway of theirs reads could name any entry, and counts for each', async () => {
    const entries = [{ entry: 'gemini-3.1-pro-preview', callsPerMinute: 1 }];
    const edge = await startEdge({
      documents: derived({ limits: limitsWith({ entries }) }, 'v2'),
      tier: 'v2',
    });
    const ask = async (length: number): Promise<number> => {
      const body = JSON.stringify({ model: 'gemini-3.5-flash', padding: 'x'.repeat(length) });
      return (await edge.predict({ path: '/openai/v1/chat/completions', body })).status;
    };
    try {
      expect([await ask(2_000_000), await ask(2_000_000)]).toEqual([200, 200]);
      expect([await ask(3_000_000), await ask(3_000_000)]).toEqual([200, 429]);
    } finally {
      await edge.close();
    }
  });

  test('tokens per day of a role or an entry are the function app’s to count', () => {
    const entries = [{ entry: 'iris', tokensPerDay: 5, tokensPerMinute: 3 }];
    const governance = { documents: { ...documents, limits: limitsWith({ entries }) }, policyVersion };
    const texts = derivePolicies(governance, ['vertex'], 'v2').map(({ text }) => text);
    expect(texts.join('')).toContain('"tokens/rate/entry/iris/"');
    expect(texts.join('')).not.toContain('tokens/quota');
  });
});
