import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer } from 'node:https';
import { type AccountAddress, createContainer } from '../../src/azure-storage/create-container.ts';
import { type Destination, sendToServer } from '../../src/azure-storage/send-to-server.ts';
import { createCertificateAuthority } from '../../src/loopback/certificate-authority.ts';
import { listen, type Listening } from '../../src/loopback/listen.ts';

const running: Listening[] = [];
let waits = 0;

afterEach(async () => {
  for (const { close } of running.splice(0)) await close();
  waits = 0;
});

/** Starts a service that answers each request in turn with the next handler; the last one answers all that follow. */
async function service(
  ...answers: readonly ((request: IncomingMessage, response: ServerResponse) => void)[]
): Promise<{ address: AccountAddress; requests: string[] }> {
  const authority = await createCertificateAuthority();
  const requests: string[] = [];
  const server = createServer(authority.server, (request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    answers[Math.min(requests.length, answers.length) - 1]?.(request, response);
  });
  const listening = await listen(server, 0);
  const agent = new Agent({ keepAlive: true, ca: authority.certificate });
  running.push({
    ...listening,
    close: async () => {
      agent.destroy();
      await listening.close();
    },
  });
  return { address: { port: listening.port, agent, account: 'account', accountKey: 'a2V5' }, requests };
}

const hangUp = (request: IncomingMessage): void => void request.socket.destroy();
const answer =
  (status: number) =>
  (_request: IncomingMessage, response: ServerResponse): void =>
    void response.writeHead(status).end();
const wait = (): Promise<void> => {
  waits += 1;
  return Promise.resolve();
};

test('a container is asked for again where the connection breaks off', async () => {
  const { address, requests } = await service(hangUp, hangUp, answer(201));
  await createContainer(address, 'audit', wait);
  expect(requests).toEqual(Array.from({ length: 3 }, () => 'PUT /account/audit?restype=container'));
  expect(waits).toBe(2);
});

test('a container that was made though its answer got lost is there', async () => {
  const { address } = await service(hangUp, answer(409));
  await expect(createContainer(address, 'audit', wait)).resolves.toBeUndefined();
});

test('a service that keeps hanging up is given up after ten tries', async () => {
  const { address, requests } = await service(hangUp);
  await expect(createContainer(address, 'audit', wait)).rejects.toThrow('socket hang up');
  expect([requests.length, waits]).toEqual([10, 9]);
});

test('what a service refuses is not asked for again', async () => {
  const { address, requests } = await service(answer(403));
  await expect(createContainer(address, 'audit', wait)).rejects.toThrow(
    'Azurite answers 403 to the creation of the container "audit".',
  );
  expect(requests).toHaveLength(1);
});

test('a service that is not there is not waited for', async () => {
  const { address } = await service(answer(201));
  await running.pop()?.close();
  await expect(createContainer(address, 'audit', wait)).rejects.toThrow('ECONNREFUSED');
  expect(waits).toBe(0);
});

test('a request that meets a kept connection as it is closed goes on a new one', async () => {
  const { address, requests } = await service(answer(200), hangUp, answer(202));
  const send = async (destination: Destination, body: string): Promise<number | undefined> => {
    const received = await sendToServer(destination, {
      method: 'PUT',
      path: '/a',
      headers: {},
      body: Buffer.from(body),
    });
    received.resume();
    await new Promise((ended) => received.once('end', ended));
    // The connection is kept after this turn of the event loop.
    await new Promise(setImmediate);
    return received.statusCode;
  };
  expect([await send(address, 'one'), await send(address, 'two')]).toEqual([200, 202]);
  expect(requests).toHaveLength(3);
});
