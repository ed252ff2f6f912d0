import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadGovernance } from '../../src/governance/load-governance.ts';
import type { ReceivedResponse, SentRequest } from '@vertex-ai-gateway/test-support/send-request';
import { TENANT } from '@vertex-ai-gateway/test-support/token-issuer';
import { answerWith, PREDICT, PRODUCTION_KEY, SANDBOX_KEY, startEdge } from './start-edge.ts';
import type { Edge } from './start-edge.ts';

type Call = Partial<SentRequest> & { readonly claims?: Record<string, unknown> };

/** The effect of one policy document on callers and on the function app. */
interface Facts {
  /** A call that the document lets through. */
  readonly passes: Call;
  /** Headers that the function app must receive of that call; undefined for those that it must not receive. */
  readonly receives: Readonly<Record<string, unknown>>;
  readonly receivesNo: readonly string[];
  /** A call that the document stops, with its answer; undefined for a document that stops none. */
  readonly stops?: Call & { readonly status: number; readonly code: string };
  /** The edge for the stopped call; the usual one when left out. */
  readonly at?: 'tight';
  /** Headers of the answer to the call that is let through. */
  readonly answers?: Readonly<Record<string, unknown>>;
}

const { policyVersion } = loadGovernance(join(process.cwd(), 'governance'));
const MODELS = '/vertex/v1/projects/sample-project/locations';
const GEMINI = 'publishers/google/models/gemini-3.5-flash';
const EMBED = `${MODELS}/us-central1/publishers/google/models/gemini-embedding-001:predict`;
const IN_AMERICA = `${MODELS}/us/${GEMINI}:generateContent`;
const IN_EUROPE = `${MODELS}/eu/${GEMINI}:generateContent`;

const CREDENTIALS = [
  'ocp-apim-subscription-key',
  'x-goog-api-key',
  'api-key',
  'x-api-key',
  'x-functions-key',
];
const EDGE = { authorization: 'Bearer token for f0000002-0000-4000-8000-000000000002' };
const SANDBOX = { 'ocp-apim-subscription-key': SANDBOX_KEY };
const WITHOUT_TOKEN = { authorization: undefined };
const NOBODY = { 'ocp-apim-subscription-key': undefined, authorization: undefined };
const ANALYST = { roles: ['Analytics.Eu'] };

function api(path: string): Facts {
  return {
    passes: { path },
    receives: { ...EDGE, 'x-gateway-product-id': 'production' },
    receivesNo: CREDENTIALS,
    stops: { path, headers: WITHOUT_TOKEN, status: 401, code: 'TOKEN_MISSING' },
  };
}

function product(id: string, key: string, limit: number): Facts {
  const headers = { 'ocp-apim-subscription-key': key };
  return {
    passes: { headers },
    receives: { 'x-gateway-product-id': id },
    receivesNo: CREDENTIALS,
    answers: { 'x-ratelimit-limit-requests': String(limit) },
    stops: { headers, status: 429, code: 'RATE_LIMITED' },
    at: 'tight',
  };
}

