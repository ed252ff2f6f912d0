import { stateName } from '../../src/shipping/state-names.ts';
import { MemoryLog, openGrowingLog } from '../transparency-log/memory-log.ts';
import { createLedgerWorld, GONE_AFTER_IN_MS, opening } from './ledger-world.ts';

const DAY_IN_MS = 86_400_000;
const UNSIGNED = { kind: 'checkpoint', shipped: { sequence: -1, refused: 0 }, opened: 0, closed: 0 } as const;

/** A process that began nine days ago and is lost with a call at work. It was swept while it lived. */
async function startOldProcess() {
  const log = new MemoryLog();
  const world = createLedgerWorld({ openHeads: () => openGrowingLog(log) });
  const { clock, startProcess, sweep, pass } = world;
  const old = startProcess();
  await old.found();
  const sweeper = startProcess();
  await sweeper.found();
  for (let half = 0; half < 18; half += 1) {
    await clock.advance(DAY_IN_MS / 2);
    await old.write(UNSIGNED);
    await pass();
    await sweep(sweeper);
  }
  await old.write(opening('at work'));
  await pass();
  await sweep(sweeper);
  await clock.advance(GONE_AFTER_IN_MS);
  const next = startProcess();
  await next.found();
  return { ...world, log, old, next };
}

test('the day of an old chain is swept by a new process, because the log has no last leaf of it', async () => {
  const { next, ledger, sweep, recoveredBy } = await startOldProcess();
  const listed: string[] = [];
  const listDay = ledger.listDay.bind(ledger);
  ledger.listDay = (day) => {
    listed.push(day);
    return listDay(day);
  };
  await sweep(next);
  expect(recoveredBy(next)).toEqual(['at work']);
  expect(listed).toEqual(['20260101', '20260110']);
});

test.each([
  ['its last leaf', 'logged/', { part: '9', bytes: '9', sequence: '9000', last: 'true', at: '9' }],
  ['its shipping', 'shipping/', { part: '9', offset: '9' }],
] as const)('a forged word about %s does not hide the day of an open chain', async (_, prefix, facts) => {
  const { old, next, state, sweep, recoveredBy } = await startOldProcess();
  const name = stateName(prefix, old.name);
  state.delete(name);
  await state.write(name, facts, facts, undefined);
  await sweep(next);
  expect(recoveredBy(next)).toEqual(['at work']);
});

test('without the log the day has its turn within an hour', async () => {
  const { log, next, clock, sweep, recoveredBy } = await startOldProcess();
  for (const name of [...log.blobs.keys()]) log.remove(name);
  for (let minute = 0; minute < 32; minute += 1) {
    await sweep(next);
    await clock.advance(59_000);
  }
  expect(recoveredBy(next)).toEqual(['at work']);
});

test.each([100, 2_557])('a sweep asks storage as often after %d days', async (days) => {
  const { clock, ledger, state, startProcess, sweep } = createLedgerWorld();
  const sweeper = startProcess();
  await sweeper.found();
  for (let before = 1; before <= days; before += 1) {
    const day = new Date(clock.now() - before * DAY_IN_MS).toISOString().slice(0, 10).replaceAll('-', '');
    ledger.write(`${day}T000000000Z-00000001`, 1, 'not founded\n');
  }
  await clock.advance(2 * DAY_IN_MS);
  let lists = 0;
  const [listDay, list] = [ledger.listDay.bind(ledger), state.list.bind(state)];
  ledger.listDay = (day) => {
    lists += 1;
    return listDay(day);
  };
  state.list = (prefix) => {
    lists += 1;
    return list(prefix);
  };
  await sweep(sweeper);
  // Each day is one list of chains and three of states: the newest, and those whose turn it is.
  expect(lists).toBeLessThanOrEqual(5 * 4);
  expect(lists).toBeGreaterThan(0);
});
