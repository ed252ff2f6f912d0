import { unsigned, withClaims, withoutSignature } from '../../end-to-end/unsigned-token.ts';
import { functionsApi } from '@vertex-ai-gateway/cloud-emulators/entra/sample-applications';
import { each, type HostileKind, type HostileRequest } from '../hostile-request.ts';
import {
  FLOWER,
  GENERATE,
  PREDICT,
  PROMPT,
  SURFACES,
  WHOAMI,
  CHAT,
  ASKED,
  MESSAGES,
  MESSAGE,
} from './sample-requests.ts';
import { SECRET } from '../run-hostile.ts';

const FORGED_ID = 'ffffffff-ffff-4fff-8fff-ffffffffffff';
const OTHER_TENANT = '22222222-2222-4222-8222-222222222222';

/** The headers that the edge stamps for an application with many roles. */
const STAMPED: Readonly<Record<string, string>> = {
  'x-gateway-identity-provider': 'entra',
  'x-gateway-delegated': 'false',
  'x-gateway-tenant-id': '11111111-1111-4111-8111-111111111111',
  'x-gateway-object-id': 'b0000004-0000-4000-8000-000000000004',
  'x-gateway-application-id': 'a0000004-0000-4000-8000-000000000004',
  'x-gateway-roles': 'Assistants.Use',
  'x-gateway-subscription-id': 'assistants-app',
  'x-gateway-product-id': 'production',
  'x-gateway-request-id': FORGED_ID,
};

/** The headers that the edge sets, in several spellings, for callers that forge them. */
const identity: HostileRequest[] = [
  ...Object.entries(STAMPED).flatMap(([name, value]) =>
    [name, name.toUpperCase(), name.replaceAll('-', '_')].map((spelt) => ({
      name: `a role is claimed by the header ${spelt}`,
      as: 'scoring-app' as const,
      path: GENERATE,
      body: PROMPT,
      headers: { [spelt]: value },
      status: 403,
      code: 'NOT_GRANTED',
      record: { roles: 'Scoring.Predict', subscriptionId: 'scoring-app' },
    })),
  ),
  ...each(SURFACES, ({ path, body }, surface) => ({
    name: `all of them at once, by ${surface}`,
    as: 'scoring-app',
    headers: STAMPED,
    path,
    body,
    status: 403,
    code: 'NOT_GRANTED',
    record: { roles: 'Scoring.Predict' },
  })),
  ...[
    'x-ms-client-principal',
    'x-ms-client-principal-id',
    'x-ms-token-aad-access-token',
    'x-arr-clientcert',
  ].map((name) => ({
    name: `the platform’s own header ${name}`,
    as: 'scoring-app' as const,
    path: GENERATE,
    body: PROMPT,
    headers: { [name]: SECRET },
    status: 403,
    code: 'NOT_GRANTED',
  })),
];

const FUNCTIONS_AUDIENCE = functionsApi.clientId;

/** Requests to the function app that did not come through the edge. None of their headers is trusted. */
const direct: HostileRequest[] = [
  ...each(SURFACES, ({ path, body }, surface) => ({
    name: `nobody, by ${surface}`,
    as: null,
    direct: true,
    path,
    body,
    headers: STAMPED,
    record: null,
    status: 401,
    code: 'CALLER_NOT_AUTHENTICATED',
  })),
  ...each(
    {
      'a caller’s own token for the gateway': { mint: { application: 'assistants-app' } },
      'a caller’s token for the function app': {
        mint: { application: 'assistants-app', audience: FUNCTIONS_AUDIENCE },
      },
      'the function app’s own identity': {
        mint: { application: 'function-app', audience: FUNCTIONS_AUDIENCE },
      },
      'API Management’s identity for another audience': {
        mint: { application: 'api-management', audience: 'api://other' },
      },
      'API Management’s identity, expired': {
        mint: { application: 'api-management', audience: FUNCTIONS_AUDIENCE, expiresInSeconds: -1 },
      },
      'API Management’s identity of another tenant': {
        mint: {
          application: 'api-management',
          audience: FUNCTIONS_AUDIENCE,
          issuer: `https://login.microsoftonline.com/${OTHER_TENANT}/v2.0`,
        },
      },
      'API Management’s identity without its object id': {
        mint: { application: 'api-management', audience: FUNCTIONS_AUDIENCE, claims: { oid: FORGED_ID } },
      },
      'the object id in another case and with a space': {
        mint: {
          application: 'api-management',
          audience: FUNCTIONS_AUDIENCE,
          claims: { oid: ' D0000001-0000-4000-8000-000000000001' },
        },
      },
      'the object id in a list': {
        mint: {
          application: 'function-app',
          audience: FUNCTIONS_AUDIENCE,
          claims: { oid: ['d0000001-0000-4000-8000-000000000001'] },
        },
      },
      'the object id changed after signing': {
        mint: { application: 'function-app', audience: FUNCTIONS_AUDIENCE },
        spoil: (token: string) => withClaims(token, { oid: 'd0000001-0000-4000-8000-000000000001' }),
      },
      'no algorithm': {
        mint: { application: 'api-management', audience: FUNCTIONS_AUDIENCE },
        spoil: unsigned,
      },
      'no signature': {
        mint: { application: 'api-management', audience: FUNCTIONS_AUDIENCE },
        spoil: withoutSignature,
      },
      'no JWT at all': { spoil: () => SECRET },
      'a token of a mebibyte and no end': { spoil: () => `e30.${'e'.repeat(12_000)}.e30` },
    },
    (token, name) => ({
      name: `with ${name}`,
      as: null,
      direct: true,
      path: PREDICT,
      body: FLOWER,
      headers: STAMPED,
      token,
      record: null,
      status: 401,
      code: 'CALLER_NOT_AUTHENTICATED',
    }),
  ),
  ...(['GET', 'PUT', 'PATCH', 'DELETE'] as const).flatMap((method) =>
    [
      '/vertex/',
      '/vertex/v1/%2e%2e/projects',
      '/gateway/v1/audit',
      '/openai/v1/models',
      '/anthropic/v1/models',
    ].map((path) => ({
      name: `${method} ${path} tells nothing`,
      as: null,
      direct: true as const,
      method,
      path,
      status: 401,
      record: null,
    })),
  ),
  {
    name: 'the token of API Management without what it stamps',
    as: null,
    direct: true,
    path: PREDICT,
    body: FLOWER,
    status: 401,
    code: 'CALLER_NOT_AUTHENTICATED',
    record: null,
    token: { mint: { application: 'api-management', audience: FUNCTIONS_AUDIENCE } },
  },
];