const FACTS: Readonly<Record<string, Facts>> = {
  'policy.xml': {
    passes: {},
    receives: EDGE,
    receivesNo: CREDENTIALS,
    answers: { 'x-content-type-options': 'nosniff' },
    stops: { headers: NOBODY, status: 401, code: 'SUBSCRIPTION_KEY_MISSING' },
  },
  'apis/anthropic/policy.xml': api('/anthropic/v1/messages'),
  'apis/gateway/policy.xml': api('/gateway/v1/policy:explain'),
  'apis/openai/policy.xml': api('/openai/v1/chat/completions'),
  'apis/vertex/policy.xml': api(PREDICT),
  'apis/vertex/operations/bidi-generate-content/policy.xml': {
    passes: { path: IN_AMERICA },
    receives: EDGE,
    receivesNo: ['upgrade'],
    stops: {
      method: 'GET',
      path: '/vertex/ws/google.cloud.aiplatform.v1.LlmBidiService/BidiGenerateContent',
      status: 501,
      code: 'OPERATION_NOT_SERVED',
    },
  },
  'products/production/policy.xml': product('production', PRODUCTION_KEY, 600_000),
  'products/sandbox/policy.xml': product('sandbox', SANDBOX_KEY, 600),
  'policy-fragments/authenticate/policy.xml': {
    passes: { headers: { ...SANDBOX, authorization: `Bearer ${SANDBOX_KEY}` } },
    receives: { ...EDGE, 'x-gateway-identity-provider': 'subscription-key' },
    receivesNo: CREDENTIALS,
    stops: { claims: { aud: 'api://elsewhere' }, status: 401, code: 'TOKEN_INVALID' },
  },
  'policy-fragments/bound-head/policy.xml': {
    passes: { headers: { 'x-long': 'a'.repeat(9_000) } },
    receives: EDGE,
    receivesNo: CREDENTIALS,
    stops: { headers: { 'x-long': 'a'.repeat(15_000) }, status: 431, code: 'HEADERS_TOO_LARGE' },
  },
  'policy-fragments/drop-reserved-headers/policy.xml': {
    passes: {
      headers: {
        'x-gateway-admin': 'yes',
        'x-ms-client-principal-id': 'someone',
        'x-ms-invocation-id': 'another',
      },
    },
    receives: EDGE,
    receivesNo: ['x-gateway-admin', 'x-ms-client-principal-id', 'x-ms-invocation-id'],
    stops: {
      headers: Object.fromEntries(Array.from({ length: 13 }, (_, index) => [`x-gateway-${index}`, 'yes'])),
      status: 400,
      code: 'INVALID_REQUEST',
    },
  },
  'policy-fragments/error-in-dialect/policy.xml': {
    passes: {},
    receives: EDGE,
    receivesNo: CREDENTIALS,
    stops: { path: '/nowhere', status: 404, code: 'OPERATION_NOT_FOUND' },
  },
  'policy-fragments/identify-caller/policy.xml': {
    passes: { claims: { roles: ['Assistants.Use'], oid: 'a-person', scp: 'access', idtyp: undefined } },
    receives: {
      'x-gateway-tenant-id': TENANT,
      'x-gateway-object-id': 'a-person',
      'x-gateway-roles': 'Assistants.Use',
      'x-gateway-delegated': 'true',
    },
    receivesNo: [],
  },
  'policy-fragments/keep-in-cache/policy.xml': {
    passes: { path: EMBED },
    receives: EDGE,
    receivesNo: ['x-gateway-cache'],
    answers: { 'x-gateway-cache': 'miss' },
  },
  'policy-fragments/name-error/policy.xml': {
    passes: {},
    receives: EDGE,
    receivesNo: CREDENTIALS,
    stops: { claims: { exp: 1 }, status: 401, code: 'TOKEN_INVALID' },
  },
  'policy-fragments/record-denial/policy.xml': {
    passes: {},
    receives: EDGE,
    receivesNo: CREDENTIALS,
    stops: { headers: WITHOUT_TOKEN, status: 401, code: 'TOKEN_MISSING' },
  },
  'policy-fragments/replace-host-answer/policy.xml': {
    passes: {},
    receives: EDGE,
    receivesNo: CREDENTIALS,
    stops: { headers: { 'x-no-app': 'yes' }, status: 502, code: 'BACKEND_UNREACHABLE' },
  },
  'policy-fragments/require-subscription/policy.xml': {
    passes: { headers: { 'ocp-apim-subscription-key': undefined, 'x-goog-api-key': PRODUCTION_KEY } },
    receives: { ...EDGE, 'x-gateway-subscription-id': 'scoring-production' },
    receivesNo: CREDENTIALS,
    stops: {
      headers: { 'ocp-apim-subscription-key': undefined, 'x-goog-api-key': 'nonsense' },
      status: 401,
      code: 'SUBSCRIPTION_KEY_INVALID',
    },
  },
  'policy-fragments/residency/policy.xml': {
    passes: { path: IN_EUROPE, claims: ANALYST },
    receives: { 'x-gateway-roles': 'Analytics.Eu' },
    receivesNo: CREDENTIALS,
    stops: { path: IN_AMERICA, claims: ANALYST, status: 403, code: 'LOCATION_NOT_ALLOWED' },
  },
  'policy-fragments/security-headers/policy.xml': {
    passes: {},
    receives: EDGE,
    receivesNo: ['strict-transport-security'],
    answers: {
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    },
  },
  'policy-fragments/stamp-identity/policy.xml': {
    passes: { headers: { 'x-gateway-roles': 'Audit.Read', 'x-functions-key': 'secret' } },
    receives: { ...EDGE, 'x-gateway-roles': 'Sandbox.Use Scoring.Predict' },
    receivesNo: CREDENTIALS,
  },
  'policy-fragments/tell-limits/policy.xml': {
    passes: {},
    receives: EDGE,
    receivesNo: ['x-ratelimit-limit-requests'],
    answers: { 'x-ratelimit-limit-requests': '600000' },
  },
};

