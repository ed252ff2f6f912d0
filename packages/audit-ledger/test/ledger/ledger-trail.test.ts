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
    shipped: () => ({ sequence: -1, refused: 0 }),
    now: clock.now,
    schedule: clock.schedule,
    ...changes,
  });
  return { clock, entries, ledger, trail, kinds: () => entries.map(({ kind }) => kind) };
}

test('a strict call has an opening and a closing, any other a closing alone', async () => {
  const { entries, trail } = start();
  await trail.admit();
  await trail.open(RECORD);
  await trail.commit(RECORD);
  await trail.admit();
  trail.record({ ...RECORD, id: 'r-2' });
  expect(entries).toEqual([
    { kind: 'opening', record: RECORD },
    { kind: 'closing', record: RECORD },
    { kind: 'closing', record: { ...RECORD, id: 'r-2' } },
  ]);
});

test('a strict call waits for the ledger no longer than it may', async () => {
  const { clock, ledger, trail } = start();
  ledger.commits = false;
  await trail.admit();
  const errors = [rejectedBy(trail.open(RECORD)), rejectedBy(trail.commit(RECORD))];
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
  const { clock, entries, ledger, trail } = start();
  await trail.admit();
  ledger.pendingSince = clock.now() - 5001;
  const opened = trail.open(RECORD);
  await clock.advance(3000);
  ledger.pendingSince = undefined;
  for (const callback of ledger.catchingUp) callback();
  await opened;
  expect(entries).toEqual([{ kind: 'opening', record: RECORD }]);
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
  trail.record(RECORD);
  const closed = trail.close();
  expect(thrownBy(() => trail.admit())).toMatchObject({ code: 'AUDIT_LEDGER_UNAVAILABLE' });
  await closed;
  expect(kinds().at(-1)).toBe('end');
});

test('any number of calls without a verified caller is one entry an interval, with the first of each kind', async () => {
  const { clock, entries, trail } = start();
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
  expect(entries).toEqual([]);
  await clock.advance(MINUTE_IN_MS);
  const [from, to] = ['1970-01-01T00:00:00.000Z', '1970-01-01T00:00:01.000Z'];
  expect(entries).toEqual([
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
  expect(entries.filter(({ kind }) => kind === 'unverified')).toMatchObject([
    { calls: 20_002 },
    { calls: 1 },
  ]);
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

test('a signed checkpoint follows what is new, and none follows a checkpoint alone', async () => {
  const { clock, entries, trail, kinds } = start();
  await trail.admit();
  await trail.open(RECORD);
  await trail.commit(RECORD);
  await clock.advance(MINUTE_IN_MS);
  expect(entries.at(-1)).toEqual({
    kind: 'checkpoint',
    shipped: { sequence: -1, refused: 0 },
    opened: 1,
    closed: 1,
    signature: { keyId: 'k', algorithm: 'PS256', sequence: 1, hash: 'h1', value: 'c2ln' },
  });
  await clock.advance(10 * MINUTE_IN_MS);
  expect(kinds()).toEqual(['opening', 'closing', 'checkpoint']);
});

test('while a call is open, checkpoints show that its process lives', async () => {
  const { clock, trail, kinds } = start();
  await trail.admit();
  await trail.open(RECORD);
  await clock.advance(3 * MINUTE_IN_MS);
  expect(kinds()).toEqual(['opening', 'checkpoint', 'checkpoint', 'checkpoint']);
});

test('a key that is out of reach leaves a checkpoint without a signature', async () => {
  const { clock, entries, trail } = start({ sign: () => Promise.resolve(undefined) });
  await trail.admit();
  trail.record(RECORD);
  await clock.advance(MINUTE_IN_MS);
  expect(entries.at(-1)).not.toHaveProperty('signature');
});

test('the end closes a chain when no call is left, and a process without calls leaves nothing', async () => {
  const quiet = start();
  await quiet.trail.close();
  expect(quiet.entries).toEqual([]);
  const served = start();
  await served.trail.admit();
  served.trail.record(RECORD);
  await served.trail.close();
  expect(served.kinds()).toEqual(['closing', 'checkpoint', 'end']);
  expect(served.entries.at(-1)).toEqual({ kind: 'end', opened: 0, closed: 1 });
});

test('at the end a checkpoint does without a signature that takes long', async () => {
  const { clock, trail, entries, kinds } = start({ sign: () => new Promise(() => undefined) });
  await trail.admit();
  trail.record(RECORD);
  const closed = trail.close();
  await clock.advance(1000);
  await closed;
  expect(kinds()).toEqual(['closing', 'checkpoint', 'end']);
  expect(entries[1]).not.toHaveProperty('signature');
});

test('no checkpoint follows the end, not even one whose signature comes late', async () => {
  const late = Promise.withResolvers<undefined>();
  const signatures = [late.promise, Promise.resolve(undefined)];
  const { clock, trail, kinds } = start({
    sign: () => signatures.shift() ?? Promise.reject(new Error('asked too often')),
  });
  await trail.admit();
  trail.record(RECORD);
  await clock.advance(MINUTE_IN_MS);
  await trail.close();
  late.resolve(undefined);
  await settled();
  expect(kinds()).toEqual(['closing', 'checkpoint', 'end']);
});

test('a chain has no end while a call is at work', async () => {
  const { trail, kinds } = start();
  await trail.admit();
  await trail.open(RECORD);
  const closed = trail.close();
  await settled();
  expect(kinds()).toEqual(['opening', 'checkpoint']);
  trail.record(RECORD);
  await closed;
  expect(kinds()).toEqual(['opening', 'checkpoint', 'closing', 'checkpoint', 'end']);
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

test('a correction is on the ledger and counts no call', async () => {
  const { entries, trail } = start();
  await trail.admit();
  await trail.commit(RECORD);
  trail.record({ ...RECORD, revision: 1 });
  await trail.close();
  await settled();
  expect(entries.at(-1)).toEqual({ kind: 'end', opened: 0, closed: 1 });
});
