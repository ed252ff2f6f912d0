import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { answerInOrder } from '../src/answer-in-order.ts';

const PIPELINED = ['/first', '/second', '/third'];

async function sendPipelined(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(PIPELINED.map((path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join(''));
  return {
    socket,
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
