import { randomUUID } from 'node:crypto';
import { hashEntry, NO_PREVIOUS } from '../../src/ledger/ledger-entry.ts';
import type { LedgerEvidence } from '../../src/verification/evidence.ts';
import { verifyLedger } from '../../src/verification/verify-ledger.ts';
import { caseOf } from './case-of.ts';
import {
  asText,
  BEGINNING,
  callsOf,
  closing,
  createMemoryLedger,
  opening,
  STARTED_AT,
  WRITER,
  writeChain,
  writeLines,
} from './sample-chain.ts';

const HOUR_IN_MS = 3_600_000;
const OTHER_WRITER = '20260301T110000000Z-0a1b2c3d';
const NO_KEYS: LedgerEvidence = { publicKeys: () => Promise.resolve(undefined) };

/** Verifies a ledger long after it was written, and gives its findings. */
async function find(chains: Readonly<Record<string, readonly string[]>>, evidence: LedgerEvidence = {}) {
  const { findings } = await verifyLedger(createMemoryLedger(chains), evidence, {
    period: { from: new Date(0), to: new Date(STARTED_AT + HOUR_IN_MS) },
    now: new Date(STARTED_AT + HOUR_IN_MS),
    graceInMs: 0,
    openForInMs: 0,
  });
  return findings.map((finding) => [caseOf(finding), finding.writer, finding.sequence]);
}

/** The lines of a chain with one more, which links to the chain and may hold anything else. */
function withLine(text: (head: string) => string): string {
  const lines = writeLines([BEGINNING]);
  const previous = hashEntry(lines[0] ?? '');
  const head = `"v":1,"writer":"${WRITER}","sequence":1,"previous":"${previous}","time":"2026-03-01T12:00:00.001Z"`;
  return asText([...lines, text(head)]);
}

test.each<[string, string | Buffer]>([
  ['a line of 10 MB', 'x'.repeat(10_000_000)],
  ['a line of NUL bytes', '\0'.repeat(1_000)],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]).toString('latin1')],
  ['an unfinished object', '{"v":1'],
  ['nested lists', '['.repeat(100_000)],
  ['a number that is none', `{"v":1,"writer":"${WRITER}","sequence":1e400}`],
])('%s is inserted, wherever it stands', async (_, line) => {
  const lines = writeChain(callsOf(3));
  for (const at of [0, 3])
    expect(await find({ [WRITER]: [asText(lines.toSpliced(at, 0, String(line)))] })).toEqual([
      ['inserted', WRITER, at],
    ]);
});

test('10 MB without a line break at the end are a truncation', async () => {
  const lines = writeChain(callsOf(1));
  expect(await find({ [WRITER]: [asText(lines) + 'x'.repeat(10_000_000)] })).toEqual([
    ['truncated', WRITER, lines.length],
  ]);
});

test('a million empty lines are named in seconds', async () => {
  const found = await find({ [WRITER]: [asText(writeChain(callsOf(1))) + '\n'.repeat(1_000_000)] });
  expect(found).toEqual([['unreadable', WRITER, undefined]]);
}, 20_000);

test('thousands of entries that all claim one place are told apart within a second', async () => {
  const claims = Array.from({ length: 3_999 }, (_, index) =>
    withLine((head) => `{${head},"kind":"closing","record":{"id":"${index}"}}`)
      .trimEnd()
      .split('\n')
      .slice(1),
  );
  const text = asText([...writeLines([BEGINNING]), ...claims.flat()]);
  const { user } = process.cpuUsage();
  const found = await find({ [WRITER]: [text] });
  expect(found.length).toBeGreaterThan(900);
  expect((process.cpuUsage().user - user) / 1_000).toBeLessThan(1_000);
});

test.each([
  ['beyond what numbers hold exactly', '9007199254740993'],
  ['below zero', '-1'],
  ['with a fraction', '1.5'],
  ['as a text', '"1"'],
])('a sequence %s is none', async (_, sequence) => {
  const text = withLine((head) =>
    `{${head},"kind":"closing","record":{"id":"a"}}`.replace('"sequence":1,', `"sequence":${sequence},`),
  );
  expect(await find({ [WRITER]: [text] })).toEqual([['inserted', WRITER, 1]]);
});

test('of a member that stands twice the last one counts, and its hash is of both', async () => {
  const text = withLine((head) => `{${head},"kind":"closing","record":{"id":"a"},"kind":"end"}`);
  expect(await find({ [WRITER]: [text] })).toEqual([]);
  const changed = text.replace('"kind":"closing"', '"kind":"opening"');
  const [, line = ''] = text.split('\n');
  const anchors = [{ writer: WRITER, sequence: 1, hash: hashEntry(line) }];
  expect(await find({ [WRITER]: [changed] }, { anchors })).toEqual([['rewritten', WRITER, 0]]);
});

