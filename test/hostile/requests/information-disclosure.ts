import type { HostileKind, HostileRequest } from '../hostile-request.ts';
import { SECRET } from '../run-hostile.ts';
import { AUDIT, EXPLAIN, GENERATE, MCP } from './sample-requests.ts';

const USAGE = '/gateway/v1/usage';
const VERIFY = '/gateway/v1/audit:verify';
const DOCTOR = '/gateway/v1/doctor';

/** Instants at the bounds of calendars, clocks and databases. */
const INSTANTS = [
  '0000-01-01',
  '0000-01-02',
  '-000001-01-01T00:00:00Z',
  '9999-12-31',
  '9999-12-31T23:59:59.999Z',
  '9999-12-31T23:59:59-23:59',
  '0001-01-01T00:00:00%2B23:59',
  '%2B275760-09-13T00:00:00Z',
  '%2B275760-09-14T00:00:00Z',
  '2026-02-30',
  '2026-11-30T24:00:01Z',
  '2026-11-30T12:00:60Z',
  '2026-11-30T12:00:00%2B24:00',
  '1e400',
  SECRET,
];

const audit: HostileRequest[] = [
  ...[AUDIT, USAGE, VERIFY].flatMap((path) =>
    ['from', 'to'].flatMap((name) =>
      INSTANTS.map((instant) => ({
        name: `${path.split('/').at(-1) ?? ''} ${name} ${instant}`,
        as: 'auditor-app' as const,
        method: 'GET' as const,
        path: `${path}?${name}=${instant}`,
        status: 400,
        code: 'INVALID_REQUEST',
      })),
    ),
  ),
  ...[
    `cursor=${SECRET}`,
    `cursor=${'A'.repeat(2_000)}`,
    'cursor=',
    'limit=0',
    'limit=1001.5',
    'decision=maybe',
    'outcome=answered&outcome=denied&x=1',
    `caller=${encodeURIComponent('" or 1==1 //')}`,
    `model=${encodeURIComponent("x'; union requests")}`,
    `nothing=${SECRET}`,
  ].map((query) => ({
    name: `audit?${query.slice(0, 40)}`,
    method: 'GET' as const,
    path: `${AUDIT}?${query}`,
    status: [200, 400],
  })),
  ...['scoring-app', 'sandbox-app', 'agent-app', 'nobody-app'].map((application) => ({
    name: `${application} verifies nothing`,
    as: application as 'scoring-app',
    method: 'GET' as const,
    path: VERIFY,
    status: 403,
    code: 'NOT_GRANTED',
  })),
  ...[`/${SECRET}`, '/00000000-0000-4000-8000-000000000000', '/%2e%2e', "/1' or '1'='1"].map((id) => ({
    name: `the record ${id}`,
    method: 'GET' as const,
    path: `${AUDIT}${encodeURI(id)}`,
    status: [400, 404],
  })),
];

const doctor: HostileRequest[] = [
  ...(['scoring-app', 'sandbox-app', 'agent-app', 'nobody-app', 'auditor-app'] as const).flatMap(
    (application) =>
      ['', '?format=text'].map((query) => ({
        name: `${application} has nothing examined${query}`,
        as: application,
        method: 'GET' as const,
        path: DOCTOR + query,
        headers: { 'x-gateway-named-values': 'tenant-id=forged', 'x-gateway-roles': 'Gateway.Operate' },
        status: 403,
        code: 'NOT_GRANTED',
      })),
  ),
  ...['format=html', `format=${SECRET}`, `nothing=${SECRET}`, 'format=json&format=text'].map((query) => ({
    name: `doctor?${query.slice(0, 30)}`,
    as: 'auditor-app' as const,
    method: 'GET' as const,
    path: `${DOCTOR}?${query}`,
    status: 400,
    code: 'INVALID_REQUEST',
  })),
  ...(['POST', 'PUT', 'DELETE'] as const).map((method) => ({
    name: `${method} of the doctor`,
    as: 'auditor-app' as const,
    method,
    path: DOCTOR,
    status: 404,
    code: 'OPERATION_NOT_FOUND',
  })),
];

