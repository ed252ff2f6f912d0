import { createServer } from 'node:http';
import { fetchWithRetries, sendWithRetries } from '../../src/loopback/send-with-retries.ts';
import { listen } from '../../src/loopback/listen.ts';

const at = (code: string): Error => Object.assign(new Error('broken'), { code });

test.each([at('ECONNRESET'), at('EPIPE'), new TypeError('fetch failed', { cause: at('UND_ERR_SOCKET') })])(
  'sends again after %s',
  async (error) => {
    let tries = 0;
    const send = (): Promise<string> => {
      tries += 1;
      return tries < 3 ? Promise.reject(error) : Promise.resolve('answer');
    };
    expect(await sendWithRetries(send, () => Promise.resolve())).toBe('answer');
    expect(tries).toBe(3);
  },
);

test.each([at('ECONNREFUSED'), at('ENOTFOUND'), new Error('refused')])(
  'gives %s on at once',
  async (error) => {
    let tries = 0;
    const send = (): Promise<string> => {
      tries += 1;
      return Promise.reject(error);
    };
    await expect(sendWithRetries(send, () => Promise.resolve())).rejects.toBe(error);
    expect(tries).toBe(1);
  },
);

test('a health check whose connection breaks off is made again', async () => {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    if (requests === 1) request.socket.destroy();
    else response.end('healthy');
  });
  const { port, close } = await listen(server, 0);
  const response = await fetchWithRetries(`http://127.0.0.1:${port}/api/health`);
  expect(await response.text()).toBe('healthy');
  await close();
});
