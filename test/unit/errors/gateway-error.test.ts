import { inspect } from 'node:util';
import { CODES } from '../../../src/errors/codes.ts';
import { GatewayError, toGatewayError } from '../../../src/errors/gateway-error.ts';

test('an error has the facts of its code', () => {
  expect(new GatewayError('VERTEX_RATE_LIMITED', 'Later.').facts).toEqual({
    status: 429,
    canonical: 'RESOURCE_EXHAUSTED',
    title: CODES.VERTEX_RATE_LIMITED.title,
    retryable: true,
  });
});

test('a gateway error stays itself', () => {
  const error = new GatewayError('INVALID_JSON', 'Bad.');
  expect(toGatewayError(error)).toBe(error);
});

test.each([[new Error('secret-token')], ['secret-token'], [undefined], [null], [{ config: 'secret-token' }]])(
  'another thrown value becomes INTERNAL and keeps nothing of the original',
  (thrown) => {
    const error = toGatewayError(thrown);
    expect(error.code).toBe('INTERNAL');
    expect(inspect(error, { depth: null })).not.toContain('secret-token');
    expect(error.cause).toBeUndefined();
  },
);

test.each(Object.entries(CODES))('%s has an HTTP error status, a canonical name and a title', (_, facts) => {
  expect(facts.status).toBeGreaterThanOrEqual(400);
  expect(facts.status).toBeLessThan(600);
  expect(facts.canonical).toMatch(/^[A-Z_]+$/);
  expect(facts.title).toMatch(/^[A-Z]/);
});

test.each(['MANAGED_IDENTITY', 'TOKEN_EXCHANGE', 'IMPERSONATION', 'VERTEX_PERMISSION'])(
  'a failure of the gateway’s own %s is never the caller’s 401 or 403',
  (prefix) => {
    const statuses = Object.entries(CODES)
      .filter(([code]) => code.startsWith(prefix))
      .map(([, { status }]) => status);
    expect(statuses.length).toBeGreaterThan(0);
    for (const status of statuses) expect([502, 503]).toContain(status);
  },
);
