import fc from 'fast-check';
import { createHideValues } from '../../../src/protection/hide-values.ts';

const RESTORED = new Map([
  ['[EMAIL_1]', 'alice@example.com'],
  ['[PERSON_1]', 'Zoë "Z" O’Neill'],
  ['[EMAIL_2]', 'alice@example.com.au'],
]);
const hide = createHideValues(RESTORED);

function hidden(part: string): string {
  return Buffer.from(hide(Buffer.from(part))).toString();
}

test.each([
  ['Write to alice@example.com.', 'Write to [EMAIL_1].'],
  ['alice@example.com.au, alice@example.com', '[EMAIL_2], [EMAIL_1]'],
  [JSON.stringify({ text: 'Zoë "Z" O’Neill' }), JSON.stringify({ text: '[PERSON_1]' })],
  [
    JSON.stringify({ arguments: JSON.stringify({ name: 'Zoë "Z" O’Neill' }) }),
    JSON.stringify({ arguments: JSON.stringify({ name: '[PERSON_1]' }) }),
  ],
  ['data: {"text":"alic"}\n\n', 'data: {"text":"alic"}\n\n'],
])('%j is kept as %j', (part, kept) => {
  expect(hidden(part)).toBe(kept);
  expect(Buffer.from(hide(part)).toString()).toBe(kept);
});

test('a part without a value is the same object, and one that ends in a character keeps its bytes', () => {
  const part = Buffer.from('Grüße').subarray(0, 3);
  expect(hide(part)).toBe(part);
  const cut = Buffer.concat([Buffer.from('alice@example.com '), Buffer.from('ü').subarray(0, 1)]);
  expect(hide(cut)).toEqual(Buffer.concat([Buffer.from('[EMAIL_1] '), Buffer.from('ü').subarray(0, 1)]));
});

test('no text that values were put into shows them any more', () => {
  const values = fc.uniqueArray(fc.string({ minLength: 3, maxLength: 12, unit: 'grapheme' }), {
    maxLength: 5,
  });
  fc.assert(
    fc.property(values, fc.array(fc.nat(), { maxLength: 20 }), (list, order) => {
      const restored = new Map(list.map((value, index) => [`[X_${index}]`, value]));
      const text = order.map((number) => list[number % list.length] ?? '').join(' ');
      const kept = Buffer.from(createHideValues(restored)(JSON.stringify(text))).toString();
      const left = kept.replaceAll(/\[X_\d+\]/g, '');
      for (const value of list)
        if (value.trim().length > 2) expect(left).not.toContain(JSON.stringify(value).slice(1, -1));
    }),
  );
});
