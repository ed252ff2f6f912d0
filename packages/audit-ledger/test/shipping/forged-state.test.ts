import type { EntryBody } from '../../src/ledger/ledger-entry.ts';
import { verifyLedger } from '../../src/verification/verify-ledger.ts';
import { stateName } from '../../src/shipping/state-names.ts';
import type { MemoryLedger } from '../memory-storage.ts';
import { auditPublicKeys } from '../verification/sample-chain.ts';
import { closing, createLedgerWorld, forge, GONE_AFTER_IN_MS, opening } from './ledger-world.ts';

const MADE_UP = '20260101T000000000Z-deadbeef';

/** A process that wrote some records and the opening of another call, shipped nothing, and is killed. */
async function startVictim() {
  const world = createLedgerWorld();
  const victim = world.startProcess();
  world.ingestion.faults.push(...Array.from({ length: 10 }, () => 'silence' as const));
  await victim.write(opening('open-call'), closing('one'), closing('two'));
  await victim.found();
  await victim.write(closing('three'));
  void victim.shipping.close(0);
  await world.pass();
  world.ingestion.faults.length = 0;
  const sweeper = world.startProcess();
  await sweeper.found();
  return { ...world, victim, sweeper };
}

/** The kinds of findings about calls that verification has some hours later. */
async function verify(ledger: MemoryLedger, now: number): Promise<string[]> {
  const { findings } = await verifyLedger(
    ledger,
    { publicKeys: auditPublicKeys },
    {
      period: { from: new Date(0), to: new Date(now + 1) },
      now: new Date(now + 86_400_000),
      graceInMs: 600_000,
      openForInMs: 600_000,
    },
  );
  return findings.flatMap(({ kind, recordId }) => (recordId === undefined ? [] : [`${kind} ${recordId}`]));
}

const GENUINE = ['one answered', 'open-call interrupted', 'three answered', 'two answered'];

/** Cursors as an attacker may leave them. The members are those of a genuine cursor, changed. */
const CURSORS: readonly (readonly [string, object, readonly string[]])[] = [
  ['that is no cursor', { part: 'one' }, GENUINE],
  ['of another chain', { writer: MADE_UP, offset: 1000 }, GENUINE],
  ['that lies beyond the chain', { offset: 1_000_000_000_000 }, GENUINE],
  ['that lies in a part that is not there', { part: 7, offset: 0 }, GENUINE],
  ['that lies before the chain', { part: 0, offset: -1 }, GENUINE],
  ['that names another entry', { hash: 'a'.repeat(64) }, GENUINE],
  ['that lies in the middle of a line', { offset: 10 }, ['open-call interrupted']],
  ['that names a later sequence', { sequence: 1_000_000 }, ['open-call interrupted']],
];

test.each(CURSORS)('a cursor %s brings nothing in that is not genuine', async (_, change, expected) => {
  const { victim, sweeper, ledger, state, clock, pass, sweep, shipped } = await startVictim();
  const cursor = {
    writer: victim.name,
    part: 1,
    offset: 0,
    sequence: -1,
    hash: '0'.repeat(64),
    refused: 0,
    ...change,
  };
  const facts = { part: String(cursor.part), offset: String(cursor.offset) };
  await state.write(stateName('shipping/', victim.name), cursor, facts, undefined);
  await clock.advance(GONE_AFTER_IN_MS);
  expect(await sweep(sweeper)).toMatchObject({ failedChains: 0 });
  await pass();
  expect(await sweep(sweeper)).toMatchObject({ failedChains: 0, chains: 0, bytes: 0 });
  await pass();
  expect(shipped()).toEqual(expected);
  expect(await verify(ledger, clock.now())).toEqual([]);
});

test('facts of a cursor that can’t be true keep no record back', async () => {
  const { victim, sweeper, state, clock, pass, sweep, shipped } = await startVictim();
  await state.write(stateName('shipping/', victim.name), {}, { part: 'NaN', offset: '1e999' }, undefined);
  await clock.advance(GONE_AFTER_IN_MS);
  expect(await sweep(sweeper)).toMatchObject({ failedChains: 0, chains: 0, bytes: 0 });
  await pass();
  expect(shipped()).toEqual(GENUINE);
});

test('a process believes nobody else’s cursor of its own chain', async () => {
  const { state, startProcess, pass, shipped } = createLedgerWorld();
  const process = startProcess();
  const forged = {
    writer: process.name,
    part: 9,
    offset: 9,
    sequence: 9_000_000,
    hash: 'a'.repeat(64),
    refused: 7,
  };
  await state.write(stateName('shipping/', process.name), forged, { part: '9', offset: '9' }, undefined);
  await process.write(closing('one'));
  await pass(5);
  expect(shipped()).toEqual(['one answered']);
  expect(process.shipping.shipped()).toEqual({ sequence: 2, refused: 0 });
  expect((await state.read(stateName('shipping/', process.name)))?.value).toMatchObject({ sequence: 2 });
});

test('a forged recovery that says that it is done leaves a call open, which verification names', async () => {
  const { victim, sweeper, ledger, state, clock, pass, sweep, recoveredBy } = await startVictim();
  const bytes = ledger.bytes(victim.name, 1).byteLength;
  const facts = { part: '1', bytes: String(bytes), done: 'true' };
  const forged = { sweepers: [], part: 1, bytes, isDone: true };
  await state.write(stateName('recovery/', victim.name), forged, facts, undefined);
  await clock.advance(GONE_AFTER_IN_MS);
  await sweep(sweeper);
  await pass();
  expect(recoveredBy(sweeper)).toEqual([]);
  expect(await verify(ledger, clock.now())).toEqual(['never-closed open-call']);
});

