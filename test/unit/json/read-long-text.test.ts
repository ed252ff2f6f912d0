import fc from 'fast-check';
import { readJsonAtOnce } from '../../../src/json/read-json.ts';
import { readLongText } from '../../../src/json/read-long-text.ts';
import { countTurns } from '../counted-turns.ts';

test('a long text is decoded in turns of 64 KB, wherever escapes and characters stand', async () => {
  const pieces = fc.constantFrom(
    'a',
    'ü',
    '€',
    '😀',
    '\\n',
    '\\\\',
    '\\"',
    '\\u0041',
    '\\ud83d\\ude00',
    '\\ud83d',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(pieces, { maxLength: 12 }), fc.nat(20), async (some, shift) => {
      const round = `${some.join('')}-`;
      const json = `"${'x'.repeat(shift)}${round.repeat(Math.ceil(150_000 / round.length))}"`;
      const turns = countTurns();
      expect(await readLongText(readJsonAtOnce(Buffer.from(json)), turns)).toBe(JSON.parse(json));
      expect(turns.taken).toBeGreaterThanOrEqual(Math.ceil((Buffer.byteLength(json) - 2) / (65_536 + 8)));
    }),
    { numRuns: 50 },
  );
});

test.each(['12', '[]', 'null'])('%s has no text', async (json) => {
  expect(await readLongText(readJsonAtOnce(Buffer.from(json)))).toBe('');
});
