import type { EntryBody } from '../../src/ledger/ledger-entry.ts';
import { type ChainWriter, LedgerTrail, type LedgerTrailOptions } from '../../src/ledger/ledger-trail.ts';
import type { UnverifiedCall } from '../../src/ledger/unverified-calls.ts';
import type { FlatRecord } from '../../src/record/record-schema.ts';
import { createHandDrivenClock, settled } from '@vertex-ai-gateway/test-support/hand-driven-clock';
import { rejectedBy, thrownBy } from '../thrown-by.ts';

const RECORD: FlatRecord = {
  version: 1,
  id: 'r-1',
  requestId: 'r-1',
  time: '1970-01-01T00:00:00.000Z',
  dialect: 'vertex',
  method: 'POST',
  durability: 'standard',
  policyVersion: 'policy-1',
  outcome: 'answered',
  status: 200,
  requestBytes: 0,
  responseBytes: 0,
  durationInMs: 0,
};
const MINUTE_IN_MS = 60_000;
const REFUSAL = { kind: 'refusal', refused: 1, status: 400 } as const;
const SIGNATURE = { keyId: 'k', algorithm: 'PS256', sequence: 0, hash: 'h0', value: 'c2ln' } as const;

function start(changes: Partial<LedgerTrailOptions> = {}) {
  const clock = createHandDrivenClock();
  const entries: EntryBody[] = [];
  const ledger = {
    commits: true,
    pendingBytes: 0,
    pendingSince: undefined as number | undefined,
    hurried: 0,
    catchingUp: new Set<() => void>(),
  };
  const writer: ChainWriter = {
    name: 'w',
    get head() {
      return { sequence: entries.length - 1, hash: `h${entries.length - 1}` };
    },
    get pendingBytes() {
      return ledger.pendingBytes;
    },
    get pendingSince() {
      return ledger.pendingSince;
    },
    hurry: () => void (ledger.hurried += 1),
    whenCaughtUp: (callback) => {
      ledger.catchingUp.add(callback);
      return () => void ledger.catchingUp.delete(callback);
    },
    append: (body) => {
      entries.push(body);
      return ledger.commits ? Promise.resolve() : new Promise(() => undefined);
    },
  };
  const trail = new LedgerTrail({
    writer,
    timeoutInMs: 5000,
    maximumPendingBytes: 1000,
    checkpointIntervalInMs: MINUTE_IN_MS,
    sign: (_, { sequence, hash }) =>
      Promise.resolve({ keyId: 'k', algorithm: 'PS256', sequence, hash, value: 'c2ln' }),
    treeHead: () => undefined,
    shipped: () => ({ sequence: -1, refused: 0 }),
    now: clock.now,
    schedule: clock.schedule,
    ...changes,
  });
  const kinds = () => entries.map(({ kind }) => kind);
  const others = () => entries.filter(({ kind }) => kind !== 'checkpoint');
  return { clock, entries, ledger, trail, kinds, others };
}

test('a strict call has an opening and a closing, any other a closing alone', async () => {
  const { others, trail } = start();
  await trail.admit();
  await trail.open(RECORD);
  await trail.commit(RECORD, {});
  await trail.admit();
  trail.record({ ...RECORD, id: 'r-2' }, {});
  expect(others()).toEqual([
    { kind: 'opening', record: RECORD },
    { kind: 'closing', record: RECORD },
    { kind: 'closing', record: { ...RECORD, id: 'r-2' } },
  ]);
});

test('a strict call waits for the ledger no longer than it may', async () => {
  const { clock, ledger, trail } = start();
  ledger.commits = false;
  await trail.admit();
  const errors = [rejectedBy(trail.open(RECORD)), rejectedBy(trail.commit(RECORD, {}))];
  await clock.advance(5000);
  for (const error of errors) expect(await error).toMatchObject({ code: 'AUDIT_LEDGER_UNAVAILABLE' });
});

