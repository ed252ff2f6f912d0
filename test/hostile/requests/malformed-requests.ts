import { gzipSync } from 'node:zlib';
import { each, type HostileKind, type HostileRequest } from '../hostile-request.ts';
import { SECRET } from '../run-hostile.ts';
import {
  ASKED,
  AUDIT,
  CHAT,
  EMBEDDINGS,
  FLOWER,
  GENERATE,
  MESSAGE,
  MESSAGES,
  PARENT,
  PREDICT,
  PROMPT,
  STREAM,
  SURFACES,
} from './sample-requests.ts';

/** Texts that take the place of one part of a path. */
const DISGUISES: Readonly<Record<string, (part: string) => string>> = {
  'an encoded slash': (part) => `${part}%2F${SECRET}`,
  'an encoded slash, encoded again': (part) => `${part}%252F${SECRET}`,
  'an encoded backslash': (part) => `${part}%5C${SECRET}`,
  'encoded dots': () => '%2e%2e',
  'a line break': (part) => `${part}%0d%0a${SECRET}`,
  'a fragment': (part) => `${part}%23${SECRET}`,
  'an at sign': (part) => `${part}%40evil.example`,
  'a host': () => 'evil.example',
  'a wildcard': () => '*',
  'invalid UTF-8': (part) => `${part}%ff`,
  'full-width letters': (part) => `${part}%EF%BC%A1`,
  'two hundred letters': () => 'a'.repeat(200),
};
const PARTS = ['v1', 'sample-project', 'us', 'google', 'gemini-3.5-flash'];

const path: HostileRequest[] = [
  ...PARTS.flatMap((part) =>
    Object.entries(DISGUISES).map(([name, disguise]) => ({
      name: `${name} in the place of ${part}`,
      path: GENERATE.replace(part, disguise(part)),
      body: PROMPT,
      status: [400, 403, 404],
    })),
  ),
  ...[
    '/vertex/v1/%2e%2e/%2e%2e/secrets',
    '/vertex/..%2f..%2fapi/health',
    '//vertex/v1/x',
    '/vertex/v1//projects',
    '/api/health',
    '/admin/host/status',
    '/runtime/webhooks/x',
    '/vertex/v1/projects/sample-project/locations/us-central1/endpoints',
    `/vertex/v1/${PARENT}/models:upload`,
    `/vertex/v1/${PARENT}/endpoints/1234567890:undeployModel`,
    `/vertex/v1/${PARENT}/customJobs`,
    `/vertex/v1/${PARENT}/reasoningEngines/1:query`,
    `/vertex/v1/${PARENT}/extensions/1:execute`,
    `/vertex/v1/${PARENT}/ragCorpora`,
    `/vertex/v1/${PARENT}:retrieveContexts`,
    `/vertex/v1/${PARENT}:evaluateInstances`,
    `/vertex/v1/${PARENT}/tuningJobs`,
    `/vertex/ui/${PARENT}/datasets`,
    '/openai/v1/files',
    '/openai/v1/responses/resp_1',
    '/openai/v1/assistants',
    '/anthropic/v1/files',
    '/anthropic/v1/messages/batches',
    '/gateway/v1/policy',
  ].map((path) => ({ name: path, path, body: PROMPT, status: 404, code: 'OPERATION_NOT_FOUND' })),
];

const method: HostileRequest[] = (['GET', 'PUT', 'PATCH', 'DELETE'] as const).flatMap((verb) =>
  [GENERATE, PREDICT, CHAT, MESSAGES, EMBEDDINGS].map((path) => ({
    name: `${verb} ${path.split('/').slice(1, 3).join('/')}… ${path.split(/[/:]/).at(-1) ?? ''}`,
    method: verb,
    path,
    status: [400, 404],
    ...(verb === 'GET' ? {} : { body: FLOWER }),
    headers: { 'x-http-method-override': 'POST', 'x-http-method': 'POST' },
  })),
);

/** Functions that damage a valid JSON text, so that no parser may accept it, or two parsers read it differently. */
const DAMAGES: Readonly<Record<string, (json: string) => string | Uint8Array>> = {
  'an empty text': () => '',
  'spaces alone': () => '   ',
  'half of it': (json) => json.slice(0, -3),
  'something behind it': (json) => `${json}{"a":1}`,
  'a list around it': (json) => `[${json}]`,
  'a text around it': (json) => JSON.stringify(json),
  'UTF-16': (json) => Buffer.from(json, 'utf16le'),
  'invalid UTF-8': (json) =>
    Buffer.concat([Buffer.from(`{"x":"`), Buffer.from([0xc3, 0x28]), Buffer.from(`",${json.slice(1)}`)]),
  'an overlong zero': (json) =>
    Buffer.concat([Buffer.from(`{"x":"`), Buffer.from([0xc0, 0x80]), Buffer.from(`",${json.slice(1)}`)]),
  'a surrogate as UTF-8': (json) =>
    Buffer.concat([
      Buffer.from(`{"x":"`),
      Buffer.from([0xed, 0xa0, 0x80]),
      Buffer.from(`",${json.slice(1)}`),
    ]),
  'a zero byte in a text': (json) => `{"x":"\u0000",${json.slice(1)}`,
  'a comment': (json) => `/* ${SECRET} */${json}`,
  'a comma too many': (json) => `${json.slice(0, -1)},}`,
  'single quotes': (json) => json.replaceAll('"', "'"),
  NaN: (json) => `{"x":NaN,${json.slice(1)}`,
  Infinity: (json) => `{"x":-Infinity,${json.slice(1)}`,
  'a number with a leading zero': (json) => `{"x":007,${json.slice(1)}`,
  'a hexadecimal number': (json) => `{"x":0x10,${json.slice(1)}`,
  'a key twice': (json) => `${json.slice(0, -1)},"same":1,"same":2}`,
  'a key twice, once in disguise': (json) => `${json.slice(0, -1)},"same":1,"s\\u0061me":2}`,
  'the key __proto__': (json) => `{"__proto__":{"${SECRET}":1},${json.slice(1)}`,
  'the key __proto__ in disguise': (json) => `{"\\u005f_proto__":1,${json.slice(1)}`,
  'the key __proto__ far inside': (json) => `{"x":[{"y":{"__proto__":1}}],${json.slice(1)}`,
  'sixty lists in one another': (json) => `{"x":${'['.repeat(60)}${']'.repeat(60)},${json.slice(1)}`,
  'ten thousand lists in one another': (json) =>
    `{"x":${'['.repeat(10_000)}${']'.repeat(10_000)},${json.slice(1)}`,
};

