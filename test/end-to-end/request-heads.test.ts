import { expectEdgeRefusal } from './expect-refusal.ts';
import { PREDICT_PATH } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';
import { predict, PREDICT_BODY } from './sample-calls.ts';

let observed: ObservedChain;

beforeAll(async () => {
  observed = await ObservedChain.share();
});

beforeEach(() => observed.chain.control('vertex-ai', 'DELETE', 'requests'));

afterAll(() => observed.stop());

function many(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, '1']));
}

test.each<[what: string, headers: Record<string, string>]>([
  ['one header of 9 KB', { 'x-long': 'a'.repeat(9_000) }],
  ['50 headers', many(50)],
])('a call with %s passes the edge, the host and the worker', async (_, headers) => {
  const answer = await predict(observed, { headers });
  expect(answer.status).toBe(200);
  observed.whenRecorded(answer, { outcome: 'answered', status: '200' });
});

test.each<[what: string, headers: Record<string, string>]>([
  ['one header of 15 KB', { 'x-long': 'a'.repeat(15_000) }],
  ['one header of 40 KB', { 'x-long': 'a'.repeat(40_000) }],
  ['250 headers', many(250)],
])('a call with %s is refused at the edge', async (_, headers) => {
  const answer = await predict(observed, { headers });
  await expectEdgeRefusal(observed, answer, { status: 431, code: 'HEADERS_TOO_LARGE' });
});

test('a call with an address of 5 KB is refused at the edge', async () => {
  const answer = await predict(observed, { path: `${PREDICT_PATH}?a=${'a'.repeat(5_000)}` });
  await expectEdgeRefusal(observed, answer, { status: 414, code: 'ADDRESS_TOO_LONG' });
});

test.each<[status: number, path: string, headers: Record<string, string>]>([
  [431, PREDICT_PATH, { 'x-long': 'a'.repeat(20_000) }],
  [431, PREDICT_PATH, { 'x-long': 'a'.repeat(40_000) }],
  [431, PREDICT_PATH, many(250)],
  [414, `${PREDICT_PATH}?a=${'a'.repeat(9_000)}`, {}],
])('who calls the function app itself with too large a head gets %i', async (status, path, headers) => {
  const { functionsUrl } = observed.chain.environment;
  const answer = await fetch(functionsUrl + path, { method: 'POST', headers, body: PREDICT_BODY });
  expect([answer.status, await answer.text()]).toEqual([status, '']);
  expect(await observed.chain.requests('vertex-ai')).toEqual([]);
});

test('each of these calls is on record, once', () => observed.expectAllOnRecord([]));
