import { type EntryBody, hashEntry } from '../../src/ledger/ledger-entry.ts';
import {
  type ContentsEvidence,
  ListingDenied,
  ReadingDenied,
} from '../../src/verification/contents-evidence.ts';
import { verifyLedger } from '../../src/verification/verify-ledger.ts';
import {
  asText,
  auditPublicKeys,
  BEGINNING,
  createMemoryLedger,
  recordOf,
  STARTED_AT,
  WRITER,
  writeChain,
  writeLines,
} from './sample-chain.ts';

const MINUTE_IN_MS = 60_000;
const HOUR_IN_MS = 60 * MINUTE_IN_MS;
const DAY_IN_MS = 24 * HOUR_IN_MS;
const SUBJECT = 'a'.repeat(64);
const OTHER_SUBJECT = 'b'.repeat(64);
const NAMED = { writer: WRITER, sequence: 1, hash: 'c'.repeat(64) };

/** The id of a call that arrived this time after the beginning of the chain. */
function idAt(ms: number): string {
  return `${new Date(STARTED_AT + ms).toISOString().replaceAll(/[-:.]/g, '')}-00000000-0000-4000-8000-000000000000`;
}

function nameAt(ms: number, subject = SUBJECT): string {
  return `${subject}/${idAt(ms)}.json`;
}

/** The closing of a call that arrived this time after the beginning of the chain, with a reference to its content. */
function closingAt(ms: number, subject = SUBJECT): EntryBody {
  const id = idAt(ms);
  const content = { subject, blob: nameAt(ms, subject), sha256: 'd'.repeat(64) };
  return {
    kind: 'closing',
    record: { ...recordOf(id), time: new Date(STARTED_AT + ms).toISOString(), content },
  };
}

interface Case {
  readonly calls?: readonly EntryBody[];
  /** The names of the contents in storage, with the times of their writing after the beginning of the chain. */
  readonly stored?: Readonly<Record<string, number>>;
  /** Entries of further chains, with the times at which the chains begin after the first one. */
  readonly others?: readonly (readonly [afterInMs: number, EntryBody])[];
  /** Entries of a chain that begins half a minute before the verification, and is not signed yet. */
  readonly young?: readonly EntryBody[];
  readonly ageInMs?: number;
  /** The end of the period, in milliseconds after the beginning of the chain. */
  readonly to?: number;
  readonly contents?: Partial<ContentsEvidence>;
  /** Adds to the chain what nobody vouches for. */
  readonly forged?: (lines: readonly string[]) => readonly string[];
}

function verify({
  calls = [],
  stored = {},
  others = [],
  young = [],
  ageInMs = DAY_IN_MS,
  to = DAY_IN_MS,
  contents,
  forged,
}: Case) {
  const genuine = writeChain([BEGINNING, ...calls]);
  const chains = others.map(([afterInMs, body], index) => {
    const startedAt = STARTED_AT + afterInMs;
    const time = new Date(startedAt).toISOString().replaceAll(/[-:.]/g, '');
    const writer = `${time}-0000000${index}`;
    return [writer, [asText(writeChain([BEGINNING, body], { writer, startedAt }))]] as const;
  });
  const youngStart = STARTED_AT + ageInMs - 30_000;
  const youngWriter = `${new Date(youngStart).toISOString().replaceAll(/[-:.]/g, '')}-ffffffff`;
  const unsigned = writeLines([BEGINNING, ...young], { writer: youngWriter, startedAt: youngStart });
  return verifyLedger(
    createMemoryLedger(
      {
        [WRITER]: [asText(forged?.(genuine) ?? genuine)],
        ...Object.fromEntries(chains),
        ...(young.length > 0 && { [youngWriter]: [asText(unsigned)] }),
      },
      new Date(STARTED_AT + ageInMs),
    ),
    {
      publicKeys: auditPublicKeys,
      contents: {
        retentionInMs: 90 * DAY_IN_MS,
        async *list(prefix) {
          for (const [name, after] of Object.entries(stored))
            if (name.startsWith(prefix))
              yield await Promise.resolve({ name, modifiedAt: new Date(STARTED_AT + after) });
        },
        ...contents,
      },
    },
    {
      period: { from: new Date(STARTED_AT - DAY_IN_MS), to: new Date(STARTED_AT + to) },
      now: new Date(STARTED_AT + ageInMs),
      graceInMs: 0,
      openForInMs: 35 * MINUTE_IN_MS,
    },
  );
}

async function find(given: Case) {
  const { findings } = await verify(given);
  return findings.map(({ kind, sequence }) => (sequence === undefined ? [kind] : [kind, sequence]));
}

const CALL = closingAt(1_000);
const CONTENT = { [nameAt(1_000)]: 2_000 };
const ERASURE: EntryBody = { kind: 'erasure', subject: SUBJECT, reason: 'Asked for.' };
const ERASED: EntryBody = { kind: 'erased', subject: SUBJECT, erasure: NAMED, key: true, contents: 1 };
const GONE = ['content-changed', 1];

