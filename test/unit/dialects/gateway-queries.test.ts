import fc from 'fast-check';
import { gatewayDialect } from '../../../src/dialects/gateway-dialect.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { Question } from '../../../src/prediction/question.ts';
import { thrownBy } from '../thrown-by.ts';

function read(path: string, query = ''): Question {
  return gatewayDialect.readQuestion({
    method: 'GET',
    path,
    query: new URLSearchParams(query),
    header: () => null,
    body: new Uint8Array(),
  });
}

test('usage is asked by model, of the current day, unless it says otherwise', () => {
  expect(read('v1/usage')).toEqual({ operation: 'usage', period: {}, by: 'model' });
  expect(read('v1/usage', 'by=operation&from=2026-01-01')).toEqual({
    operation: 'usage',
    period: { from: new Date('2026-01-01T00:00:00Z') },
    by: 'operation',
  });
});

test('records are asked fifty at a time, with the filters that are there', () => {
  expect(read('v1/audit')).toEqual({ operation: 'audit', period: {}, filters: {}, limit: 50 });
  const query =
    'model=anthropic/claude-sonnet-4-5@20250929&location=us-east5&outcome=denied&decision=deny&limit=200&cursor=ab-_9';
  expect(read('v1/audit', query)).toEqual({
    operation: 'audit',
    period: {},
    filters: {
      model: 'anthropic/claude-sonnet-4-5@20250929',
      location: 'us-east5',
      outcome: 'denied',
      decision: 'deny',
    },
    limit: 200,
    cursor: 'ab-_9',
  });
});

test('one record is asked by its id', () => {
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

test('the key in the query is the edge’s business', () => {
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
    fc.property(name, fc.string({ unit: 'binary' }), (parameter, noise) => {
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
