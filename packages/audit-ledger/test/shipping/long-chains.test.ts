import type { EntryBody } from '../../src/ledger/ledger-entry.ts';
import { closing, createLedgerWorld, GONE_AFTER_IN_MS, opening } from './ledger-world.ts';

const MEGABYTE = 1024 * 1024;
const MEGABYTES = 40;

/** Two lost processes, each with a call at work: the older one with a long chain. All of it is shipped. */
async function startWorld() {
  const world = createLedgerWorld();
  const { clock, ingestion, startProcess, pass } = world;
  const long = startProcess();
  await long.found();
  await long.write(opening('of the long chain'));
  for (let count = 0; count < MEGABYTES; count += 1) await long.write(largeEntry());
  await pass(5);
  const short = startProcess();
  await short.found();
  await short.write(opening('of the short chain'));
  await pass(5);
  ingestion.accepted.length = 0;
  await clock.advance(GONE_AFTER_IN_MS);
  const sweeper = startProcess();
  await sweeper.found();
  return { ...world, long, short, sweeper };
}

/** An entry of a megabyte that is not shipped. */
function largeEntry(): EntryBody {
  return { kind: 'erasure', subject: 'x'.repeat(MEGABYTE), reason: 'none' };
}

test('a long chain waits for its next turn while a shorter one is closed', async () => {
  const { sweeper, sweep, recoveredBy } = await startWorld();
  await sweep(sweeper);
  expect(recoveredBy(sweeper)).toEqual(['of the short chain', 'of the long chain']);
});

test('a search goes on after a failure, and where time was up', async () => {
  const { ledger, clock, sweeper, sweep, recoveredBy, pass } = await startWorld();
  let left = 30;
  ledger.afterRead = () => {
    left -= 1;
    if (left === 0) ledger.faults.push(new Error('away'));
  };
  expect(await sweep(sweeper)).toMatchObject({ failedChains: 1 });
  expect(recoveredBy(sweeper)).toEqual(['of the short chain']);
  // From now on each read takes a second, so that time is up after some megabytes.
  ledger.afterRead = () => void clock.advance(1_000);
  const before = ledger.bytesRead;
  for (let count = 0; count < 4; count += 1) {
    await sweep(sweeper);
    await pass();
  }
  expect(recoveredBy(sweeper)).toEqual(['of the short chain', 'of the long chain']);
  expect(ledger.bytesRead - before).toBeLessThan((MEGABYTES - 10) * MEGABYTE);
});

test('a search begins anew where the chain has grown', async () => {
  const { ledger, clock, long, sweeper, sweep, recoveredBy } = await startWorld();
  let left = 30;
  ledger.afterRead = () => {
    left -= 1;
    if (left === 0) ledger.faults.push(new Error('away'));
  };
  await sweep(sweeper);
  await long.write(closing('of the long chain'));
  await clock.advance(GONE_AFTER_IN_MS);
  await sweep(sweeper);
  expect(recoveredBy(sweeper)).toEqual(['of the short chain']);
});

test('a chain that its writer ended in order is not read for open calls', async () => {
  const { ledger, clock, long, sweeper, sweep } = await startWorld();
  await long.write(closing('of the long chain'), { kind: 'end', opened: 1, closed: 1 });
  await clock.advance(GONE_AFTER_IN_MS);
  const before = ledger.bytesRead;
  await sweep(sweeper);
  expect(ledger.bytesRead - before).toBeLessThan(10 * MEGABYTE);
});

test('a chain with a long backlog is shipped in turns with others', async () => {
  const world = createLedgerWorld();
  const { clock, ingestion, startProcess, pass, sweep } = world;
  ingestion.faults.push(...Array.from({ length: 50 }, () => 'silence' as const));
  const [long, short] = [startProcess(), startProcess()];
  for (const { found, write } of [long, short]) {
    await found();
    await write(closing('first'));
  }
  for (let count = 0; count < 20; count += 1)
    await long.write(...Array.from({ length: 500 }, (_, index) => closing(`long-${count}-${index}`)));
  await short.write(closing('short'));
  void long.shipping.close(0);
  void short.shipping.close(0);
  await pass();
  ingestion.faults.length = 0;
  await clock.advance(GONE_AFTER_IN_MS);
  const sweeper = startProcess();
  await sweeper.found();
  await sweep(sweeper);
  await pass(3);
  const ids = ingestion.named('gateway.prediction').map(({ properties }) => String(properties.id));
  expect(ids).toHaveLength(10_003);
  expect(ids.indexOf('short')).toBeLessThan(ids.findIndex((id) => id.startsWith('long-19')));
});

test('a busy process ships every two seconds, and one call alone is shipped at once', async () => {
  const { startProcess, state, shipped, pass } = createLedgerWorld();
  const process = startProcess();
  await process.write(closing('alone'));
  await pass();
  expect(shipped()).toEqual(['alone answered']);
  let shipments = 0;
  state.beforeWrite = () => (shipments += 1);
  for (let second = 0; second < 30; second += 1) {
    await process.write(...Array.from({ length: 20 }, (_, index) => closing(`${second}-${index}`)));
    await pass();
  }
  expect(shipments).toBeLessThan(20);
  await pass(2);
  expect(shipped()).toHaveLength(601);
});