test('while the ledger stalls, a strict call waits as long as it may, and leaves no opening', async () => {
  const { clock, entries, ledger, trail } = start();
  await trail.admit();
  ledger.pendingSince = clock.now() - 5001;
  const opened = rejectedBy(trail.open(RECORD));
  await clock.advance(4999);
  expect(ledger.catchingUp.size).toBe(1);
  await clock.advance(1);
  expect(await opened).toMatchObject({ code: 'AUDIT_LEDGER_UNAVAILABLE' });
  expect([entries, ledger.catchingUp.size]).toEqual([[], 0]);
});

test('a strict call that waits while the ledger stalls is opened as soon as that takes entries again', async () => {
  const { clock, others, ledger, trail } = start();
  await trail.admit();
  ledger.pendingSince = clock.now() - 5001;
  const opened = trail.open(RECORD);
  await clock.advance(3000);
  ledger.pendingSince = undefined;
  for (const callback of ledger.catchingUp) callback();
  await opened;
  expect(others()).toEqual([{ kind: 'opening', record: RECORD }]);
});

test('the time for which a strict call has waited counts for its opening, too', async () => {
  const { clock, ledger, trail } = start();
  await trail.admit();
  ledger.pendingSince = clock.now() - 5001;
  ledger.commits = false;
  const opened = rejectedBy(trail.open(RECORD));
  await clock.advance(3000);
  for (const callback of ledger.catchingUp) callback();
  await settled();
  await clock.advance(1999);
  expect(clock.delays()).toContain(1);
  await clock.advance(1);
  expect(await opened).toMatchObject({ code: 'AUDIT_LEDGER_UNAVAILABLE' });
});

test('no call is let in while more waits for the ledger than may', () => {
  const { ledger, trail } = start();
  ledger.pendingBytes = 1001;
  expect(thrownBy(() => trail.admit())).toMatchObject({ code: 'AUDIT_LEDGER_UNAVAILABLE' });
  ledger.pendingBytes = 1000;
  expect(() => trail.admit()).not.toThrow();
});

test('while the ledger stalls, a call is let in when that takes entries again', async () => {
  const { clock, ledger, trail } = start();
  ledger.pendingSince = clock.now() - 5001;
  const state = { isIn: false };
  const admitted = trail.admit()?.then(() => (state.isIn = true));
  await clock.advance(3000);
  expect(state.isIn).toBe(false);
  ledger.pendingSince = undefined;
  for (const callback of ledger.catchingUp) callback();
  await admitted;
  expect(trail.admit()).toBeUndefined();
});

test('while the ledger stalls for longer than a strict call waits, no call is let in', async () => {
  const { clock, ledger, trail, kinds } = start();
  ledger.pendingSince = clock.now() - 5001;
  const refused = rejectedBy(trail.admit() ?? Promise.resolve());
  await clock.advance(5000);
  expect(await refused).toMatchObject({ code: 'AUDIT_LEDGER_UNAVAILABLE' });
  // None of them is at work.
  ledger.pendingSince = undefined;
  await trail.close();
  expect(kinds()).toEqual([]);
});

test('a call that waited while the ledger stalled is not let in once the trail is being closed', async () => {
  const { clock, ledger, trail } = start();
  ledger.pendingSince = clock.now() - 5001;
  const refused = rejectedBy(trail.admit() ?? Promise.resolve());
  await trail.close();
  for (const callback of ledger.catchingUp) callback();
  expect(await refused).toMatchObject({ code: 'AUDIT_LEDGER_UNAVAILABLE' });
});

test('no call is let in once the trail is being closed, so that nothing follows its end', async () => {
  const { trail, kinds } = start();
  await trail.admit();
  trail.record(RECORD, {});
  const closed = trail.close();
  expect(thrownBy(() => trail.admit())).toMatchObject({ code: 'AUDIT_LEDGER_UNAVAILABLE' });
  await closed;
  expect(kinds().at(-1)).toBe('end');
});