const TOKENS: Readonly<Record<string, NonNullable<HostileRequest['token']>>> = {
  'that has expired': { mint: { expiresInSeconds: -600 } },
  'that is not yet valid': { mint: { claims: { nbf: 4_102_444_800 } } },
  'that never expires': { mint: { claims: { exp: null } } },
  'for another audience': { mint: { audience: 'api://somebody-else' } },
  'for the function app': { mint: { audience: FUNCTIONS_AUDIENCE } },
  'of another tenant': { mint: { issuer: `https://login.microsoftonline.com/${OTHER_TENANT}/v2.0` } },
  'of another host': {
    mint: { issuer: 'https://login.evil.example/11111111-1111-4111-8111-111111111111/v2.0' },
  },
  'whose claims were changed': { spoil: (token) => withClaims(token, { roles: ['Assistants.Use'] }) },
  'whose roles were changed to a text': { spoil: (token) => withClaims(token, { roles: 'Assistants.Use' }) },
  'without an algorithm': { spoil: unsigned },
  'without a signature': { spoil: withoutSignature },
  'whose signature is another’s': { spoil: (token) => `${withoutSignature(token)}${'A'.repeat(342)}` },
  'that names its own key': {
    spoil: (token) => withHeader(token, { jwk: { kty: 'RSA', n: 'AQAB', e: 'AQAB' } }),
  },
  'that names where its keys are': {
    spoil: (token) => withHeader(token, { jku: 'https://evil.example/keys' }),
  },
  'that is signed with the public key as a secret': { spoil: (token) => withHeader(token, { alg: 'HS256' }) },
  'with a critical header': { spoil: (token) => withHeader(token, { crit: ['b64'], b64: false }) },
  'of four parts': { spoil: (token) => `${token}.${SECRET}` },
  'of two parts': { spoil: (token) => token.split('.').slice(0, 2).join('.') },
  'that is no JWT': { spoil: () => SECRET },
  'of dots': { spoil: () => '..' },
};

const token: HostileRequest[] = [
  ...each(TOKENS, (made, name) => ({
    name: `a token ${name}`,
    as: 'scoring-app',
    path: PREDICT,
    body: FLOWER,
    token: made,
    status: 401,
    code: 'TOKEN_INVALID',
  })),
  ...each(TOKENS, (made, name) => ({
    name: `beside a key that needs no token, a token ${name}`,
    as: 'sandbox-app',
    path: GENERATE,
    body: PROMPT,
    token: made,
    status: 401,
    code: 'TOKEN_INVALID',
  })),
  ...['Basic dXNlcjpwYXNz', 'Digest x', 'Negotiate YII'].map((authorization) => ({
    name: `another scheme: ${authorization}`,
    as: 'scoring-app' as const,
    path: PREDICT,
    body: FLOWER,
    headers: { authorization },
    status: 401,
  })),
  ...each(SURFACES, ({ path, body }, surface) => ({
    name: `no token beside production’s key, by ${surface}`,
    path,
    body,
    headers: { authorization: '' },
    status: 401,
  })),
];

