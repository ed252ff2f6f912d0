import { readIngestionAnswer } from '../../src/shipping/ingestion-answer.ts';

const NOW = Date.UTC(2026, 10, 22, 12);

function read(status: number, body: unknown, headers: { retryAfter?: string; date?: string } = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return readIngestionAnswer(
    { status, body: text, retryAfter: undefined, date: undefined, ...headers },
    3,
    NOW,
  );
}

test('200 with all items accepted accepts all', () => {
  expect(read(200, { itemsReceived: 3, itemsAccepted: 3, errors: [] })).toEqual({
    outcomes: ['accepted', 'accepted', 'accepted'],
  });
  expect(read(200, { itemsReceived: 3, itemsAccepted: 3, errors: null }).outcomes).not.toContain('again');
});

test('of 206, and of 200 that left items out, only those without an error are accepted', () => {
  const body = {
    itemsReceived: 3,
    itemsAccepted: 1,
    errors: [
      { index: 0, statusCode: 500, message: 'x' },
      { index: 2, statusCode: 400, message: 'x' },
    ],
  };
  expect(read(206, body).outcomes).toEqual(['again', 'accepted', 400]);
  expect(read(200, body).outcomes).toEqual(['again', 'accepted', 400]);
});

test.each([
  ['counts other items than were sent', { itemsReceived: 2, itemsAccepted: 2, errors: [] }],
  ['accepts fewer and names none', { itemsReceived: 3, itemsAccepted: 2, errors: [] }],
  [
    'accepts all and names one',
    { itemsReceived: 3, itemsAccepted: 3, errors: [{ index: 0, statusCode: 400 }] },
  ],
  [
    'names one that was not sent',
    { itemsReceived: 3, itemsAccepted: 2, errors: [{ index: 3, statusCode: 400 }] },
  ],
  ['has no counts', {}],
  ['is no JSON', '<html>'],
  ['is empty', ''],
])('a success that %s accepts nothing', (_, body) => {
  expect(read(200, body).outcomes).toEqual(['again', 'again', 'again']);
  expect(read(206, body).outcomes).toEqual(['again', 'again', 'again']);
});

test.each([302, 307, 401, 402, 403, 404, 408, 429, 439, 500, 502, 503, 504])(
  '%i is no event’s fault',
  (status) => {
    expect(read(status, '').outcomes).toEqual(['again', 'again', 'again']);
  },
);

test.each([400, 413, 422])('%i refuses all', (status) => {
  expect(read(status, '').outcomes).toEqual([status, status, status]);
});

test('Retry-After counts in seconds or names an instant by the service’s clock', () => {
  expect(read(429, '', { retryAfter: '7' }).retryAfterInMs).toBe(7000);
  const retryAfter = 'Sun, 22 Nov 2026 13:00:30 GMT';
  expect(read(429, '', { retryAfter, date: 'Sun, 22 Nov 2026 13:00:00 GMT' }).retryAfterInMs).toBe(30_000);
  expect(read(429, '', { retryAfter: 'Sun, 22 Nov 2026 12:00:30 GMT' }).retryAfterInMs).toBe(30_000);
});

test('Retry-After that is past, no time, or longer than an hour is bounded', () => {
  expect(read(429, '', { retryAfter: 'Sun, 22 Nov 2026 11:00:00 GMT' }).retryAfterInMs).toBeUndefined();
  expect(read(429, '', { retryAfter: 'soon' }).retryAfterInMs).toBeUndefined();
  expect(read(429, '', { retryAfter: '-5' }).retryAfterInMs).toBeUndefined();
  expect(read(429, '', { retryAfter: '99999999999' }).retryAfterInMs).toBe(3_600_000);
});