test('any number of calls without a verified caller is one entry an interval, with the first of each kind', async () => {
  const { clock, others, trail } = start();
  const stranger = {
    time: new Date(0),
    dialect: 'vertex',
    method: 'GET',
    code: 'CALLER_NOT_AUTHENTICATED',
  } as const;
  const count = (call: Partial<UnverifiedCall> = {}) => {
    void trail.admit();
    trail.countUnverified({ ...stranger, ...call });
  };
  for (let sent = 0; sent < 20_000; sent += 1) count();
  count({ time: new Date(1000), code: 'CALLER_GONE' });
  count({ time: new Date(1000), method: 'POST' });
  expect(others()).toEqual([]);
  await clock.advance(MINUTE_IN_MS);
  const [from, to] = ['1970-01-01T00:00:00.000Z', '1970-01-01T00:00:01.000Z'];
  expect(others()).toEqual([
    {
      kind: 'unverified',
      from,
      to,
      calls: 20_002,
      codes: { CALLER_NOT_AUTHENTICATED: 20_001, CALLER_GONE: 1 },
      samples: [
        { ...stranger, time: from },
        { ...stranger, time: to, code: 'CALLER_GONE' },
        { ...stranger, time: to, method: 'POST' },
      ],
    },
  ]);
  count();
  await clock.advance(MINUTE_IN_MS);
  expect(others()).toMatchObject([{ calls: 20_002 }, { calls: 1 }]);
});

test('samples of calls without a verified caller are bounded', async () => {
  const { clock, entries, trail } = start();
  for (let index = 0; index < 1000; index += 1) {
    await trail.admit();
    const method = `M${index}`;
    trail.countUnverified({ time: new Date(0), dialect: 'openai', method, code: 'CALLER_NOT_AUTHENTICATED' });
  }
  await clock.advance(MINUTE_IN_MS);
  const [entry] = entries;
  expect(entry?.kind === 'unverified' && [entry.calls, entry.samples.length]).toEqual([1000, 20]);
});

test('what was counted is on the chain before its end, and is no call at work', async () => {
  const { kinds, trail } = start();
  await trail.admit();
  trail.countUnverified({
    time: new Date(0),
    dialect: 'vertex',
    method: 'GET',
    code: 'CALLER_NOT_AUTHENTICATED',
  });
  await trail.close();
  expect(kinds()).toEqual(['unverified', 'checkpoint', 'end']);
});

test('a checkpoint follows what is new, signed until the chain is founded, and none follows a checkpoint alone', async () => {
  const { clock, entries, trail, kinds } = start();
  await trail.admit();
  await trail.open(RECORD);
  await settled();
  await trail.commit(RECORD, {});
  await clock.advance(MINUTE_IN_MS);
  expect(entries.at(-1)).toEqual({
    kind: 'checkpoint',
    shipped: { sequence: -1, refused: 0 },
    opened: 1,
    closed: 1,
  });
  expect(entries[1]).toMatchObject({ kind: 'checkpoint', signature: { sequence: 0 } });
  await clock.advance(10 * MINUTE_IN_MS);
  expect(kinds()).toEqual(['opening', 'checkpoint', 'closing', 'checkpoint']);
});

test('the first entry is signed at once, and nothing more follows where nothing happens', async () => {
  const signing = Promise.withResolvers<typeof SIGNATURE>();
  const { clock, entries, trail } = start({ sign: () => signing.promise });
  await trail.admit();
  trail.record(RECORD, {});
  await clock.advance(1);
  expect(entries).toEqual([{ kind: 'closing', record: RECORD }]);
  signing.resolve(SIGNATURE);
  await settled();
  expect(entries.slice(1)).toMatchObject([{ kind: 'checkpoint', signature: SIGNATURE }]);
  await clock.advance(10 * MINUTE_IN_MS);
  expect(entries).toHaveLength(2);
});

