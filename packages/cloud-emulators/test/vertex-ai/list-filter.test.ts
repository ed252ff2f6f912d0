import fc from 'fast-check';
import { GoogleError } from '../../src/vertex-ai/google-error.ts';
import { compileFilter } from '../../src/vertex-ai/resources/list-filter.ts';

const FIELDS = { state: 'text', labels: 'text', createTime: 'instant' } as const;

function matches(filter: string, resource: Record<string, string>): boolean {
  return compileFilter<Record<string, string>>(
    filter,
    FIELDS,
    (each, path) => each[path.join('.')],
  )(resource);
}

test('any text in quotes is found as it is', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (value, other) => {
      fc.pre(!value.includes('*'));
      const quoted = `"${value.replace(/[\\"]/g, '\\$&')}"`;
      expect(matches(`state=${quoted}`, { state: value })).toBe(true);
      expect(matches(`state=${quoted}`, { state: other })).toBe(value === other);
    }),
  );
});

test('whatever the filter, it is compiled or refused', () => {
  const word = fc.constantFrom(
    'state',
    'labels.a',
    '=',
    ':',
    '(',
    ')',
    'AND',
    'OR',
    'NOT',
    '"x"',
    '*',
    "'",
    '!',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(word).map((words) => words.join(' ')),
      ),
      (filter) => {
        try {
          matches(filter, { state: 'x' });
        } catch (error) {
          expect(error).toBeInstanceOf(GoogleError);
          expect(error).toHaveProperty('code', 'INVALID_ARGUMENT');
        }
      },
    ),
  );
});

test('OR binds more closely than AND, and parentheses more closely than both', () => {
  expect(matches('state=a AND state=b OR state=a', { state: 'a' })).toBe(true);
  expect(matches('(state=a AND state=b) OR state=a', { state: 'a' })).toBe(true);
  expect(matches('state=b AND (state=a OR state=a)', { state: 'a' })).toBe(false);
});

test('refuses a filter that is too deep or too long', () => {
  expect(() => matches(`${'('.repeat(1000)}state=a`, {})).toThrow('Invalid list filter: it is too deep.');
  expect(() => matches(`${'NOT '.repeat(1000)}state=a`, {})).toThrow('Invalid list filter: it is too deep.');
  expect(() => matches(' '.repeat(1e6), {})).toThrow('Invalid list filter: it is too long.');
});
