import { z } from 'zod';
import { describeIssue } from '../../../src/errors/describe-issue.ts';

function describe(schema: z.ZodType, value: unknown): string | undefined {
  return schema.safeParse(value, { error: describeIssue }).error?.issues[0]?.message;
}

test.each<[z.ZodType, unknown, string]>([
  [z.string(), undefined, 'is missing'],
  [z.enum(['a', 'b']), undefined, 'is missing'],
  [z.string(), 7, 'must be a text'],
  [z.string(), null, 'must be a text'],
  [z.number(), 'seven', 'must be a number'],
  [z.coerce.number(), 'seven', 'must be a number'],
  [z.int(), 1.5, 'must be a whole number'],
  [z.boolean(), 'yes', 'must be true or false'],
  [z.array(z.string()), {}, 'must be a list'],
  [z.looseObject({}), [], 'must be an object'],
  [z.record(z.string(), z.string()), 7, 'must be an object'],
  [z.enum(['a', 'b']), 'c', 'must be one of a, b'],
  [z.literal('a'), 'c', 'must be a'],
  [z.guid(), 'x', 'must be a GUID'],
  [z.email(), 'x', 'must be an email address'],
  [z.url(), 'x', 'must be an address such as https://example.com'],
  [z.string().startsWith('//a/'), 'x', 'must begin with //a/'],
  [z.string().min(1), '', 'must not be empty'],
  [z.string().min(2), '', 'must have at least 2 characters'],
  [z.string().max(1), 'secret', 'must have at most 1 character'],
  [z.array(z.string()).min(1), [], 'must not be empty'],
  [z.array(z.string()).max(2), ['a', 'b', 'c'], 'must have at most 2 items'],
  [z.number().min(3), 2, 'must be at least 3'],
  [z.number().max(3), 4, 'must be at most 3'],
])('says what is wrong in plain English', (schema, value, expected) => {
  expect(describe(schema, value)).toBe(expected);
});

test('what a schema says itself comes first', () => {
  expect(describe(z.string('must be a name'), 7)).toBe('must be a name');
  expect(describe(z.string().regex(/^a$/, 'must be an a'), 'b')).toBe('must be an a');
});

test('where it has no words, zod’s stay', () => {
  expect(describe(z.date(), 7)).toBe('Invalid input: expected date, received number');
  expect(describe(z.base64(), '*')).toBe('Invalid base64-encoded string');
});