test.each<[string, Case, readonly unknown[]]>([
  ['is there', { calls: [CALL], stored: CONTENT }, []],
  ['is gone', { calls: [CALL] }, [GONE]],
  [
    'is gone, and another one is there',
    { calls: [CALL, closingAt(2_000)], stored: { [nameAt(2_000)]: 2_500 } },
    [GONE],
  ],
  [
    'is under another subject',
    { calls: [CALL], stored: { [nameAt(1_000, OTHER_SUBJECT)]: 2_000 } },
    [GONE, ['content-unknown']],
  ],
  ['was never kept', { calls: [{ kind: 'closing', record: recordOf('one') }] }, []],
  ['may not be stored yet', { calls: [CALL], ageInMs: 45 * MINUTE_IN_MS }, []],
  ['is late', { calls: [CALL], ageInMs: 46 * MINUTE_IN_MS }, [GONE]],
  ['was kept for as long as it is to be', { calls: [CALL], ageInMs: 90 * DAY_IN_MS + 1_001 }, []],
  ['was deleted a moment early', { calls: [CALL], ageInMs: 90 * DAY_IN_MS + 1_000 }, [GONE]],
  ['was kept for fewer days, as is set', { calls: [CALL], contents: { retentionInMs: HOUR_IN_MS } }, []],
  ['is of a call outside the period', { calls: [CALL], to: 1_000 }, []],
  [
    'was written within the time of its call',
    { calls: [CALL], stored: { [nameAt(1_000)]: 45 * MINUTE_IN_MS + 1_000 } },
    [],
  ],
  ['was written again', { calls: [CALL], stored: { [nameAt(1_000)]: 46 * MINUTE_IN_MS } }, [GONE]],
])('a content that %s', async (_, given, findings) => {
  expect(await find(given)).toEqual(findings);
});

test.each<[string, Case['others'], readonly unknown[]]>([
  [
    'by a proven erasure',
    [
      [HOUR_IN_MS, ERASURE],
      [2 * HOUR_IN_MS, ERASED],
    ],
    [],
  ],
  [
    'by an erasure that is proven after the period',
    [
      [HOUR_IN_MS, ERASURE],
      [2 * DAY_IN_MS, ERASED],
    ],
    [],
  ],
  [
    'by an erasure that was begun after the period',
    [
      [25 * HOUR_IN_MS, ERASURE],
      [26 * HOUR_IN_MS, ERASED],
    ],
    [],
  ],
  ['by an erasure that is not proven', [[HOUR_IN_MS, ERASURE]], [['erasure-unfinished', 1], GONE]],
  [
    'by the erasure of another subject',
    [
      [HOUR_IN_MS, { ...ERASURE, subject: OTHER_SUBJECT }],
      [2 * HOUR_IN_MS, { ...ERASED, subject: OTHER_SUBJECT }],
    ],
    [GONE],
  ],
])('a content that is gone %s', async (_, others = [], findings) => {
  const found = await find({ calls: [CALL], others, ageInMs: 3 * DAY_IN_MS });
  expect(found.toSorted()).toEqual(findings.toSorted());
});

test('an erasure does not excuse contents of calls after it', async () => {
  const others = [
    [0, ERASURE],
    [10, ERASED],
  ] as const;
  expect(await find({ calls: [CALL], others })).toEqual([GONE]);
});

test('an erasure that nobody vouches for excuses nothing', async () => {
  const forged = (lines: readonly string[]) => [
    ...lines,
    ...writeLines([
      BEGINNING,
      CALL,
      ...Array<EntryBody>(lines.length - 2).fill(ERASED),
      ERASURE,
      ERASED,
    ]).slice(lines.length),
  ];
  const found = await find({ calls: [CALL], forged });
  expect(found).toContainEqual(GONE);
});

test('an erasure in a chain that is too young excuses nothing, within the period and after it', async () => {
  for (const to of [2 * DAY_IN_MS, HOUR_IN_MS])
    expect(await find({ calls: [CALL], young: [ERASURE, ERASED], to })).toContainEqual(GONE);
});

test('a closing that nobody vouches for misses no content and explains none', async () => {
  const forged = (lines: readonly string[]) => [
    ...lines,
    ...writeLines([BEGINNING, ...Array<EntryBody>(lines.length).fill(CALL)]).slice(lines.length),
  ];
  const kinds = async (stored: Case['stored']) => {
    const found = await find({ forged, ...(stored && { stored }) });
    return found.map(([kind]) => kind).filter((kind) => String(kind).startsWith('content'));
  };
  expect(await kinds({})).toEqual([]);
  expect(await kinds(CONTENT)).toEqual(['content-unknown']);
});

