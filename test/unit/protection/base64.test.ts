import fc from 'fast-check';
import { decodeBase64 } from '../../../src/protection/base64.ts';

const noTurn = () => undefined;

test('base64 of either alphabet is decoded, whatever white space is in it', async () => {
  const spaces = fc.constantFrom('', ' ', '\n', '\t', '\u00a0', '\u2003', '\ufeff');
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 8 }),
      fc.boolean(),
      fc.array(spaces, { minLength: 1 }),
      async (bytes, isUrl, between) => {
        const text = Buffer.from(bytes).toString(isUrl ? 'base64url' : 'base64');
        const spaced = Array.from(text, (unit, at) => unit + (between[at % between.length] ?? '')).join('');
        expect(await decodeBase64(spaced, noTurn)).toEqual(Buffer.from(bytes));
      },
    ),
  );
});

test.each(['QUFB', 'QUFBQUF=QUFB', 'QUFBQUFB===', 'QUFBQUFB!', '          ', 'QUFBQUFB.'])(
  '%p is no base64 of a text',
  async (text) => {
    expect(await decodeBase64(text, noTurn)).toBeUndefined();
  },
);

test('a long text is read in turns', async () => {
  let turns = 0;
  const bytes = await decodeBase64('QUFB '.repeat(100_000), () => {
    turns += 1;
    return Promise.resolve();
  });
  expect(bytes).toEqual(Buffer.from('AAA'.repeat(100_000)));
  expect(turns).toBe(8);
});
