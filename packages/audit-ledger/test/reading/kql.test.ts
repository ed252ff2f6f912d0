import fc from 'fast-check';
import { parseQuery } from '@vertex-ai-gateway/cloud-emulators/application-insights/query/parse-query';
import { readTokens } from '@vertex-ai-gateway/cloud-emulators/application-insights/query/read-tokens';
import { dateTimeLiteral, isIn, textLiteral } from '../../src/reading/kql.ts';
import { findQuery, listQuery, usageQuery } from '../../src/reading/record-queries.ts';
import type { RecordFilter } from '../../src/reading/audit-archive.ts';

/** Any text of UTF-16 units, unpaired surrogates included. Characters that could end a literal are more frequent. */
const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom('"', "'", '\\', '\n', '\r', '\t', '\0', '`', '|', ')', '/', '@', '\u2028', '\u202e'),
    fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
  ),
  maxLength: 40,
});

const PERIOD = { from: new Date(Date.UTC(2026, 0, 1)), to: new Date(Date.UTC(2026, 0, 2)) };

test.each([
  ['plain', '"plain"'],
  ['', '""'],
  ['"', '"\\""'],
  ["'", '"\'"'],
  ['\\', '"\\\\"'],
  ['a\nb\r\t', '"a\\nb\\r\\t"'],
  ['\0', '"\\u0000"'],
  ['\u2028', '"\\u2028"'],
  ['\ud800', '"\\ud800"'],
  ['é😀', '"é😀"'],
  ['" or true //', '"\\" or true //"'],
])('%j is the literal %s', (text, literal) => {
  expect(textLiteral(text)).toBe(literal);
});

test('no text breaks out of its literal, or is another text in it', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const literal = textLiteral(text);
      // Apart from escapes, no character is left that the language's documentation forbids inside quotes.
      expect(literal.slice(1, -1).replace(/\\(u[0-9a-f]{4}|[\\"nrt])/g, '')).not.toMatch(/["\\\r\n]/);
      expect(readTokens(literal)).toEqual([
        { kind: 'string', value: text, at: 0 },
        { kind: 'end', at: literal.length },
      ]);
    }),
    { numRuns: 2000 },
  );
});

/** The parsed query, with a placeholder for the text. */
function shapeOf(query: string, text: string): unknown {
  const same = JSON.stringify(parseQuery(query), (key, value: unknown) => {
    if (typeof value === 'bigint') return String(value);
    return key === 'value' && value === text ? 'the text' : value;
  });
  return JSON.parse(same);
}

test.each<[string, (text: string) => string]>([
  [
    'a filter',
    (text) => {
      const filter: RecordFilter = {
        period: PERIOD,
        names: [text, 'other'],
        caller: text,
        location: text,
        operation: text,
        rule: text,
        code: text,
      };
      return listQuery('everybody', filter, { limit: 5 });
    },
  ],
  [
    'an owner',
    (text) => {
      const owner = {
        identityProvider: text,
        subscriptionId: text,
        objectId: text,
        applicationId: text,
      };
      return listQuery(owner, { period: PERIOD }, { limit: 5 });
    },
  ],
  ['an id', (text) => findQuery('everybody', { id: text })],
  ['a request id', (text) => findQuery('everybody', { requestId: text })],
  [
    'the id of a position',
    (text) =>
      listQuery(
        'everybody',
        { period: PERIOD },
        { limit: 5, after: { time: '2026-01-01T00:00:00Z', id: text } },
      ),
  ],
  [
    'a subscription and names',
    (text) =>
      usageQuery({
        subscriptionId: text,
        period: PERIOD,
        by: 'model',
        names: { publishers: [text], models: [text], endpoints: [] },
      }),
  ],
])('whatever text %s is, the query stays the same but for it', (_, build) => {
  const plain = 'a-text-that-nothing-else-is';
  const shape = shapeOf(build(plain), plain);
  fc.assert(
    fc.property(
      anyText.filter((text) => !['other', '', 'audit', 'gateway', 'gateway.prediction'].includes(text)),
      (text) => {
        expect(shapeOf(build(text), text)).toEqual(shape);
      },
    ),
    { numRuns: 100 },
  );
});

test.each([
  '2026-01-01',
  '2026-01-01T00:00:00',
  '2026-01-01T00:00:00+01:00',
  '2026-01-01T00:00:00.12345678Z',
  '2026-01-01T00:00:00Z) or (true',
  '',
])('%j is no instant that a query can name', (text) => {
  expect(() => dateTimeLiteral(text)).toThrow(RangeError);
});

test('an instant keeps every digit that the service gave', () => {
  expect(dateTimeLiteral('2026-01-01T00:00:00.1234567Z')).toBe('datetime(2026-01-01T00:00:00.1234567Z)');
  expect(dateTimeLiteral(PERIOD.from)).toBe('datetime(2026-01-01T00:00:00.000Z)');
});

test('nothing is in an empty list', () => {
  expect(isIn('model', [])).toBe('1 == 0');
  expect(isIn('model', ['a', 'b'])).toBe(`['model'] in ("a", "b")`);
});