const explain: HostileRequest[] = [
  ...[
    {},
    [],
    { method: 'POST' },
    { path: GENERATE },
    { method: 'post', path: GENERATE },
    { method: 'POST', path: 'https://evil.example/vertex/' },
    { method: 'POST', path: '/admin/host/status' },
    { method: 'POST', path: 5 },
    { method: 'POST', path: GENERATE, roles: ['Audit.Read'] },
    { method: 'POST', path: GENERATE, caller: SECRET },
  ].map((body) => ({
    name: JSON.stringify(body),
    path: EXPLAIN,
    body,
    status: 400,
    code: 'INVALID_REQUEST',
  })),
  {
    name: 'a path of a mebibyte',
    path: EXPLAIN,
    body: { method: 'POST', path: `/vertex/${'a/'.repeat(500_000)}` },
    status: [200, 400, 413],
  },
  {
    name: 'a body of what is no body',
    path: EXPLAIN,
    body: { method: 'POST', path: GENERATE, body: [[[SECRET]]] },
    status: 200,
  },
];

function rpc(message: unknown): string {
  return JSON.stringify(message);
}
const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list' };

const MESSAGES: Readonly<Record<string, string>> = {
  'no JSON': '{"jsonrpc":',
  nothing: '',
  null: 'null',
  'a number': '1',
  'a text': rpc(SECRET),
  'a batch': rpc([LIST, LIST]),
  'an empty batch': '[]',
  'no version': rpc({ id: 1, method: 'tools/list' }),
  'another version': rpc({ ...LIST, jsonrpc: '1.0' }),
  'no method': rpc({ jsonrpc: '2.0', id: 1 }),
  'a method that is no text': rpc({ ...LIST, method: 5 }),
  'a method that there is not': rpc({ ...LIST, method: 'admin/shutdown' }),
  'an id that is an object': rpc({ ...LIST, id: {} }),
  'parameters that are a text': rpc({ ...LIST, params: SECRET }),
  'ten thousand lists in one another': `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}}`,
  'a tool that there is not': rpc({ ...LIST, method: 'tools/call', params: { name: SECRET, arguments: {} } }),
  'a tool without a name': rpc({ ...LIST, method: 'tools/call', params: { arguments: {} } }),
  'arguments that are a list': rpc({
    ...LIST,
    method: 'tools/call',
    params: { name: 'predict', arguments: [] },
  }),
  'an argument that there is not': rpc({
    ...LIST,
    method: 'tools/call',
    params: { name: 'list_models', arguments: { roles: ['Audit.Read'] } },
  }),
  'the key __proto__': '{"jsonrpc":"2.0","id":1,"method":"tools/list","__proto__":{"a":1}}',
};

/** Messages that are delivered, and answered with nothing or with an error. */
const OF_ANY_OUTCOME = { outcome: expect.any(String) as string, status: expect.any(String) as string };

const mcp: HostileRequest[] = [
  ...Object.entries(MESSAGES).map(([name, body]) => ({
    name,
    as: 'scoring-app' as const,
    path: MCP,
    body,
    status: [200, 202, 400, 404, 413],
    headers: { accept: 'application/json, text/event-stream' },
    record: OF_ANY_OUTCOME,
  })),
  ...(['GET', 'PUT', 'DELETE'] as const).map((method) => ({
    name: method,
    method,
    path: MCP,
    status: [400, 404, 405],
    record: OF_ANY_OUTCOME,
  })),
  {
    name: 'nobody',
    as: null,
    path: MCP,
    body: rpc(LIST),
    status: 401,
  },
];

export const INFORMATION_DISCLOSURE: HostileKind = { audit, doctor, explain, mcp };
