import { createServer } from 'node:http';
import { listen } from '../../src/loopback/listen.ts';
import { forkHost } from './fork-host.ts';

test.each(['SIGTERM', 'SIGINT'] as const)('%s runs the appTerminate hooks and exits with 0', async (name) => {
  const host = await forkHost('streaming');
  host.signal(name);
  expect(await host.exited).toBe(0);
  expect(host.notes()).toEqual(['appStart', 'appTerminate']);
});

test('it ends when its parent is gone', async () => {
  const host = await forkHost('streaming');
  host.disconnect();
  expect(await host.exited).toBe(0);
});

test.each([
  ['/listing', 'does not start with "/"'],
  ['Administrators', 'conflicts with one or more built-in routes'],
  ['runtime/x', 'conflicts with one or more built-in routes'],
  ['{a:weekday}', 'constraint "weekday" is not supported'],
])('route %s stops the start and names the function', async (ROUTE, reason) => {
  const failure = await forkHost('broken-route', { ROUTE }).catch((error: unknown) => error as Error);
  expect((failure as Error).message).toContain(`Function "listing": route "${ROUTE}"`);
  expect((failure as Error).message).toContain(reason);
});

test('an application without functions stops the start', async () => {
  await expect(forkHost('no-function')).rejects.toThrow('registers no function');
});

test('a taken port stops the start and is named', async () => {
  const other = await listen(createServer(), 0);
  await expect(forkHost('streaming', {}, ['--port', String(other.port)])).rejects.toThrow(
    `Port ${other.port} on 127.0.0.1 is taken`,
  );
  await other.close();
});

test('without enableHttpStream a chunked request arrives empty, and nothing returned is 204', async () => {
  const host = await forkHost('buffered');
  const post = (init: object): Promise<Response> =>
    fetch(`${host.url}/api/echo`, { method: 'POST', ...init });
  expect(await (await post({ body: 'whole' })).text()).toBe('whole');
  const chunked = new Blob(['chunked']).stream();
  expect(await (await post({ body: chunked, duplex: 'half' })).text()).toBe('');
  expect((await fetch(`${host.url}/api/nothing`)).status).toBe(204);
  const collected = await fetch(`${host.url}/api/stream`);
  expect([collected.headers.get('content-length'), await collected.text()]).toEqual(['7', 'one two']);
  await host.stop();
});
