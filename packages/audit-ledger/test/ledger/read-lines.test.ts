import type { LedgerReader } from '../../src/ledger/ledger-reader.ts';
import { MAXIMUM_LINE_BYTES, type PartStretch, readLines } from '../../src/ledger/read-lines.ts';

/** A ledger whose one part is this text. @param most the most bytes that it gives at once. */
function ledgerOf(text: string, most = Infinity): Pick<LedgerReader, 'read'> {
  const bytes = Buffer.from(text);
  return {
    read: (_writer, _part, offset, maximumBytes) =>
      Promise.resolve(bytes.subarray(offset, offset + Math.min(most, maximumBytes))),
  };
}

async function linesOf(ledger: Pick<LedgerReader, 'read'>, stretch: PartStretch = { part: 1 }) {
  const found: { text: string; bytes: number; isWhole: boolean }[] = [];
  for await (const lines of readLines(ledger, 'w', stretch))
    found.push(...lines.map(({ text, ...line }) => ({ text: text.toString(), ...line })));
  return found;
}

const whole = (text: string) => ({ text, bytes: text.length + 1, isWhole: true });

test('lines of a part come whole, wherever its chunks end, and half a line at the end does not', async () => {
  const text = 'first\nsecond\nthird\nhalf';
  const expected = ['first', 'second', 'third'].map(whole);
  for (let most = 1; most <= text.length; most += 1)
    expect(await linesOf(ledgerOf(text, most))).toEqual([
      ...expected,
      { text: 'half', bytes: 4, isWhole: false },
    ]);
});

test('a stretch is read from its offset up to the size that was listed', async () => {
  const ledger = ledgerOf('first\nsecond\nthird\n');
  expect(await linesOf(ledger, { part: 1, offset: 6 })).toEqual(['second', 'third'].map(whole));
  expect(await linesOf(ledger, { part: 1, bytes: 13 })).toEqual(['first', 'second'].map(whole));
  expect(await linesOf(ledger, { part: 1, offset: 6, bytes: 8 })).toEqual([
    { text: 'se', bytes: 2, isWhole: false },
  ]);
});

test('an empty part has no lines, and an empty line is one', async () => {
  expect(await linesOf(ledgerOf(''))).toEqual([]);
  expect(await linesOf(ledgerOf('\n\n'))).toEqual(['', ''].map(whole));
});

test('the longest line is read, and one that is longer comes as its size', async () => {
  const longest = 'x'.repeat(MAXIMUM_LINE_BYTES);
  for (const most of [1_000_000, Infinity]) {
    expect(await linesOf(ledgerOf(`${longest}\nnext\n`, most))).toEqual([longest, 'next'].map(whole));
    const tooLong = { text: '', bytes: MAXIMUM_LINE_BYTES + 2, isWhole: true };
    expect(await linesOf(ledgerOf(`${longest}x\nnext\n`, most))).toEqual([tooLong, whole('next')]);
    expect(await linesOf(ledgerOf(`${longest}xyz`, most))).toEqual([
      { text: '', bytes: MAXIMUM_LINE_BYTES + 3, isWhole: false },
    ]);
  }
});

test('many times the longest line without a line break is one line, in bounded memory', async () => {
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  const ledger: Pick<LedgerReader, 'read'> = {
    read: (_writer, _part, _offset, maximumBytes) => Promise.resolve(chunk.subarray(0, maximumBytes)),
  };
  const bytes = 2_000 * 1024 * 1024;
  expect(await linesOf(ledger, { part: 1, bytes })).toEqual([{ text: '', bytes, isWhole: false }]);
});
