import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startBackend } from '@vertex-ai-gateway/test-support/recording-backend';

const CLI = join(__dirname, '../src/cli.ts');
const directories: string[] = [];
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

const SPECIFICATION = `
openapi: 3.0.3
info: { title: Echo, version: '1' }
paths:
  /items/{id}:
    get: { operationId: get-item }
`;

/** The folder as APIOps writes it. */
function service(files: Readonly<Record<string, string>> = {}, serviceUrl = 'http://127.0.0.1:9'): string {
  const directory = mkdtempSync(join(tmpdir(), 'apiops-'));
  directories.push(directory);
  const all = {
    'apis/echo/apiInformation.json': JSON.stringify({ properties: { path: 'echo', serviceUrl } }),
    'apis/echo/specification.yaml': SPECIFICATION,
    'apis/echo/policy.xml':
      '<policies><inbound><base /><include-fragment fragment-id="stamp" /></inbound><backend><base /></backend><outbound><base /></outbound><on-error><base /></on-error></policies>',
    'policy fragments/stamp/policy.xml':
      '<fragment><set-header name="x-team"><value>{{team}}</value></set-header></fragment>',
    'policy fragments/stamp/policyFragmentInformation.json': '{ "properties": {} }',
    'named values/team/namedValueInformation.json': JSON.stringify({
      properties: { displayName: 'team', value: 'ours', secret: false },
    }),
    'products/starter/productInformation.json': '{ "properties": { "displayName": "Starter" } }',
    'products/starter/apis/echo/productApiInformation.json': '{}',
    ...files,
  };
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  return directory;
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

async function run(...args: string[]): Promise<Ended> {
  const child = start(args);
  let out = '';
  let error = '';
  child.stdout?.on('data', (chunk) => (out += String(chunk)));
  child.stderr?.on('data', (chunk) => (error += String(chunk)));
  await once(child, 'close');
  return { code: child.exitCode, out, error };
}

function start(args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  return child;
}

/** Starts `serve` on free ports and reads what it says about itself. */
async function serve(...args: string[]): Promise<{ gateway: string; journeys: string; keys: string[] }> {
  const child = start(['serve', ...args, '--port', '0']);
  let printed = '';
  child.stderr?.on('data', (chunk) => (printed += String(chunk)));
  for await (const chunk of child.stdout ?? []) {
    printed += String(chunk);
    if (/^Key .*\n$/m.test(printed)) break;
  }
  const find = (name: string): string => new RegExp(`^${name} +(\\S+)`, 'm').exec(printed)?.[1] ?? printed;
  const keys = [...printed.matchAll(/^Key +(\S+) +starter$/gm)].map(([, key = '']) => key);
  return { gateway: find('Gateway'), journeys: find('Journeys'), keys };
}

test("check takes a folder of APIOps' own", async () => {
  const directory = service();
  expect(await run('check', directory)).toEqual({
    code: 0,
    out: `${directory}: nothing is refused.\n`,
    error: '',
  });
});

test('check prints every refusal with file, line and column', async () => {
  const directory = service({
    'policy.xml':
      '<policies>\n  <inbound>\n    <no-such-policy />\n    <set-header />\n  </inbound>\n  <middle />\n</policies>',
    'apis/echo/operations/get-item/policy.xml':
      '<policies><inbound>\n<choose><when condition="@(1 +)"><forward-request /></when></choose>\n</inbound></policies>',
    'policy fragments/broken/policy.xml': '<fragment>\n<set-body>',
    'policy fragments/unused/policy.xml': '<fragment>\n<jsonp /><set-status code="1" /></fragment>',
    'named values/bad/namedValueInformation.json': '{\n  "properties": {} "x" }',
    'products/starter/policy.xml':
      '<policies><inbound><set-header name="x"><value>{{missing}}</value></set-header></inbound></policies>',
    'apis/other/apiInformation.json': '{ "properties": { "path": "other" } }',
    'apis/other/specification.yaml': 'openapi: 3.0.3\npaths: [',
  });
  const { code, error } = await run('check', directory);
  expect(code).toBe(1);
  const lines = error
    .trim()
    .split('\n')
    .map((line) => line.replace(`${directory}/`, ''));
  const places = lines.map((line) => /^(\S.*?:\d+:\d+) (<[\w-]+>)?/.exec(line)?.slice(1, 3));
  expect(places).toEqual(
    expect.arrayContaining([
      ['policy.xml:3:5', '<no-such-policy>'],
      ['policy.xml:4:5', '<set-header>'],
      ['policy.xml:6:3', '<middle>'],
      ['apis/echo/operations/get-item/policy.xml:2:34', '<forward-request>'],
      ['policy fragments/broken/policy.xml:2:11', '<set-body>'],
      ['policy fragments/unused/policy.xml:2:1', '<jsonp>'],
      ['policy fragments/unused/policy.xml:2:28', '<set-status>'],
      ['named values/bad/namedValueInformation.json:2:20', undefined],
      ['products/starter/policy.xml:1:48', '<value>'],
      ['apis/other/specification.yaml:2:9', undefined],
    ]),
  );
  expect(new Set(lines).size).toBe(lines.length);
});

test('check knows named values that it is given', async () => {
  const secret = JSON.stringify({
    properties: { displayName: 'team', keyVault: { secretIdentifier: 'https://v' } },
  });
  const directory = service({ 'named values/team/namedValueInformation.json': secret });
  expect((await run('check', directory)).error).toContain('uses the named value "team"');
  expect(await run('check', directory, '--named-value', 'team=a=b')).toMatchObject({ code: 0 });
});

test('check holds a folder against the tier that it is for', async () => {
  const directory = service({
    'products/starter/policy.xml':
      '<policies><inbound><quota-by-key calls="1" renewal-period="300" counter-key="a" /></inbound></policies>',
  });
  expect(await run('check', directory)).toMatchObject({ code: 0 });
  expect(await run('check', directory, '--tier', 'classic')).toMatchObject({ code: 0 });
  const { code, error } = await run('check', directory, '--tier', 'v2');
  expect([code, error]).toEqual([
    1,
    expect.stringContaining("<quota-by-key> isn't available in the v2 tiers") as string,
  ]);
  const serving = await run('serve', directory, '--port', '0', '--tier', 'v2');
  expect([serving.code, serving.error]).toEqual([1, error]);
});

test.each([
  [['serve'], '"serve" takes one folder.'],
  [['mend', '.'], 'The command is check or serve.'],
  [['check', '.', '--port', '1'], '"check" has no --port.'],
  [['check', '.', '--tier', 'v3'], '--tier is one of classic, v2.'],
  [['serve', '.', '--port', '70000'], '--port is a whole number from 0 to 65535.'],
  [['serve', '.', '--subscription', 'secret'], '--subscription is KEY=PRODUCT.'],
  [['serve', '.', '--named-value', '=secret'], '--named-value is NAME=VALUE.'],
  [['serve', '.', '--entra-authority', 'file:///'], '--entra-authority is an address.'],
  [['serve', '.', '--port'], "Option '--port <value>' argument missing"],
])('%j ends with 2 and says: %s', async (args, problem) => {
  const { code, error } = await run(...args);
  expect({ code, first: error.split('\n')[0] }).toEqual({ code: 2, first: problem });
  expect(error).not.toContain('secret');
});

test('an unknown option ends with 2, and the usage is printed', async () => {
  const { code, out, error } = await run('serve', '.', '--prot', '1');
  expect([code, out]).toEqual([2, '']);
  expect(error).toMatch(/^Unknown option '--prot'\. .*\n\nUsage: /);
});

test('--help prints every option', async () => {
  const { code, out, error } = await run('--help');
  expect([code, error]).toEqual([0, '']);
  expect(out).toMatch(/^Usage: /);
  expect(await run('serve', '.', '--help')).toEqual({ code, out, error });
});

test('serve runs the folder: with a key for each product, and journeys on a port of their own', async () => {
  const backend = await startBackend();
  const { gateway, journeys, keys } = await serve(service({}, backend.url), '--named-value', 'team=theirs');
  const [key = ''] = keys;
  const answer = await fetch(`${gateway}/echo/items/1`, { headers: { 'ocp-apim-subscription-key': key } });
  await backend.close();
  expect(answer.status).toBe(200);
  expect(backend.received).toMatchObject([{ url: '/items/1', headers: { 'x-team': 'theirs' } }]);
  const [latest] = (await (await fetch(journeys)).json()) as { requestId: string; url: string }[];
  expect(latest).toMatchObject({ url: '/echo/items/1' });
  const text = await (await fetch(`${journeys}/${latest?.requestId ?? ''}?format=text`)).text();
  expect(text).toContain('policy fragments/stamp/policy.xml:1');
  expect(text).not.toContain(key);
  expect((await fetch(`${gateway}/journeys`)).status).toBe(404);
  expect((await fetch(journeys, { method: 'POST' })).status).toBe(404);
});

test('serve takes keys that it is given', async () => {
  const { gateway, keys } = await serve(service(), '--subscription', 'given==starter');
  expect(keys).toEqual(['given=']);
  expect((await fetch(`${gateway}/echo/items/1`)).status).toBe(401);
});

test('serve says what a folder is refused for, and ends with 1', async () => {
  const directory = service({ 'policy.xml': '<policies><inbound>\n<no-such-policy /></inbound></policies>' });
  const { code, error } = await run('serve', directory, '--port', '0');
  expect(code).toBe(1);
  expect(error).toContain('policy.xml:2:1 <no-such-policy> isn');
  expect(error).not.toContain('    at ');
});

test('serve says that its port is taken', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  const { code, error } = await run('serve', service(), '--port', String(port));
  await new Promise((resolve) => taken.close(resolve));
  expect(code).toBe(1);
  expect(error).toMatch(/^The port is taken: .*\n$/);
});
