import fc from 'fast-check';
import { createSealKey, SealPublicKey } from '../../../src/keys/seal-key.ts';
import { type EntryBody, hashEntry, NO_PREVIOUS, sealedText } from '../../../src/ledger/ledger-entry.ts';
import { hashId } from '../../../src/verification/id-set.ts';
import { ClosingNumber, NUMBERS_OF_A_CLOSING } from '../../../src/verification/scanning/plain-calls.ts';
import { type ScanRules, scanSealed } from '../../../src/verification/scanning/scan-sealed.ts';
import { BEGINNING, callsOf, closing, opening, recordOf, startSample, WRITER } from '../sample-chain.ts';

const SUBJECT = 'a'.repeat(64);
const END: EntryBody = { kind: 'end', opened: 1, closed: 1 };

const RULES: ScanRules = {
  writer: WRITER,
  sealKey: SealPublicKey.parse(BEGINNING.kind === 'chain' ? BEGINNING.sealKey : undefined),
  showsClosings: false,
  showsContents: true,
  shipped: Infinity,
  notedAfter: '',
  seed: 7,
};

/** Makes the lines of these entries, and a seal behind them. */
function linesOf(bodies: readonly EntryBody[]): string[] {
  const chain = startSample();
  for (const body of bodies) chain.add(body);
  chain.seal();
  return [...chain.lines];
}

function bytesOf(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''));
}

const scan = (bodies: readonly EntryBody[], rules?: Partial<ScanRules>) => scanOf(linesOf(bodies), rules);

function scanOf(lines: readonly string[], rules: Partial<ScanRules> = {}) {
  const found = scanSealed(bytesOf(lines), { ...RULES, ...rules });
  if (!found) throw new Error('not as a gateway writes it');
  return found;
}

const shownBy = (bodies: readonly EntryBody[], rules?: Partial<ScanRules>) =>
  scan(bodies, rules).shown.map(({ index }) => index);

const TWO_CALLS = [opening('one'), opening('two'), closing('two'), closing('one')];

test('plain calls are counted, and nothing of them is shown', () => {
  const lines = linesOf(TWO_CALLS);
  const found = scanOf(lines);
  expect(found).toMatchObject({ first: 0, last: 4, openings: 2, unopened: [], shown: [], isEnd: false });
  expect(found.closings).toHaveLength(2 * NUMBERS_OF_A_CLOSING);
  expect(found.hashes).toBe(lines.map((line) => hashEntry(line)).join(''));
  const { idStart, idEnd, low, high } = ClosingNumber;
  const bytes = bytesOf(lines);
  expect(bytes.toString('latin1', found.closings[idStart], found.closings[idEnd])).toBe('two');
  expect([found.closings[low], found.closings[high]]).toEqual(hashId('two', RULES.seed));
});

test('a sealed piece with bytes that are no UTF-8 is looked at line by line', () => {
  const sealKey = createSealKey();
  const time = '2026-03-01T12:00:00.000Z';
  const scanWith = (byte: number) => {
    const head = { v: 1, writer: WRITER, sequence: 0, previous: NO_PREVIOUS, time, kind: 'closing' };
    const first = Buffer.from(JSON.stringify({ ...head, record: { ...recordOf('one'), code: '~' } }));
    first[first.indexOf('~')] = byte;
    const place = { sequence: 1, previous: hashEntry(first), time };
    const value = sealKey.sign(sealedText(WRITER, place));
    const last = JSON.stringify({ ...head, ...place, kind: 'seal', value });
    const bytes = Buffer.concat([first, Buffer.from(`\n${last}\n`)]);
    return scanSealed(bytes, { ...RULES, sealKey: sealKey.publicKey });
  };
  expect(scanWith('~'.charCodeAt(0))).toMatchObject({ first: 0, last: 1 });
  expect(scanWith(0xff)).toBeUndefined();
});

test('a piece from the middle of a chain says on what it follows', () => {
  const lines = linesOf(callsOf(2));
  expect(scanSealed(bytesOf(lines.slice(2)), RULES)).toMatchObject({
    first: 2,
    before: hashEntry(lines[1] ?? ''),
  });
});

