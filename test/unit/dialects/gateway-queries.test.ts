import fc from 'fast-check';
import { gatewayDialect } from '../../../src/dialects/gateway-dialect.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { Question } from '../../../src/questions/question.ts';
import { thrownBy } from '../thrown-by.ts';
import { anyText } from '@vertex-ai-gateway/test-support/any-text';

function read(path: string, query = ''): Question {
  return gatewayDialect.readQuestion({
    method: 'GET',
    path,
    query: new URLSearchParams(query),
    header: () => null,
    body: new Uint8Array(),
  }) as Question;
}

test('usage is by model and for the current day by default', () => {
  expect(read('v1/usage')).toEqual({ operation: 'usage', period: {}, by: 'model' });
  expect(read('v1/usage', 'by=finding')).toMatchObject({ by: 'finding' });
  expect(read('v1/usage', 'by=operation&from=2026-01-01')).toEqual({
    operation: 'usage',
    period: { from: new Date('2026-01-01T00:00:00Z') },
    by: 'operation',
  });
});

test('a page has fifty records by default, and the filters of the query', () => {
  expect(read('v1/audit')).toEqual({ operation: 'audit', period: {}, filters: {}, limit: 50 });
  const query =
    'model=anthropic/claude-haiku-4-5@20251001&location=us-east5&outcome=denied&decision=deny&finding=email&limit=200&cursor=ab-_9';
  expect(read('v1/audit', query)).toEqual({
    operation: 'audit',
    period: {},
    filters: {
      model: 'anthropic/claude-haiku-4-5@20251001',
      location: 'us-east5',
      outcome: 'denied',
      decision: 'deny',
      finding: 'email',
    },
    limit: 200,
    cursor: 'ab-_9',
  });
});

test('one record is read by its id', () => {
  expect(read('v1/audit/5')).toEqual({ operation: 'audit', id: '5' });
});

test.each([
  ['from=2026-01-31', { from: '2026-01-31T00:00:00.000Z' }],
  ['to=2026-01-31', { to: '2026-02-01T00:00:00.000Z' }],
  ['to=2028-02-29', { to: '2028-03-01T00:00:00.000Z' }],
  ['from=2026-01-31T12:00:00Z', { from: '2026-01-31T12:00:00.000Z' }],
  ['to=2026-01-31T12:00:00.5Z', { to: '2026-01-31T12:00:00.500Z' }],
  ['from=2026-01-31T12:00:00%2B02:00', { from: '2026-01-31T10:00:00.000Z' }],
  ['from=2026-01-31T12:00:00-02:00', { from: '2026-01-31T14:00:00.000Z' }],
])('%s is read as an instant', (query, expected) => {
  const { period } = read('v1/audit', query) as Extract<Question, { period: unknown }>;
  expect(JSON.parse(JSON.stringify(period))).toEqual(expected);
});

const PERIODS = [
  ['usage', 'v1/usage'],
  ['audit', 'v1/audit'],
  ['audit:verify', 'v1/audit:verify'],
] as const;

test.each(PERIODS)('%s takes the first and the last possible day', (_, path) => {
  expect(read(path, 'from=1970-01-01&to=9998-12-31')).toMatchObject({
    period: { from: new Date('1970-01-01T00:00:00Z'), to: new Date('9999-01-01T00:00:00Z') },
  });
});

test.each(
  PERIODS.flatMap(([operation, path]) =>
    [
      ['from', '9999-12-31'],
      ['to', '9999-12-31'],
      ['to', '9999-01-01'],
      ['from', '0000-01-01'],
      ['to', '0000-01-02'],
      ['from', '1969-12-31'],
      ['from', '1970-01-01T00:00:00%2B00:01'],
      ['to', '9998-12-31T23:59:59-23:59'],
      ['from', '0000-01-01T00:00:00%2B23:59'],
      ['to', '9999-12-31T23:59:59.9999999-14:00'],
    ].map(([name = '', text = '']) => [operation, name, text, path] as const),
  ),
)('%s with %s=%s is refused with the bounds', (_, name, text, path) => {
  const { code, violations, message } = thrownBy(() => read(path, `${name}=${text}`));
  const description = 'must lie between 1970-01-01 and 9998-12-31, in UTC';
  expect([code, violations]).toEqual(['INVALID_REQUEST', [{ field: name, description }]]);
  expect(message).toContain(description);
});

test.each(['2016-12-31T23:59:60Z', '2026-01-31T24:00:00Z', '2026-01-31T12:00:00%2B24:00', '10000-01-01'])(
  '%s is no instant',
  (text) => {
    expect(thrownBy(() => read('v1/usage', `from=${text}`)).message).toContain('must be a date such as');
  },
);