test('while the audit key cannot be used, the first signature is asked for less and less often', async () => {
  const asked: number[] = [];
  const key = { isThere: false };
  const { clock, kinds, trail } = start({
    checkpointIntervalInMs: 10 * MINUTE_IN_MS,
    sign: () => {
      asked.push(clock.now());
      return Promise.resolve(key.isThere ? SIGNATURE : undefined);
    },
  });
  for (const id of ['r-1', 'r-2']) {
    await trail.admit();
    trail.record({ ...RECORD, id }, {});
  }
  const startedAt = clock.now();
  await settled();
  await clock.advance(40_000);
  const seconds = () => asked.map((time) => (time - startedAt) / 1000);
  expect(seconds()).toEqual([0, 1, 3, 7, 15, 25, 35]);
  expect(kinds()).toEqual(['closing', 'closing']);
  key.isThere = true;
  await clock.advance(MINUTE_IN_MS);
  expect(seconds()).toHaveLength(8);
  expect(kinds()).toEqual(['closing', 'closing', 'checkpoint']);
});

test('entries that come while the first one is signed have a checkpoint of their own', async () => {
  const signing = Promise.withResolvers<typeof SIGNATURE>();
  const tries = [signing.promise];
  const { clock, kinds, trail } = start({ sign: () => tries.shift() ?? Promise.resolve(SIGNATURE) });
  for (const id of ['r-1', 'r-2']) {
    await trail.admit();
    trail.record({ ...RECORD, id }, {});
  }
  signing.resolve(SIGNATURE);
  await clock.advance(10 * MINUTE_IN_MS);
  expect(kinds()).toEqual(['closing', 'closing', 'checkpoint', 'checkpoint']);
});

test('a founded chain is not signed again, not even at its end', async () => {
  let signed = 0;
  const { clock, trail, kinds } = start({
    sign: () => {
      signed += 1;
      return Promise.resolve(SIGNATURE);
    },
  });
  for (let minute = 0; minute < 3; minute += 1) {
    await trail.admit();
    trail.record(RECORD, {});
    await settled();
    await clock.advance(MINUTE_IN_MS);
  }
  await trail.close();
  expect(kinds().filter((kind) => kind === 'checkpoint').length).toBeGreaterThan(2);
  expect(signed).toBe(1);
});

test('the last checkpoint is signed if the audit key can be used again by then', async () => {
  const key = { isThere: false };
  const { clock, entries, kinds, trail } = start({
    checkpointIntervalInMs: 500,
    sign: () => Promise.resolve(key.isThere ? SIGNATURE : undefined),
  });
  await trail.admit();
  trail.record(RECORD, {});
  await clock.advance(500);
  expect(kinds()).toEqual(['closing', 'checkpoint']);
  key.isThere = true;
  await trail.close();
  expect(entries.at(-2)).toMatchObject({ kind: 'checkpoint', signature: SIGNATURE });
});

test('a first signature that comes after that of a checkpoint is not needed', async () => {
  const late = Promise.withResolvers<typeof SIGNATURE>();
  const tries = [late.promise];
  const { clock, kinds, trail } = start({ sign: () => tries.shift() ?? Promise.resolve(SIGNATURE) });
  await trail.admit();
  trail.record(RECORD, {});
  await clock.advance(MINUTE_IN_MS);
  late.resolve(SIGNATURE);
  await clock.advance(MINUTE_IN_MS);
  expect(kinds()).toEqual(['closing', 'checkpoint']);
});

test('a checkpoint that is signed first founds the chain as well', async () => {
  let tries = 0;
  const { clock, kinds, trail } = start({
    checkpointIntervalInMs: 500,
    sign: () => Promise.resolve((tries += 1) === 1 ? undefined : SIGNATURE),
  });
  await trail.admit();
  trail.record(RECORD, {});
  await clock.advance(MINUTE_IN_MS);
  expect([tries, kinds()]).toEqual([2, ['closing', 'checkpoint']]);
});

