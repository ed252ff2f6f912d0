import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { createListener, type Serving } from '../../src/functions-host/serve.ts';

test('the requests of one connection are served one after the other', async () => {
  const events: string[] = [];
  const control = {
    takeFault: (_: string, url: string) => {
      events.push(`${url} begins`);
      return { delayInMs: 1, status: 200 };
    },
    record: (_: string, url: string) => events.push(`${url} ends`),
  } as unknown as Serving['control'];
  const listener = createListener({ functions: [], keys: new Set<string>(), control } as unknown as Serving);
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  for (const path of ['/first', '/second', '/third'])
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: ${path === '/third' ? 'close' : 'keep-alive'}\r\n\r\n`,
    );
  socket.resume();
  await once(socket, 'end');
  server.close();
  await once(server, 'close');
  expect(events).toEqual(
    ['/first', '/second', '/third'].flatMap((path) => [`${path} begins`, `${path} ends`]),
  );
});
