import { readJson } from '../../../src/json/read-json.ts';
import { countTurns } from '../counted-turns.ts';
import { rejectedBy } from '../thrown-by.ts';

function listOf(count: number, item: string): Buffer {
  return Buffer.from(`[${Array.from({ length: count }, () => item).join(',')}]`);
}

test('a million values are taken and one more is not', async () => {
  const most = await readJson(listOf(999_999, '1'));
  expect(most.length).toBe(999_999);
  const error = await rejectedBy(readJson(listOf(1_000_000, '1')));
  expect(error).toMatchObject({
    code: 'INVALID_REQUEST',
    message: 'The body has more than 1000000 values, the most that is accepted.',
  });
});

test('how many values there may be can be said', async () => {
  await expect(readJson(listOf(9, '{}'), { values: 10 })).resolves.toBeDefined();
  expect((await rejectedBy(readJson(listOf(10, '{}'), { values: 10 }))).code).toBe('INVALID_REQUEST');
});

test('an object has at most 100,000 members', async () => {
  const members = (count: number) =>
    Buffer.from(`[0,{"a":{${Array.from({ length: count }, (_, index) => `"${index}":0`).join(',')}}}]`);
  await expect(readJson(members(100_000))).resolves.toBeDefined();
  expect(await rejectedBy(readJson(members(100_001)))).toMatchObject({
    code: 'INVALID_REQUEST',
    violations: [{ field: '[1].a', description: 'must have at most 100000 members' }],
  });
});

test('a key has at most 16,384 bytes', async () => {
  const keyed = (length: number) => Buffer.from(`{"a":{"${'k'.repeat(length)}":1}}`);
  await expect(readJson(keyed(16_384))).resolves.toBeDefined();
  expect(await rejectedBy(readJson(keyed(16_385)))).toMatchObject({
    code: 'INVALID_REQUEST',
    violations: [{ field: 'a', description: 'a key must have at most 16384 bytes' }],
  });
});

test('a number has at most 1,100 characters', async () => {
  const numbered = (digits: number) => Buffer.from(`[[],${'7'.repeat(digits)}]`);
  await expect(readJson(numbered(1_100))).resolves.toBeDefined();
  expect(await rejectedBy(readJson(numbered(1_000_000)))).toMatchObject({
    code: 'INVALID_REQUEST',
    violations: [{ field: '[1]', description: 'a number must have at most 1100 characters' }],
  });
});

test('a small body is read at once', async () => {
  const turns = countTurns();
  await readJson(Buffer.from(JSON.stringify({ text: 'x'.repeat(50_000) })), undefined, turns);
  expect(turns.taken).toBe(0);
});

test.each([
  ['values', listOf(500_000, '1')],
  ['texts', Buffer.from(JSON.stringify(['x'.repeat(1_000_000)]))],
  ['texts of escapes', Buffer.from(JSON.stringify(['\\"\n'.repeat(170_000)]))],
  ['space', Buffer.from(`[${' \n'.repeat(500_000)}]`)],
])('1 MB of %s is read in pieces of 64 KB', async (_, body) => {
  const turns = countTurns();
  await readJson(body, undefined, turns);
  expect(turns.taken).toBe(Math.floor((body.length - 1) / 65_536));
});

test('where 1 MB breaks is counted in pieces', async () => {
  const turns = countTurns();
  const error = await rejectedBy(readJson(Buffer.from(`["${'ü'.repeat(500_000)}",x]`), undefined, turns));
  expect(error.message).toBe('The body is not valid JSON at line 1, column 500005.');
  expect(turns.taken).toBe(30);
});

test.each([1, 2, 3, 5, 7, 11, 13])(
  'a text that is cut every so many bytes is the same text',
  async (shift) => {
    // Escapes and characters of several bytes lie across the bounds of pieces.
    const value = [' '.repeat(shift), 'é🌻\\"\u0001\n'.repeat(30_000), { key: [1.5, null, true] }];
    const text = JSON.stringify(value);
    expect((await readJson(Buffer.from(text))).toJson()).toEqual(value);
  },
);
