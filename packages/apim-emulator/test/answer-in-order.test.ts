import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { answerInOrder } from '../src/answer-in-order.ts';

const PIPELINED = ['/first', '/second', '/third'];

function request(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
}

async function sendPipelined(listener: RequestListener, paths = PIPELINED) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  socket.write(paths.map(request).join(''));
  return {
    socket,
    port,
    [Symbol.asyncDispose]: async () => {
      socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

it('handles the requests of one connection one after the other', async () => {
  const events: string[] = [];
  const allAnswered = Promise.withResolvers<undefined>();
  const listener = answerInOrder(async ({ url = '' }, response) => {
    events.push(`${url} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    response.end(url);
    events.push(`${url} ends`);
    if (url === '/third') allAnswered.resolve(undefined);
  });

  await using connection = await sendPipelined(listener);
  await allAnswered.promise;

  expect(connection.socket.destroyed).toBe(false);
  expect(events).toEqual(PIPELINED.flatMap((path) => [`${path} begins`, `${path} ends`]));
});

it('handles a request that comes during an earlier one after it, however many were handled before', async () => {
  const events: string[] = [];
  const came = Promise.withResolvers<undefined>();
  const secondBegan = Promise.withResolvers<undefined>();
  const allAnswered = Promise.withResolvers<undefined>();
  const inOrder = answerInOrder(async ({ url = '' }, response) => {
    events.push(`${url} begins`);
    if (url === '/second') {
      secondBegan.resolve(undefined);
      await came.promise;
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end(url);
    events.push(`${url} ends`);
    if (url === '/third') allAnswered.resolve(undefined);
  });
  const listener: RequestListener = (incoming, response) => {
    inOrder(incoming, response);
    if (incoming.url === '/third') came.resolve(undefined);
  };

  await using connection = await sendPipelined(listener, ['/first', '/second']);
  await secondBegan.promise;
  connection.socket.write(request('/third'));
  await allAnswered.promise;

  expect(events).toEqual(PIPELINED.flatMap((path) => [`${path} begins`, `${path} ends`]));
});

it('does not let a connection wait for the requests of another', async () => {
  const otherCame = Promise.withResolvers<undefined>();
  const answered = Promise.withResolvers<undefined>();
  const listener = answerInOrder(async ({ url = '' }, response) => {
    if (url === '/other') otherCame.resolve(undefined);
    await otherCame.promise;
    response.end(url);
    if (url === '/first') answered.resolve(undefined);
  });

  await using connection = await sendPipelined(listener, ['/first']);
  const other = connect(connection.port, '127.0.0.1');
  other.write(request('/other'));
  await answered.promise;
  other.destroy();

  expect(connection.socket.destroyed).toBe(false);
});

it('does not handle a request whose connection closed before its turn', async () => {
  const handled: string[] = [];
  const begun = Promise.withResolvers<undefined>();
  const left = Promise.withResolvers<undefined>();
  const over = Promise.withResolvers<undefined>();
  const listener = answerInOrder(async ({ url = '', socket }) => {
    handled.push(url);
    begun.resolve(undefined);
    socket.once('close', () => left.resolve(undefined));
    await left.promise;
    setImmediate(() => over.resolve(undefined));
  });

  await using connection = await sendPipelined(listener);
  await begun.promise;
  connection.socket.destroy();
  await over.promise;

  expect(handled).toEqual(['/first']);
});