const agent: HostileRequest[] = [
  {
    name: 'does not what the person may and it may not',
    as: 'agent-app',
    path: GENERATE.replace('locations/us', 'locations/eu'),
    body: PROMPT,
    status: 403,
    code: 'AGENT_NOT_ALLOWED',
    record: { isDelegated: 'true' },
  },
  {
    name: 'does not use the person’s bigger model',
    as: 'agent-app',
    path: GENERATE.replace(
      'us/publishers/google/models/gemini-3.5-flash',
      'global/publishers/google/models/gemini-3.1-pro-preview',
    ),
    body: PROMPT,
    status: 403,
    code: 'AGENT_NOT_ALLOWED',
  },
  {
    name: 'is not the person when it drops the mark of delegation',
    as: 'agent-app',
    path: GENERATE.replace(
      'us/publishers/google/models/gemini-3.5-flash',
      'global/publishers/google/models/gemini-3.1-pro-preview',
    ),
    body: PROMPT,
    headers: { 'x-gateway-delegated': 'false' },
    status: 403,
    code: 'AGENT_NOT_ALLOWED',
  },
  {
    name: 'that nobody knows acts for nobody',
    as: 'agent-app',
    path: GENERATE,
    body: PROMPT,
    status: 403,
    code: 'SUBSCRIPTION_NOT_ALLOWED',
    token: { mint: { claims: { azp: FORGED_ID } } },
  },
  {
    name: 'of another issuer acts for nobody here',
    as: 'agent-app',
    path: GENERATE,
    body: PROMPT,
    status: 401,
    code: 'TOKEN_INVALID',
    token: { mint: { issuer: 'https://okta.example/oauth2/default' } },
  },
  ...each(
    {
      chat: { path: CHAT, body: { ...ASKED, model: 'gemini-3.1-pro-preview' } },
      message: { path: MESSAGES, body: { ...MESSAGE, model: 'claude-sonnet-5-5' } },
    },
    ({ path, body }, name) => ({
      name: `does no more by a ${name}`,
      as: 'agent-app',
      path,
      body,
      status: 403,
      record: { code: 'AGENT_NOT_ALLOWED' },
    }),
  ),
];

/** The places in which clients send keys. */
const CARRIERS = ['ocp-apim-subscription-key', 'x-goog-api-key', 'api-key', 'x-api-key'];

const key: HostileRequest[] = [
  ...each(SURFACES, ({ path, body }, surface) => ({
    name: `none, by ${surface}`,
    path,
    body,
    headers: { 'ocp-apim-subscription-key': '' },
    status: 401,
    record: { code: 'SUBSCRIPTION_KEY_MISSING' },
  })),
  ...CARRIERS.flatMap((carrier) =>
    [SECRET, '00000000000000000000000000000000', '* OR 1=1', '../sandbox-app', 'sandbox-app'].map(
      (value) => ({
        name: `${value} in ${carrier}`,
        as: null,
        path: GENERATE,
        body: PROMPT,
        headers: { [carrier]: value },
        status: 401,
      }),
    ),
  ),
  ...CARRIERS.map((carrier) => ({
    name: `one that is none in ${carrier}, beside a good token`,
    path: GENERATE,
    body: PROMPT,
    headers: { 'ocp-apim-subscription-key': '', [carrier]: SECRET },
    status: 401,
  })),
  {
    name: 'in the query, one that is none',
    as: null,
    path: `${GENERATE}?subscription-key=${SECRET}`,
    body: PROMPT,
    status: 401,
  },
  ...[`${SECRET}%0D%0Ax-gateway-roles:%20Audit.Read`, `${SECRET}%00`, '%F0%9F%94%91', '%FF'].map((key) => ({
    name: `in the query, one that no header can hold: ${key}`,
    path: `${GENERATE}?subscription-key=${key}`,
    body: PROMPT,
    status: 401,
    headers: { 'ocp-apim-subscription-key': ' ' },
    code: 'SUBSCRIPTION_KEY_INVALID',
  })),
  {
    name: 'in the body, one that is good nowhere',
    as: null,
    path: GENERATE,
    body: { ...PROMPT, 'subscription-key': SECRET },
    status: 401,
  },
  ...Object.entries(SURFACES).flatMap(([surface, { path, body }]) => [
    {
      name: `production’s with a token of the sandbox, by ${surface}`,
      as: 'sandbox-app' as const,
      keyOf: 'assistants-app' as const,
      path,
      body,
      status: [401, 403],
    },
    {
      name: `the sandbox’s with a token of production, by ${surface}`,
      as: 'assistants-app' as const,
      keyOf: 'sandbox-app' as const,
      path,
      body,
      status: [401, 403],
    },
    {
      name: `another application’s of the same product, by ${surface}`,
      as: 'assistants-app' as const,
      keyOf: 'scoring-app' as const,
      path,
      body,
      status: [401, 403],
    },
  ]),
  ...CARRIERS.slice(1).map((carrier) => ({
    name: `a key in its own header and another in ${carrier}`,
    path: GENERATE,
    body: PROMPT,
    headers: { [carrier]: SECRET },
    status: [200, 401],
    google: () => undefined,
  })),
  { name: 'of nobody asks who it is', as: null, method: 'GET', path: WHOAMI, status: 401 },
];

export const SPOOFED_IDENTITIES: HostileKind = { identity, direct, token, agent, key };

function withHeader(given: string, header: object): string {
  const [head = '', ...rest] = given.split('.');
  const parsed = JSON.parse(Buffer.from(head, 'base64url').toString()) as object;
  return [Buffer.from(JSON.stringify({ ...parsed, ...header })).toString('base64url'), ...rest].join('.');
}
