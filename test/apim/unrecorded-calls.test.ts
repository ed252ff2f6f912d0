import { CODES, type GatewayErrorCode } from '../../src/errors/codes.ts';
import { PREDICT, startEdge, type Edge } from './start-edge.ts';

/** Codes of calls that end before the function app knows that they came through the edge. */
const UNVERIFIED: readonly GatewayErrorCode[] = [
  'CALLER_NOT_AUTHENTICATED',
  'CALLER_VERIFICATION_UNAVAILABLE',
  'CALL_TIMEOUT',
  'CALLER_TIMEOUT',
  'INSTANCE_STOPPING',
  'INTERNAL',
];

let code: GatewayErrorCode;
let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({}, (_request, response) => {
    response
      .writeHead(CODES[code].status, {
        'content-type': 'application/json',
        'retry-after': '1',
        'x-request-id': 'f'.repeat(8),
        'x-gateway-unrecorded': code,
        'x-gateway-unrecorded-detail': encodeURIComponent('Ask the app’s “operators”.'),
      })
      .end('{"detail":"of no use"}');
  });
});
beforeEach(() => (edge.traces.length = 0));
afterAll(() => edge.close());

test.each(UNVERIFIED)('%s of the function app is answered and recorded by the edge', async (one) => {
  code = one;
  const { status, canonical, title } = CODES[one];
  const answer = await edge.predict();
  const requestId = answer.headers['x-request-id'];
  expect(answer.status).toBe(status);
  expect(answer.headers['retry-after']).toBe('1');
  expect(answer.headers).not.toHaveProperty('x-gateway-unrecorded');
  expect(answer.headers).not.toHaveProperty('x-gateway-unrecorded-detail');
  expect(answer.json()).toMatchObject({
    title,
    status,
    detail: 'Ask the app’s “operators”.',
    instance: `/requests/${String(requestId)}`,
    error: { code: status, status: canonical },
  });
  expect(edge.traces.map(({ metadata }) => metadata)).toMatchObject([
    {
      requestId,
      outcome: status < 500 ? 'denied' : 'failed',
      code: one,
      status: String(status),
      subscriptionId: 'scoring-production',
    },
  ]);
  expect(edge.functionApp.received.at(-1)?.url).toBe(PREDICT);
});