test('a prototype in an entry changes nothing', async () => {
  const text = withLine(
    (head) =>
      `{${head},"kind":"closing","record":{"id":"a","__proto__":{"isRecovered":true}},"__proto__":{"recovered":true}}`,
  );
  expect(await find({ [WRITER]: [text] })).toEqual([]);
  expect({}).not.toHaveProperty('recovered');
});

test.each([
  ['nothing in it', '{}'],
  ['a list', '[]'],
  ['null', 'null'],
  ['a text', '"text"'],
  ['a number for an id', '{"id":7}'],
  ['an id that is too long', `{"id":"${'x'.repeat(300)}"}`],
])('a closing whose record is no record (%s) is named', async (_, record) => {
  const text = withLine((head) => `{${head},"kind":"closing","record":${record}}`);
  expect(await find({ [WRITER]: [text] })).toEqual([['unreadable', WRITER, 1]]);
});

test('calls that are closed twice are found among thousands, whatever their ids', async () => {
  const ids = Array.from({ length: 2_000 }, () => randomUUID());
  const lines = writeChain([BEGINNING, ...ids.map(closing), ...ids.slice(0, 500).map(closing)]);
  const found = await find({ [WRITER]: [asText(lines)] });
  expect(found).toEqual(ids.slice(0, 500).map((_, index) => ['closed-twice', WRITER, 2_001 + index]));
});

test('a call that is closed 100,000 times is named once', async () => {
  const lines = writeChain([BEGINNING, ...Array.from({ length: 100_000 }, () => closing('one'))]);
  expect(await find({ [WRITER]: [asText(lines)] })).toEqual([['closed-twice', WRITER, 2]]);
}, 20_000);

test('more open calls than there can be are counted', async () => {
  const bodies = Array.from({ length: 200_010 }, (_, index) => opening(String(index)));
  const { findings, findingCount } = await verifyLedger(
    createMemoryLedger({ [WRITER]: [asText(writeChain([BEGINNING, ...bodies]))] }),
    {},
    {
      period: { from: new Date(0), to: new Date(STARTED_AT + HOUR_IN_MS) },
      now: new Date(STARTED_AT + HOUR_IN_MS),
      graceInMs: 0,
      openForInMs: 0,
    },
  );
  expect(findingCount).toBe(200_001);
  expect(findings).toHaveLength(1_000);
}, 30_000);

test('chains that changed places are named as such, line by line', async () => {
  const one = writeChain(callsOf(2));
  const other = writeChain(callsOf(2, 'other'), { writer: OTHER_WRITER });
  const found = await find({ [WRITER]: [asText(other)], [OTHER_WRITER]: [asText(one)] });
  expect(new Set(found.map(([kind]) => kind))).toEqual(new Set(['inserted']));
  expect(new Set(found.map(([, writer]) => writer))).toEqual(new Set([WRITER, OTHER_WRITER]));
});

test('a chain under another name is no chain of that writer', async () => {
  const found = await find({ [OTHER_WRITER]: [asText(writeChain(callsOf(2)))] });
  expect(found[0]).toEqual(['inserted', OTHER_WRITER, 0]);
});

test('a chain that no key signed is vouched for by nobody', async () => {
  const lines = writeLines(callsOf(2), { writer: OTHER_WRITER });
  for (const count of [lines.length, lines.length - 1, 1])
    expect(await find({ [OTHER_WRITER]: [asText(lines.slice(0, count))] }, NO_KEYS)).toEqual([
      ['unvouched', OTHER_WRITER, undefined],
    ]);
});

test('a chain that lasted, or is said to have begun later than it was written, is vouched for by nobody', async () => {
  const start = JSON.stringify({
    v: 1,
    writer: WRITER,
    sequence: 0,
    previous: NO_PREVIOUS,
    time: '2026-03-01T12:00:00Z',
  });
  const first = `${start.slice(0, -1)},"kind":"chain","policyVersion":"p"}`;
  const later = JSON.stringify({
    v: 1,
    writer: WRITER,
    sequence: 1,
    previous: hashEntry(first),
    time: '2026-03-01T12:30:00Z',
    ...closing('one'),
  });
  expect(await find({ [WRITER]: [asText([first, later])] }, NO_KEYS)).toEqual([
    ['unvouched', WRITER, undefined],
  ]);
  for (const writer of ['20991231T235959999Z-0a1b2c3d', '99999999T999999999Z-0a1b2c3d']) {
    const lines = writeLines([BEGINNING, closing('one')], { writer });
    expect(await find({ [writer]: [asText(lines)] })).toEqual([['unvouched', writer, undefined]]);
  }
});

test('a cursor that was moved on is a truncation, and one that was moved back shows records as not shipped', async () => {
  const text = [asText(writeChain(callsOf(1)))];
  const cursors = (sequence: number) => ({ cursors: new Map([[WRITER, sequence]]) });
  expect(await find({ [WRITER]: text }, cursors(Number.MAX_SAFE_INTEGER))).toEqual([
    ['truncated', WRITER, 6],
  ]);
  expect(await find({ [WRITER]: text }, cursors(-1))).toEqual([['never-shipped', WRITER, 2]]);
});
