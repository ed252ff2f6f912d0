import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { readEnvironment } from '@vertex-ai-gateway/cloud-emulators/environment-file';
import { PREDICT_PATH } from './gateway-paths.ts';
import { ROOT, Scratch, Script } from './start-script.ts';

/** The script, the Functions host, its worker and Azurite. */
const PROCESSES = 4;

/** Something else on a port. */
async function takePort(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

test.each(['--port', '--functions-port', '--https-port'])(
  'a taken %s is named in one line and nothing stays',
  async (option) => {
    using scratch = new Scratch();
    await using taken = await takePort();
    const { port } = taken;
    const script = scratch.start('--port', '0', option, String(port));

    await expect(script.end()).resolves.toBe(1);
    expect(script.errors).toBe(
      `Port ${port} on 127.0.0.1 is taken. Stop what uses it, or choose another; --port 0 picks free ports.\n`,
    );
    expect(script.output).toBe('');
    expect(readdirSync(scratch.directory)).toEqual([]);
    await scratch.untilNothingRuns();
  },
);

test('a start beside a running chain, though it fails, leaves that chain whole', async () => {
  using scratch = new Scratch();
  const first = scratch.start('--port', '0');
  await scratch.ready(first);
  const { gatewayUrl = '', controls = {} } = readEnvironment(scratch.environmentFile) ?? {};

  const second = scratch.start('--port', new URL(gatewayUrl).port);
  await expect(second.end()).resolves.toBe(1);

  // The restarted function app reads the certificates that it trusts again.
  await expect(fetch(`${controls['functions-host']}/restart`, { method: 'POST' })).resolves.toMatchObject({
    status: 200,
  });
  await expect(predict(scratch)).resolves.toBe(200);
});

/** Sends a prediction as `scoring-app`; gives the status. */
async function predict({ environmentFile }: Scratch): Promise<number> {
  const { gatewayUrl, applications } = readEnvironment(environmentFile) ?? {};
  const token = new Script('scripts/token.ts', ['--environment-file', environmentFile, 'scoring-app']);
  await token.end();
  const answer = await fetch(`${gatewayUrl}${PREDICT_PATH}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token.output.trim()}`,
      'content-type': 'application/json',
      'ocp-apim-subscription-key': applications?.['scoring-app']?.subscriptionKey ?? '',
    },
    body: '{"instances":[[5.1,3.5,1.4,0.2]]}',
  });
  return answer.status;
}

test('a port that is none is refused with the usage', async () => {
  using scratch = new Scratch();
  const script = scratch.start('--port', '99999');

  await expect(script.end()).resolves.toBe(1);
  expect(script.errors).toMatch(/^--port is a number from 0 to 65535\.\nUsage: npm start/);
});

const STATUS = '/status-0123456789abcdef';

/** Programs that print the status of an answer, by the line of `npm start` that makes them trust the certificate. */
const TRUSTING: Readonly<Record<string, (url: string) => string>> = {
  'Node.js': (url) =>
    `"${process.execPath}" -p 'fetch("${url}").then(({ status }) => console.log(status)), ""'`,
  Python: (url) => `python3 -c 'import urllib.request as u; print(u.urlopen("${url}").status)'`,
  curl: (url) => `curl --silent --show-error --output /dev/null --write-out '%{http_code}' '${url}'`,
};

test('the gateway is served over TLS, too, and clients trust it by what is printed', async () => {
  using scratch = new Scratch();
  const script = scratch.start('--port', '0', '--https');
  await script.untilPrinted('Ctrl-C');
  const { gatewayUrl = '', gatewayTlsUrl = '' } = readEnvironment(scratch.environmentFile) ?? {};
  expect(script.output).toContain(`Gateway        ${gatewayUrl}\n               ${gatewayTlsUrl}\n`);
  expect(gatewayTlsUrl).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);

  const run = promisify(execFile);
  for (const [client, ask] of Object.entries(TRUSTING)) {
    const [, trust = ''] = new RegExp(`^  ${client} +(.+)$`, 'm').exec(script.output) ?? [];
    const command = ask(`${gatewayTlsUrl}${STATUS}`);
    const trusting = trust.startsWith('export') ? `${trust}; ${command}` : `${command} ${trust}`;
    const { stdout } = await run('bash', ['-c', trusting]);
    expect([client, stdout.trim()]).toEqual([client, '200']);
    await expect(run('bash', ['-c', command])).rejects.toThrow(/certificate/i);
  }
});