test('every instant at every offset is read exactly or refused', () => {
  const two = (least: number, most: number) =>
    fc.integer({ min: least, max: most }).map((number) => String(number).padStart(2, '0'));
  const year = fc
    .oneof(fc.integer({ min: 0, max: 9999 }), fc.constantFrom(0, 1, 1969, 1970, 9998, 9999))
    .map((number) => String(number).padStart(4, '0'));
  const offset = fc.oneof(
    fc.constantFrom('Z', '+14:00', '-14:00', '+23:59', '-23:59', '-00:00'),
    fc
      .tuple(fc.constantFrom('+', '-'), two(0, 25), two(0, 61))
      .map(([sign, hours, minutes]) => `${sign}${hours}:${minutes}`),
  );
  const instant = fc
    .tuple(year, two(0, 13), two(0, 32), two(0, 24), two(0, 60), two(0, 60), offset)
    .map(([y, month, day, h, m, s, zone]) => `${y}-${month}-${day}T${h}:${m}:${s}${zone}`);
  fc.assert(
    fc.property(fc.constantFrom('from', 'to'), instant, (name, text) => {
      let question: Question;
      try {
        question = read('v1/audit', new URLSearchParams({ [name]: text }).toString());
      } catch (error) {
        expect(error).toMatchObject({ code: 'INVALID_REQUEST', violations: [{ field: name }] });
        return;
      }
      const { period } = question as Extract<Question, { period: unknown }>;
      const instantRead = Object.values(period as Record<string, Date>)[0];
      expect(instantRead?.toISOString()).toMatch(/^(19[7-9]\d|[2-9]\d{3})-/);
      expect(instantRead?.getTime()).toBe(Date.parse(text));
    }),
    { numRuns: 2_000 },
  );
});

test('the subscription key in a query is ignored', () => {
  expect(read('v1/usage', 'subscription-key=0123')).toEqual(read('v1/usage'));
});

test.each([
  ['usage', 'from=31.01.2026', 'from'],
  ['usage', 'from=2026-02-29', 'from'],
  ['usage', 'from=2026-01-31T25:00:00Z', 'from'],
  ['usage', 'from=2026-01-31T12:00:00', 'from'],
  ['usage', 'from=2026-01-31T12:00:00+02:00', 'from'],
  ['usage', 'to=', 'to'],
  ['usage', 'by=Model', 'by'],
  ['usage', 'by=', 'by'],
  ['usage', 'model=iris', 'model'],
  ['usage', 'from=2026-01-01&from=2026-01-01', 'from'],
  ['audit', 'limit=0', 'limit'],
  ['audit', 'limit=201', 'limit'],
  ['audit', 'limit=-1', 'limit'],
  ['audit', 'limit=5.0', 'limit'],
  ['audit', 'limit=', 'limit'],
  ['audit', 'model=', 'model'],
  ['audit', 'model=a b', 'model'],
  ['audit', `model=${'a'.repeat(201)}`, 'model'],
  ['audit', 'location=EU', 'location'],
  ['audit', 'outcome=answered,denied', 'outcome'],
  ['audit', 'decision=allowed', 'decision'],
  ['audit', 'cursor=a=', 'cursor'],
  ['audit', `cursor=${'a'.repeat(401)}`, 'cursor'],
  ['audit', 'everybody=true', 'everybody'],
  ['audit', '__proto__=x', '__proto__'],
])('%s?%s is refused with the place', (operation, query, field) => {
  const error = thrownBy(() => read(`v1/${operation}`, query));
  expect([error.code, error.violations[0]?.field]).toEqual(['INVALID_REQUEST', field]);
  expect(error.message).toMatch(/^The query is not valid: .+\.$/);
});

test('every bad parameter is named at once', () => {
  const { violations } = thrownBy(() => read('v1/audit', 'limit=0&outcome=x&decision=y'));
  expect(violations.map(({ field }) => field)).toEqual(['outcome', 'decision', 'limit']);
});

test('a refusal never tells a value', () => {
  const name = fc.constantFrom('from', 'to', 'model', 'location', 'outcome', 'decision', 'limit', 'cursor');
  fc.assert(
    fc.property(name, anyText(), (parameter, noise) => {
      try {
        read('v1/audit', new URLSearchParams({ [parameter]: `S3CRET ${noise}` }).toString());
        throw new Error('was accepted');
      } catch (error) {
        expect(error).toBeInstanceOf(GatewayError);
        expect(JSON.stringify([error, (error as Error).message])).not.toContain('S3CRET');
      }
    }),
  );
});

test.each(['v1/audit/', 'v1/audit/1/2', 'v1/usage/1', 'v1/audits'])('%s is no operation', (path) => {
  expect(thrownBy(() => read(path)).code).toBe('OPERATION_NOT_FOUND');
});