test.each([
  ['in reach of the checkpoint stays', 16_382, 'signature'],
  ['too far before the checkpoint is dropped', 16_383, undefined],
])('a signature over an entry that is %s', async (_, head, expected) => {
  const signing = Promise.withResolvers<typeof SIGNATURE>();
  const tries = [Promise.resolve(undefined), signing.promise];
  const { clock, entries, trail } = start({ sign: () => tries.shift() ?? Promise.resolve(undefined) });
  await trail.admit();
  await trail.open(RECORD);
  await clock.advance(500);
  void trail.close();
  while (entries.length <= head) void trail.append(REFUSAL);
  signing.resolve(SIGNATURE);
  await settled();
  const checkpoint = entries.at(-1);
  expect(checkpoint).toMatchObject({ kind: 'checkpoint', opened: 1 });
  expect(Object.keys(checkpoint ?? {}).at(-1) === 'signature' ? 'signature' : undefined).toBe(expected);
});

test('an entry that is no call’s has the chain signed, and no checkpoints planned', async () => {
  const { clock, kinds, trail } = start();
  await trail.append(REFUSAL);
  await settled();
  expect(kinds()).toEqual(['refusal', 'checkpoint']);
  // Application Insights may refuse the anchor of a checkpoint, and the next one, and so on.
  await trail.append(REFUSAL);
  await clock.advance(10 * MINUTE_IN_MS);
  expect(kinds()).toEqual(['refusal', 'checkpoint', 'refusal']);
  await trail.close();
  expect(kinds()).toEqual(['refusal', 'checkpoint', 'refusal', 'checkpoint', 'end']);
});

test('nothing follows the end, not even an entry that is no call’s', async () => {
  const { kinds, trail } = start();
  await trail.append(REFUSAL);
  await trail.close();
  expect(await rejectedBy(trail.append(REFUSAL))).toMatchObject({ code: 'AUDIT_LEDGER_UNAVAILABLE' });
  expect(kinds()).toEqual(['refusal', 'checkpoint', 'end']);
});

test('a checkpoint names the head of the tree that the process knows', async () => {
  const heads = [undefined, { size: 7, root: 'b'.repeat(64) }];
  const { entries, trail } = start({ treeHead: () => heads.shift() });
  await trail.append(REFUSAL);
  await settled();
  expect(entries.at(-1)).not.toHaveProperty('tree');
  await trail.append(REFUSAL);
  await trail.close();
  expect(entries.at(-2)).toMatchObject({ kind: 'checkpoint', tree: { size: 7, root: 'b'.repeat(64) } });
});

test('while a call is open, checkpoints show that its process lives', async () => {
  const { clock, trail, kinds } = start();
  await trail.admit();
  await trail.open(RECORD);
  await clock.advance(3 * MINUTE_IN_MS);
  expect(kinds()).toEqual(['opening', 'checkpoint', 'checkpoint', 'checkpoint', 'checkpoint']);
});

test('a key that is out of reach leaves a checkpoint without a signature', async () => {
  const { clock, entries, trail } = start({ sign: () => Promise.resolve(undefined) });
  await trail.admit();
  trail.record(RECORD, {});
  await clock.advance(MINUTE_IN_MS);
  expect(entries.at(-1)).not.toHaveProperty('signature');
});

test('the end closes a chain when no call is left, and a process without calls leaves nothing', async () => {
  const quiet = start();
  await quiet.trail.close();
  expect(quiet.entries).toEqual([]);
  const served = start();
  await served.trail.admit();
  served.trail.record(RECORD, {});
  await served.trail.close();
  expect(served.kinds()).toEqual(['closing', 'checkpoint', 'end']);
  expect(served.entries.at(-1)).toEqual({ kind: 'end', opened: 0, closed: 1 });
});

test('at the end a checkpoint does without a signature that takes long', async () => {
  const { clock, trail, entries, kinds } = start({ sign: () => new Promise(() => undefined) });
  await trail.admit();
  trail.record(RECORD, {});
  const closed = trail.close();
  await clock.advance(1000);
  await closed;
  expect(kinds()).toEqual(['closing', 'checkpoint', 'end']);
  expect(entries[1]).not.toHaveProperty('signature');
});