test.each([
  ['that never were', [MADE_UP]],
  ['that are no writers', ['nobody', '../../shipping/x']],
])('a recovery by sweepers %s leaves no call open', async (_, sweepers) => {
  const { victim, sweeper, ledger, state, clock, pass, sweep, recoveredBy } = await startVictim();
  const forged = { sweepers, part: 1, bytes: 1, isDone: false };
  await state.write(stateName('recovery/', victim.name), forged, {}, undefined);
  await clock.advance(GONE_AFTER_IN_MS);
  await sweep(sweeper);
  await pass();
  expect(recoveredBy(sweeper)).toEqual(['open-call']);
  expect(await verify(ledger, clock.now())).toEqual([]);
});

test.each([
  ['is deleted', undefined],
  ['says that nobody has swept', { sweepers: [], part: 1, bytes: 1, isDone: false }],
  ['is none', { sweepers: 'nobody' }],
])('a recovery that %s after it was done has no call closed once more', async (_, forged) => {
  const { victim, sweeper, ledger, state, clock, pass, sweep, recoveredBy } = await startVictim();
  await clock.advance(GONE_AFTER_IN_MS);
  await sweep(sweeper);
  const name = stateName('recovery/', victim.name);
  for (let round = 0; round < 3; round += 1) {
    const stored = await state.read(name);
    state.delete(name);
    if (forged) await state.write(name, forged, {}, undefined);
    expect(stored?.value).toMatchObject({ sweepers: [sweeper.name] });
    await clock.advance(GONE_AFTER_IN_MS);
    await sweep(sweeper);
    await pass();
  }
  expect(recoveredBy(sweeper)).toEqual(['open-call']);
  expect(await verify(ledger, clock.now())).toEqual([]);
});

test('a recovery by a thousand sweepers is none, and their chains are not read', async () => {
  const { victim, sweeper, ledger, state, clock, sweep, recoveredBy } = await startVictim();
  const forged = {
    sweepers: Array.from({ length: 1000 }, () => sweeper.name),
    part: 1,
    bytes: 1,
    isDone: false,
  };
  await state.write(stateName('recovery/', victim.name), forged, {}, undefined);
  await clock.advance(GONE_AFTER_IN_MS);
  const before = ledger.reads;
  await sweep(sweeper);
  expect(ledger.reads - before).toBeLessThan(100);
  expect(recoveredBy(sweeper)).toEqual(['open-call']);
});

test('a made-up sweeper’s closings do not count, and a genuine sweeper’s do only for the openings that they name', async () => {
  const { victim, sweeper, ledger, state, clock, pass, sweep, startProcess, recoveredBy } =
    await startVictim();
  const place = ledger.placeOf(victim.name, 1);
  const closed = (recovered: object) => ({ ...closing('open-call', 'interrupted'), recovered }) as EntryBody;
  const genuine = startProcess();
  await genuine.write(closed({ writer: victim.name, ...place, hash: 'a'.repeat(64) }));
  await genuine.write(closed({ writer: sweeper.name, ...place }));
  await genuine.found();
  const head = { sequence: -1, hash: '0'.repeat(64) };
  ledger.write(MADE_UP, 1, forge(MADE_UP, head, [closed({ writer: victim.name, ...place })]));
  const forged = { sweepers: [genuine.name, MADE_UP], part: 1, bytes: 1, isDone: false };
  await state.write(stateName('recovery/', victim.name), forged, {}, undefined);
  await clock.advance(GONE_AFTER_IN_MS);
  await sweep(sweeper);
  await pass();
  expect(recoveredBy(sweeper)).toEqual(['open-call']);
});

test('a sweeper is done when its own chain is founded, and until then nobody closes its calls once more', async () => {
  const { victim, sweeper, ledger, state, clock, pass, sweep, startProcess, recoveredBy } =
    await startVictim();
  const unfounded = startProcess();
  const isDone = async () =>
    ((await state.read(stateName('recovery/', victim.name)))?.value as { isDone: boolean }).isDone;
  await clock.advance(GONE_AFTER_IN_MS);
  await sweep(unfounded);
  expect(await isDone()).toBe(false);
  // It lives longer than a sweeper needs.
  for (let minute = 0; minute < 5; minute += 1) {
    await clock.advance(60_000);
    await unfounded.write({
      kind: 'checkpoint',
      shipped: { sequence: -1, refused: 0 },
      opened: 0,
      closed: 0,
    });
    await sweep(sweeper);
  }
  expect(recoveredBy(sweeper)).toEqual([]);
  await unfounded.found();
  await sweep(unfounded);
  await pass();
  expect(await isDone()).toBe(true);
  expect(recoveredBy(unfounded)).toEqual(['open-call']);
  await sweep(sweeper);
  expect(recoveredBy(sweeper)).toEqual([]);
  expect(await verify(ledger, clock.now())).toEqual([]);
});

test('what a sweeper closed whose chain is never founded is closed again by the next', async () => {
  const { sweeper, clock, pass, sweep, startProcess, recoveredBy, shipped } = await startVictim();
  const unfounded = startProcess();
  await clock.advance(GONE_AFTER_IN_MS);
  await sweep(unfounded);
  expect(recoveredBy(unfounded)).toEqual(['open-call']);
  await clock.advance(GONE_AFTER_IN_MS);
  await sweep(sweeper);
  await pass();
  expect(recoveredBy(sweeper)).toEqual(['open-call']);
  expect(shipped()).toContainEqual('open-call interrupted');
});