test.each<[what: string, bodies: readonly EntryBody[], shown: readonly number[], rules: Partial<ScanRules>]>([
  ['the beginning of a chain', [BEGINNING, ...TWO_CALLS], [0], {}],
  ['an opening without its closing', [opening('one'), opening('two'), closing('two')], [0], {}],
  ['two openings of one call', [opening('one'), opening('one'), closing('one')], [0], {}],
  [
    'a correction',
    [
      closing('one'),
      { kind: 'closing', record: { ...recordOf('one'), revision: 1 }, corrects: 'a'.repeat(64) },
    ],
    [1],
    {},
  ],
  [
    'a revision that corrects nothing',
    [{ kind: 'closing', record: { ...recordOf('one'), revision: 1 } }],
    [0],
    {},
  ],
  [
    'a closing for a lost process',
    [
      {
        kind: 'closing',
        record: recordOf('one'),
        recovered: { writer: WRITER, sequence: 0, hash: 'a'.repeat(64) },
      },
    ],
    [0],
    {},
  ],
  [
    'a closing whose record names a content, and its opening',
    [
      opening('one'),
      {
        kind: 'closing',
        record: { ...recordOf('one'), content: { subject: SUBJECT, blob: 'b', sha256: 'c' }, status: 200 },
      },
    ],
    [0, 1],
    {},
  ],
  ['a call that no record names', [{ kind: 'closing', record: { version: 1, time: 'now' } }], [0], {}],
  ['an id with an escape', [closing('on"e')], [0], {}],
  ['closings beyond the cursor, and their openings', TWO_CALLS, [0, 3], { shipped: 2 }],
  [
    'all closings, and their openings, where they are asked for',
    TWO_CALLS,
    [0, 1, 2, 3],
    { showsClosings: true },
  ],
  ['the end', [...TWO_CALLS, END], [4], {}],
])('%s is shown', (_, bodies, shown, rules) => {
  expect(shownBy(bodies, rules)).toEqual(shown);
});

test('a closing that names a content is not shown where contents are not asked for', () => {
  const record = { ...recordOf('one'), content: { subject: SUBJECT, blob: 'b', sha256: 'c' } };
  expect(shownBy([{ kind: 'closing', record }], { showsContents: false })).toEqual([]);
});

test('a closing whose opening is in another piece is named', () => {
  expect(scan([closing('one'), opening('two'), closing('two'), closing('three')]).unopened).toEqual([0, 2]);
});

test('a piece that ends the chain says so', () => {
  expect(scan([...TWO_CALLS, END]).isEnd).toBe(true);
});

test('the first and the last time are given, and those after a bound', () => {
  const found = scan(TWO_CALLS, { notedAfter: '2026-03-01T12:00:00.001Z' });
  expect(found).toMatchObject({
    firstTime: '2026-03-01T12:00:00.000Z',
    lastTime: '2026-03-01T12:00:00.004Z',
    noted: { first: '2026-03-01T12:00:00.002Z', last: '2026-03-01T12:00:00.004Z' },
  });
  expect(scan(TWO_CALLS, { notedAfter: '2026-03-01T12:00:00.004Z' }).noted).toBeUndefined();
});

test('sequences go on over a power of ten', () => {
  const found = scan(callsOf(60));
  expect(found).toMatchObject({ first: 0, last: 122, openings: 60 });
});

test('no piece of which a byte was changed, left out or put in is as a gateway writes it', () => {
  const bytes = bytesOf(linesOf([BEGINNING, ...TWO_CALLS, END]));
  const place = fc.nat({ max: bytes.byteLength - 1 });
  fc.assert(
    fc.property(place, fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ change;
      expect(scanSealed(changed, RULES)).toBeUndefined();
      const shorter = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
      expect(scanSealed(shorter, RULES)).toBeUndefined();
      const longer = Buffer.concat([bytes.subarray(0, at), Buffer.of(change), bytes.subarray(at)]);
      expect(scanSealed(longer, RULES)).toBeUndefined();
    }),
    { numRuns: 1_000 },
  );
});

test.each<[what: string, change: (lines: string[]) => readonly string[]]>([
  ['without a line', (lines) => lines.toSpliced(2, 1)],
  ['with a line twice', (lines) => lines.toSpliced(2, 0, lines[2] ?? '')],
  ['with two lines in another order', (lines) => lines.with(2, lines[3] ?? '').with(3, lines[2] ?? '')],
  ['without its seal', (lines) => lines.slice(0, -1)],
  ['of another chain', (lines) => lines.map((line) => line.replaceAll(WRITER, WRITER.replace('0a', '0b')))],
  ['that is empty', () => []],
  ['that goes on after the end', () => linesOf([...TWO_CALLS, END, closing('late')])],
])('a piece %s is not as a gateway writes it', (_, change) => {
  expect(scanSealed(bytesOf(change(linesOf([BEGINNING, ...TWO_CALLS]))), RULES)).toBeUndefined();
});

test('a piece whose last line is shorter than the place of an entry is not as a gateway writes it', () => {
  const lines = linesOf([BEGINNING, ...TWO_CALLS]);
  for (const rest of ['', '{', '{}', '{"v":1}', (lines.at(-1) ?? '').slice(0, 100)])
    for (const end of ['', '\n'])
      expect(scanSealed(Buffer.from(`${lines.join('\n')}\n${rest}${end}`), RULES)).toEqual(
        `${rest}${end}` === '' ? expect.anything() : undefined,
      );
});