test.each<[string, Case, readonly string[]]>([
  ['no record names', { stored: CONTENT }, [nameAt(1_000)]],
  [
    'no record names, beside others',
    { calls: [CALL], stored: { ...CONTENT, [nameAt(3_000)]: 3_500 } },
    [nameAt(3_000)],
  ],
  [
    'no gateway named',
    { stored: { 'notes.txt': 0, [`${SUBJECT}/notes.json`]: 0 } },
    ['notes.txt', `${SUBJECT}/notes.json`],
  ],
  ['a call at work may name', { stored: { [nameAt(1_000)]: 2_000 }, ageInMs: 40 * MINUTE_IN_MS }, []],
  ['is older than the period', { stored: { [nameAt(-2 * DAY_IN_MS)]: 0 } }, []],
  [
    'was put back after its erasure',
    {
      calls: [CALL],
      stored: CONTENT,
      others: [
        [HOUR_IN_MS, ERASURE],
        [2 * HOUR_IN_MS, ERASED],
      ],
    },
    [nameAt(1_000)],
  ],
  [
    'was stored about the time of an erasure',
    {
      calls: [CALL],
      stored: CONTENT,
      others: [
        [MINUTE_IN_MS, ERASURE],
        [HOUR_IN_MS, ERASED],
      ],
    },
    [],
  ],
])('a content that %s', async (_, given, names) => {
  const { findings } = await verify(given);
  const unknown = findings.filter(({ kind }) => kind === 'content-unknown').map(({ message }) => message);
  expect(unknown).toHaveLength(names.length);
  names.forEach((name, index) => expect(unknown[index]).toContain(name));
});

test('a correction names the content of its closing, which is missed once', async () => {
  const [, line = ''] = writeLines([BEGINNING, CALL]);
  const record = CALL.kind === 'closing' ? { ...CALL.record, revision: 1 } : {};
  const calls = [CALL, { kind: 'closing', record, corrects: hashEntry(line) } as const];
  expect(await find({ calls })).toEqual([GONE]);
  expect(await find({ calls, stored: CONTENT })).toEqual([]);
});

test('that contents were not listed is said', async () => {
  const denied = {
    list(): AsyncIterable<never> {
      throw new ListingDenied();
    },
  };
  const report = await verify({ calls: [CALL], contents: denied });
  expect(report.findings).toEqual([]);
  expect(report.notChecked).toContainEqual(expect.stringContaining('may not list them'));
});

/** The closing of a call that took so long, with a reference to its content. */
function closingOfLong(durationInMs: number): EntryBody {
  const call = closingAt(1_000);
  return call.kind === 'closing' ? { ...call, record: { ...call.record, durationInMs } } : call;
}

test.each<[string, number, number, readonly unknown[]]>([
  ['ten minutes after the end of its call', 2_000, 10 * MINUTE_IN_MS + 3_000, []],
  ['later than that', 2_000, 10 * MINUTE_IN_MS + 3_001, [GONE]],
  ['half an hour after a long call arrived', 25 * MINUTE_IN_MS, 30 * MINUTE_IN_MS, []],
  ['within 45 minutes of a short call', 2_000, 30 * MINUTE_IN_MS, [GONE]],
  ['after a call that says it took a day', DAY_IN_MS, 46 * MINUTE_IN_MS, [GONE]],
])('a content that was written %s', async (_, durationInMs, writtenAfter, findings) => {
  const stored = { [nameAt(1_000)]: writtenAfter };
  expect(await find({ calls: [closingOfLong(durationInMs)], stored })).toEqual(findings);
});

test.each<[string, string | undefined, readonly unknown[]]>([
  ['is the one on record', 'd'.repeat(64), []],
  ['was written again at once', 'e'.repeat(64), [GONE]],
  ['goes while it is read', undefined, []],
])('where contents are read, a content that %s', async (_, hash, findings) => {
  const asked: string[] = [];
  const contents = {
    hash: (name: string) => {
      asked.push(name);
      return Promise.resolve(hash);
    },
  };
  const { findings: found } = await verify({ calls: [CALL, CALL], stored: CONTENT, contents });
  expect(found.filter(({ kind }) => kind === 'content-changed').length).toBe(findings.length);
  // Each content is read once, whatever names it.
  expect(asked).toEqual([nameAt(1_000)]);
});

test('that contents were not read is said, and is asked for once', async () => {
  let asked = 0;
  const contents = {
    hash: () => {
      asked += 1;
      return Promise.reject(new ReadingDenied());
    },
  };
  const calls = [CALL, closingAt(3_000)];
  const report = await verify({ calls, stored: { ...CONTENT, [nameAt(3_000)]: 3_500 }, contents });
  expect(report.findings).toEqual([]);
  expect([report.isIntact, asked]).toEqual([false, 1]);
  expect(report.notChecked).toContainEqual(expect.stringContaining('were not read'));
});