test('no checkpoint follows the end, not even one whose signature comes late', async () => {
  const late = Promise.withResolvers<typeof SIGNATURE>();
  const signatures = [late.promise, late.promise];
  const { clock, trail, kinds } = start({ sign: () => signatures.shift() ?? Promise.resolve(undefined) });
  await trail.admit();
  trail.record(RECORD, {});
  await clock.advance(MINUTE_IN_MS);
  await trail.close();
  late.resolve(SIGNATURE);
  await settled();
  expect(kinds()).toEqual(['closing', 'checkpoint', 'end']);
});

test('a chain has no end while a call is at work', async () => {
  const { trail, kinds } = start();
  await trail.admit();
  await trail.open(RECORD);
  const closed = trail.close();
  await settled();
  expect(kinds()).toEqual(['opening', 'checkpoint', 'checkpoint']);
  trail.record(RECORD, {});
  await closed;
  expect(kinds()).toEqual(['opening', 'checkpoint', 'checkpoint', 'closing', 'checkpoint', 'end']);
});

test('closing waits for a call at work that is only counted', async () => {
  const { trail, kinds } = start();
  await trail.admit();
  const closed = trail.close();
  await settled();
  trail.countUnverified({ time: new Date(0), dialect: 'vertex', method: 'GET', code: 'CALL_TIMEOUT' });
  await closed;
  expect(kinds().at(-1)).toBe('end');
  expect(kinds().filter((kind) => kind === 'unverified')).toHaveLength(1);
});

test('a correction names the last closing of its call by its hash', async () => {
  const { others, trail } = start();
  const [one, other] = [{}, {}];
  await trail.admit();
  await trail.admit();
  await trail.commit(RECORD, one);
  trail.record({ ...RECORD, id: 'r-2' }, other);
  trail.record({ ...RECORD, revision: 1 }, one);
  trail.record({ ...RECORD, revision: 2 }, one);
  trail.record({ ...RECORD, id: 'r-2', revision: 1 }, other);
  const corrects = others().map((entry) => entry.kind === 'closing' && entry.corrects);
  expect(corrects).toEqual([undefined, undefined, 'h0', 'h3', 'h2']);
});

test('a correction of a closing that the ledger took late names it as well', async () => {
  const { clock, ledger, others, trail } = start();
  ledger.commits = false;
  const last = {};
  await trail.admit();
  const late = rejectedBy(trail.commit(RECORD, last));
  await clock.advance(5000);
  expect(await late).toMatchObject({ code: 'AUDIT_LEDGER_UNAVAILABLE' });
  trail.record({ ...RECORD, revision: 1 }, last);
  expect(others().at(-1)).toMatchObject({ kind: 'closing', corrects: 'h0' });
});

test('a correction is on the ledger and counts no call', async () => {
  const { entries, trail } = start();
  const last = {};
  await trail.admit();
  await trail.commit(RECORD, last);
  trail.record({ ...RECORD, revision: 1 }, last);
  await trail.close();
  await settled();
  expect(entries.at(-1)).toEqual({ kind: 'end', opened: 0, closed: 1 });
});

test('an idle process writes a checkpoint twice a day, until it ends its chain', async () => {
  const { clock, trail, entries } = start();
  await trail.admit();
  trail.record(RECORD, {});
  await clock.advance(MINUTE_IN_MS);
  await settled();
  const checkpoints = () => entries.filter(({ kind }) => kind === 'checkpoint').length;
  const before = checkpoints();
  for (const expected of [1, 2, 3]) {
    await clock.advance(720 * MINUTE_IN_MS);
    await settled();
    expect(checkpoints() - before).toBe(expected);
  }
  await trail.close();
  const atTheEnd = entries.length;
  await clock.advance(1_440 * MINUTE_IN_MS);
  await settled();
  expect(entries).toHaveLength(atTheEnd);
});
