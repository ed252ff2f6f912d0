import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type RunningChain, startChain } from '../support/chain.ts';
import { GENERATE } from './requests/sample-requests.ts';

const BODY = '{"contents":[{"role":"user","parts":[{"text":"Hello"}]}]}';
/** The request that would be smuggled, behind or inside another one. */
const SECOND = 'GET /gateway/v1/whoami HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

let chain: RunningChain;

beforeAll(async () => {
  chain = await startChain();
});

afterAll(() => chain.stop());

/** Everything that comes back until the connection ends. */
async function exchange(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(bytes, 'latin1');
  return text(socket).catch(() => '');
}

function post(headers: readonly string[], body: string, version = 'HTTP/1.1'): string {
  return [`POST ${GENERATE} ${version}`, 'Connection: close', ...headers, '', body].join('\r\n');
}

const HOST = 'Host: localhost';
const LENGTH = `Content-Length: ${BODY.length}`;
const CHUNKED = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`;

/** Framings that two readers of HTTP could take for different requests. https://www.rfc-editor.org/rfc/rfc9112#section-6.3 */
const FRAMINGS: Readonly<Record<string, string>> = {
  'a length beside chunks': post([HOST, LENGTH, 'Transfer-Encoding: chunked'], `0\r\n\r\n${SECOND}`),
  'chunks beside a length': post([HOST, 'Transfer-Encoding: chunked', 'Content-Length: 4'], CHUNKED + SECOND),
  'two lengths': post([HOST, LENGTH, 'Content-Length: 4'], BODY + SECOND),
  'a list of lengths': post([HOST, `Content-Length: ${BODY.length}, 4`], BODY + SECOND),
  'a negative length': post([HOST, 'Content-Length: -1'], BODY),
  'a length with a sign': post([HOST, `Content-Length: +${BODY.length}`], BODY),
  'a hexadecimal length': post([HOST, `Content-Length: 0x${BODY.length.toString(16)}`], BODY),
  'a space before the colon': post([HOST, `Content-Length : ${BODY.length}`], BODY + SECOND),
  'a folded header': post([HOST, 'X-Folded: a', ' b', LENGTH], BODY),
  'chunks twice': post([HOST, 'Transfer-Encoding: chunked, chunked'], CHUNKED),
  'chunks that are not last': post([HOST, 'Transfer-Encoding: chunked, identity'], CHUNKED),
  'an encoding that there is not': post([HOST, 'Transfer-Encoding: xchunked'], CHUNKED),
  'an encoding with a tab': post([HOST, 'Transfer-Encoding:\tchunked', LENGTH], CHUNKED),
  'a chunk of no number': post([HOST, 'Transfer-Encoding: chunked'], `zz\r\n${BODY}\r\n0\r\n\r\n`),
  'a chunk of too large a number': post(
    [HOST, 'Transfer-Encoding: chunked'],
    `fffffffffffffffff\r\n${BODY}\r\n0\r\n\r\n`,
  ),
  'a line feed alone': `POST ${GENERATE} HTTP/1.1\nHost: localhost\nContent-Length: 3\n\nabc`,
  'a carriage return in a header': post([HOST, `X-Split: a\rTransfer-Encoding: chunked`, LENGTH], BODY),
  'a zero byte in a header': post([HOST, 'X-Zero: a\0b', LENGTH], BODY),
  'a name that is none': post([HOST, 'X Name: a', LENGTH], BODY),
  'no host': post([LENGTH], BODY),
  'two hosts': post([HOST, 'Host: evil.example', LENGTH], BODY),
  'no version': `POST ${GENERATE}\r\nHost: localhost\r\n\r\n`,
  'another version': post([HOST, LENGTH], BODY, 'HTTP/9.9'),
  'a method that is none': `P@ST ${GENERATE} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
  'no HTTP at all': '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03',
};

test.each(['gatewayUrl', 'functionsUrl'] as const)('no framing opens a way past %s', async (where) => {
  for (const [name, bytes] of Object.entries(FRAMINGS)) {
    const answer = await exchange(chain.environment[where], bytes);
    const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
    expect([name, statuses.filter((status) => status < 400 || status >= 500)]).toEqual([name, []]);
    // One answer at most shows that no second request was found inside the first.
    expect([name, statuses.length]).toEqual([name, Math.min(1, statuses.length)]);
  }
  expect(await chain.requests('vertex-ai')).toEqual([]);
});

test('a second request behind a first is one of its own, with its own refusal and record', async () => {
  const first = post([HOST, LENGTH], BODY).replace('Connection: close', 'Connection: keep-alive');
  const answers = await exchange(chain.environment.gatewayUrl, first + SECOND);
  expect(answers.match(/HTTP\/1\.1 401/g)).toHaveLength(2);
  expect(answers.match(/SUBSCRIPTION_KEY_MISSING/g)).not.toBeNull();
});
