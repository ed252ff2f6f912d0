import { checkTimeLimits, readStartLimit, readTimeLimit } from '../../../src/prediction/deadline.ts';
import { thrownBy } from '../thrown-by.ts';

const header = (name: string, value: string) => (asked: string) => (asked === name ? value : null);

test('a call may carry no time limit', () => {
  expect(readTimeLimit(() => null)).toBeUndefined();
  expect(readStartLimit(() => null)).toBeUndefined();
  expect(() => checkTimeLimits(() => null)).not.toThrow();
});

test.each([
  ['1', 1000],
  ['600', 600_000],
  ['0.25', 250],
  ['999999999', 999_999_999_000],
])('x-server-timeout: %s limits all of the answer to %i ms', (value, limitInMs) => {
  expect(() => checkTimeLimits(header('x-server-timeout', value))).not.toThrow();
  expect(readTimeLimit(header('x-server-timeout', value))).toBe(limitInMs);
  expect(readStartLimit(header('x-server-timeout', value))).toBeUndefined();
});

test.each([
  ['0', 1000],
  ['1', 2000],
  ['600', 601_000],
  ['1.5', 1500],
])('x-stainless-timeout: %s limits the time until the answer begins to %i ms', (value, limitInMs) => {
  expect(() => checkTimeLimits(header('x-stainless-timeout', value))).not.toThrow();
  expect(readStartLimit(header('x-stainless-timeout', value))).toBe(limitInMs);
  expect(readTimeLimit(header('x-stainless-timeout', value))).toBeUndefined();
});

const MALFORMED = [
  '',
  ' ',
  '-1',
  '+1',
  '1e3',
  '0x10',
  'NaN',
  'Infinity',
  '1,5',
  '1 ',
  '1.',
  '.5',
  '5s',
  '٣',
  '1234567890',
  '1, 2',
];

test.each([...MALFORMED, '0', '0.0'])('x-server-timeout: %j is refused without being repeated', (value) => {
  expect(thrownBy(() => checkTimeLimits(header('x-server-timeout', value)))).toMatchObject({
    code: 'INVALID_REQUEST',
    message:
      'The time limit in the header x-server-timeout is not valid: it must be a positive number of seconds.',
    violations: [{ field: 'x-server-timeout', description: 'must be a positive number of seconds' }],
  });
});

test.each(MALFORMED)('x-stainless-timeout: %j is refused without being repeated', (value) => {
  expect(thrownBy(() => checkTimeLimits(header('x-stainless-timeout', value)))).toMatchObject({
    code: 'INVALID_REQUEST',
    message: 'The time limit in the header x-stainless-timeout is not valid: it must be a number of seconds.',
    violations: [{ field: 'x-stainless-timeout', description: 'must be a number of seconds' }],
  });
});

test.each(MALFORMED)('a malformed limit %j limits nothing', (value) => {
  expect(readTimeLimit(header('x-server-timeout', value))).toBeUndefined();
  expect(readStartLimit(header('x-stainless-timeout', value))).toBeUndefined();
});