const body: HostileRequest[] = [
  ...Object.entries(SURFACES).flatMap(([surface, { path, body: right }]) =>
    Object.entries(DAMAGES).map(([name, damage]) => ({
      name: `${name}, by ${surface}`,
      path,
      body: damage(JSON.stringify(right)),
      status: 400,
      record: { code: expect.stringMatching(/^INVALID_(JSON|REQUEST)$/) as string },
    })),
  ),
  ...each(SURFACES, ({ path, body: right }, surface) => ({
    name: `gzip, by ${surface}`,
    path,
    body: gzipSync(JSON.stringify(right)),
    headers: { 'content-encoding': 'gzip' },
    status: [400, 415],
  })),
  ...[null, 1, 'text', []].flatMap((value) =>
    [
      { path: GENERATE, member: 'contents', right: PROMPT },
      { path: PREDICT, member: 'instances', right: FLOWER },
      { path: CHAT, member: 'messages', right: ASKED },
      { path: MESSAGES, member: 'messages', right: MESSAGE },
    ].map(({ path, member, right }) => ({
      name: `${JSON.stringify(value)} for ${member}, at ${path.split('/')[1] ?? ''}`,
      path,
      as: path === PREDICT ? ('scoring-app' as const) : ('assistants-app' as const),
      body: { ...right, [member]: value },
      status: 400,
    })),
  ),
];

const query: HostileRequest[] = [
  ...['alt=proto', 'alt=media', `alt=${SECRET}`].map((query) => ({
    name: `?${query}`,
    path: `${STREAM.split('?')[0] ?? ''}?${query}`,
    body: PROMPT,
    status: 400,
    code: 'INVALID_REQUEST',
  })),
  ...[
    'limit=0',
    'limit=1e9',
    'limit=-1',
    `outcome=${SECRET}`,
    'from=x',
    'from=2026-13-01',
    'cursor=x',
    `nothing=${SECRET}`,
  ].map((query) => ({
    name: `${AUDIT}?${query}`,
    method: 'GET' as const,
    path: `${AUDIT}?${query}`,
    status: 400,
    code: 'INVALID_REQUEST',
  })),
  ...['by=x', 'from=2026-02-30', 'to=x'].map((query) => ({
    name: `/gateway/v1/usage?${query}`,
    method: 'GET' as const,
    path: `/gateway/v1/usage?${query}`,
    status: 400,
    code: 'INVALID_REQUEST',
  })),
];

const headers: HostileRequest[] = [
  ...['x-server-timeout', 'x-stainless-timeout'].flatMap((name) =>
    ['-1', '1e400', SECRET, '１'].map((value) => ({
      name: `${name}: ${value}`,
      path: GENERATE,
      body: PROMPT,
      headers: { [name]: Buffer.from(value).toString('latin1') },
      status: 400,
      code: 'INVALID_REQUEST',
    })),
  ),
  {
    name: 'a version of Anthropic’s that is none',
    path: MESSAGES,
    body: MESSAGE,
    headers: { 'anthropic-version': SECRET },
    status: 400,
    code: 'INVALID_REQUEST',
  },
  ...each(
    {
      'x-goog-user-project': 'other-project',
      'x-goog-api-key ': '',
      'x-goog-request-params': 'endpoint=other',
      forwarded: `for=${SECRET}`,
      'x-forwarded-host': 'evil.example',
      'x-original-url': '/gateway/v1/audit',
      'x-rewrite-url': '/gateway/v1/audit',
      'x-ms-invocation-id': SECRET,
      'x-functions-key': SECRET,
      cookie: `a=${SECRET}`,
    },
    (value, name) => ({
      name: `${name} changes nothing and reaches nobody`,
      path: GENERATE,
      body: PROMPT,
      headers: { [name.trim()]: value },
      status: 200,
      google: ([received]) => {
        expect(received?.path).toMatch(/^\/v1\/projects\/sample-project\//);
        expect(Object.keys(received?.headers ?? {})).not.toContain(name);
        expect(JSON.stringify(received?.headers)).not.toContain(SECRET);
      },
    }),
  ),
];

export const MALFORMED_REQUESTS: HostileKind = { path, method, body, query, headers };