test('Ctrl-C stops everything, without a word of complaint', async () => {
  using scratch = new Scratch();
  const script = scratch.start('--port', '0');
  await scratch.ready(script);
  expect(scratch.processes()).toHaveLength(PROCESSES);

  const ended = script.end();
  script.interrupt();

  await expect(ended).resolves.toBe(0);
  expect(script.errors).toBe('');
  expect(existsSync(scratch.environmentFile)).toBe(false);
  expect(scratch.processes()).toEqual([]);
});

test('an interrupt of the script alone stops everything too', async () => {
  using scratch = new Scratch();
  const script = scratch.start('--port', '0');
  await scratch.ready(script);

  const ended = script.end();
  script.child.kill('SIGINT');

  await expect(ended).resolves.toBe(0);
  expect(existsSync(scratch.environmentFile)).toBe(false);
  expect(scratch.processes()).toEqual([]);
});

test('a killed script takes the function app with it', async () => {
  using scratch = new Scratch();
  const script = scratch.start('--port', '0');
  await scratch.ready(script);
  expect(scratch.processes()).toHaveLength(PROCESSES);

  script.child.kill('SIGKILL');

  await scratch.untilNothingRuns();
});

test('a bad setting stops the start of the function app and is named, without its value', async () => {
  const settings = {
    PATH: process.env.PATH,
    CALL_TIMEOUT_IN_MS: 'eleven',
    API_MANAGEMENT_OBJECT_ID: 'hunter2',
  };
  const script = new Script(
    'packages/cloud-emulators/src/functions-host/cli.ts',
    ['--directory', ROOT, '--port', '0'],
    settings,
  );

  await expect(script.end()).resolves.toBe(1);
  expect(script.errors).toMatch(/^The function app cannot start with these settings:\n/);
  expect(script.errors).toContain('  - CALL_TIMEOUT_IN_MS: ');
  expect(script.errors).toContain('  - API_MANAGEMENT_OBJECT_ID: ');
  expect(script.errors).toContain('  - API_MANAGEMENT_ISSUER is not set\n');
  expect(script.errors).not.toMatch(/eleven|hunter2/);
});

test('a token of each sample application can be printed while it runs, and nothing beside it', async () => {
  using scratch = new Scratch();
  const start = scratch.start('--port', '0');
  await scratch.ready(start);
  const token = (...parameters: string[]) =>
    new Script('scripts/token.ts', ['--environment-file', scratch.environmentFile, ...parameters]);

  const printed = token('scoring-app');
  await expect(printed.end()).resolves.toBe(0);
  expect(printed.output).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  expect(printed.errors).toBe('');

  const unknown = token('wrong-app');
  await expect(unknown.end()).resolves.toBe(1);
  expect(unknown.errors).toMatch(
    /^There is no application "wrong-app"\. Use one of these: sandbox-app, scoring-app, /,
  );
  expect(unknown.output).toBe('');

  const unnamed = token();
  await expect(unnamed.end()).resolves.toBe(1);
  expect(unnamed.errors).toMatch(
    /^Usage: npm run --silent token -- <application>\nUse one of these: sandbox-app, /,
  );
});

test('a token cannot be had when nothing runs, and the message says how to start', async () => {
  using scratch = new Scratch();
  const script = new Script('scripts/token.ts', [
    '--environment-file',
    scratch.environmentFile,
    'scoring-app',
  ]);

  await expect(script.end()).resolves.toBe(1);
  expect(script.errors).toBe('The gateway is not running. Start it with: npm start\n');
});