/**
 * Documents that other tests cover. The first has API Management's MCP runtime as its backend, not the function app:
 * see mcp-server.test.ts. The second needs APIM subscriptions that belong to applications: see
 * products-and-keys.test.ts. The last counts questions of its own: see gateway-api.test.ts.
 */
const ELSEWHERE = [
  'mcp-servers/agents/policy.xml',
  'policy-fragments/match-application/policy.xml',
  'apis/gateway/operations/doctor/policy.xml',
];

let edge: Edge;
/** Starts an edge whose products allow a single call a minute. */
let tight: Edge;

beforeAll(async () => {
  edge = await startEdge({}, (request, response) => {
    if (request.headers['x-no-app']) response.writeHead(503).end('<html>');
    else answerWith({ 'x-policy-version': policyVersion, 'content-length': '11' })(request, response);
  });
  tight = await startEdge({ limits: { calls: 1, quota: 100 } });
}, 60_000);

beforeEach(() => {
  for (const one of [edge, tight]) {
    one.functionApp.received.length = 0;
    one.traces.length = 0;
  }
});

afterAll(() => Promise.all([edge.close(), tight.close()]));

async function call(to: Edge, { claims, ...request }: Call): Promise<ReceivedResponse> {
  const signed = claims && { authorization: `Bearer ${await to.issuer.sign(claims)}` };
  return to.predict({ ...request, headers: { ...signed, ...request.headers } });
}

const DOCUMENTS = readdirSync('apim', { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('policy.xml'),
);

test('every policy document is here', () => {
  expect([...Object.keys(FACTS), ...ELSEWHERE].toSorted()).toEqual(DOCUMENTS.toSorted());
});

/** API Management accepts policies that are not well-formed XML; editors and other tools do not. */
test.each(DOCUMENTS)('%s is well-formed XML', (document) => {
  const text = readFileSync(join('apim', document), 'utf8').replace(/<!--(?:(?!--)[^])*-->/g, '');
  expect(text).not.toMatch(/&(?!(?:amp|lt|gt|quot|apos);)/);
  const withoutTags = text.replace(/<\/?[\w-]+(?:\s+[\w-]+=(?:"[^"<]*"|'[^'<]*'))*\s*\/?>/g, '');
  expect(withoutTags).not.toContain('<');
});

test.each(Object.entries(FACTS))(
  '%s lets a call through',
  async (_, { passes, receives, receivesNo, answers }) => {
    const { status, headers } = await call(edge, passes);
    expect(status).toBe(200);
    expect(headers).toMatchObject(answers ?? {});
    expect(headers).toHaveProperty('x-request-id');
    expect(edge.functionApp.received).toHaveLength(1);
    const [received] = edge.functionApp.received;
    expect(received).toMatchObject({ url: passes.path ?? PREDICT, headers: receives });
    for (const name of receivesNo) expect(received?.headers).not.toHaveProperty(name);
    expect(edge.traces).toEqual([]);
  },
);

test.each(
  Object.entries(FACTS).flatMap(([document, { stops, at }]) =>
    stops ? [[document, stops, at] as const] : [],
  ),
)('%s stops a call, on record', async (_, { status, code, ...stopped }, at) => {
  const to = at === 'tight' ? tight : edge;
  if (at === 'tight') await call(to, stopped);
  const before = to.functionApp.received.length;
  const answer = await call(to, stopped);
  expect(answer.status).toBe(status);
  expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  // The call reached the function app's host, but not the app.
  if (code !== 'BACKEND_UNREACHABLE') expect(to.functionApp.received).toHaveLength(before);
  expect(to.traces.map(({ metadata }) => [metadata.requestId, metadata.code])).toEqual([
    [answer.headers['x-request-id'], code],
  ]);
});

test('apis/vertex/policy.xml answers in place of the function app, on record', async () => {
  const asked = { path: EMBED, body: '{"instances":[{"content":"again"}]}' };
  await call(edge, asked);
  expect((await call(edge, asked)).headers['x-gateway-cache']).toBe('hit');
  expect(edge.functionApp.received).toHaveLength(1);
  expect(edge.traces.map(({ metadata }) => metadata.rule)).toEqual(['edge/serve-from-cache']);
});
