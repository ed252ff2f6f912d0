import { createFoundings } from '../../src/shipping/vouched-chain.ts';
import { readVouchedHead } from '../../src/shipping/read-vouched-head.ts';
import { auditPublicKeys } from '../verification/sample-chain.ts';
import { closing, createLedgerWorld, forge, GONE_AFTER_IN_MS } from './ledger-world.ts';

async function listed({ ledger }: Pick<ReturnType<typeof createLedgerWorld>, 'ledger'>, writer: string) {
  const { chains } = await ledger.list();
  const chain = chains.find((other) => other.writer === writer);
  if (!chain) throw new Error('not listed');
  return chain;
}

test('a lost chain waits while the public key can’t be read, and is shipped after that', async () => {
  let isAway = true;
  const { clock, ingestion, startProcess, pass, sweep, shipped } = createLedgerWorld({
    publicKeys: (keyId) => (isAway ? Promise.reject(new Error('away')) : auditPublicKeys(keyId)),
  });
  const [lost, sweeper] = [startProcess(), startProcess()];
  ingestion.faults.push(...Array.from({ length: 10 }, () => 'silence' as const));
  await lost.write(closing('one'));
  await lost.found();
  void lost.shipping.close(0);
  await pass();
  ingestion.faults.length = 0;
  await clock.advance(GONE_AFTER_IN_MS);
  expect(await sweep(sweeper)).toMatchObject({ failedChains: 1, unvouchedChains: 0, chains: 1 });
  isAway = false;
  expect(await sweep(sweeper)).toMatchObject({ failedChains: 0, unvouchedChains: 0, chains: 0 });
  expect(shipped()).toEqual(['one answered']);
});

test('a chain becomes founded with its first signature, and is not read again after that', async () => {
  const world = createLedgerWorld();
  const { ledger, startProcess } = world;
  const [own, other] = [startProcess(), startProcess()];
  const foundings = createFoundings({
    ledger,
    publicKeys: auditPublicKeys,
    writer: own.name,
    sealKey: own.writer.sealKey,
  });
  await other.write(closing('one'));
  const early = await listed(world, other.name);
  expect(await foundings.sealKeyOf(early)).toBeUndefined();
  const reads = ledger.reads;
  expect(await foundings.sealKeyOf(early)).toBeUndefined();
  expect(ledger.reads).toBe(reads);
  await other.found();
  const later = await listed(world, other.name);
  expect(await foundings.sealKeyOf(later)).toEqual(other.writer.sealKey);
  const readsOfFounded = ledger.reads;
  expect(await foundings.isFounded(later)).toBe(true);
  expect(ledger.reads).toBe(readsOfFounded);
});

test('the chain of this process has its own seal key before it is founded', async () => {
  const world = createLedgerWorld();
  const own = world.startProcess();
  const foundings = createFoundings({
    ledger: world.ledger,
    publicKeys: auditPublicKeys,
    writer: own.name,
    sealKey: own.writer.sealKey,
  });
  await own.write(closing('one'));
  const chain = await listed(world, own.name);
  expect(await foundings.sealKeyOf(chain)).toEqual(own.writer.sealKey);
  expect(await foundings.isFounded(chain)).toBe(false);
  await own.found();
  expect(await foundings.isFounded(await listed(world, own.name))).toBe(true);
});

test('the head of a chain is its last seal, and says whether the chain has ended', async () => {
  const world = createLedgerWorld();
  const { ledger } = world;
  const process = world.startProcess();
  const head = async () => {
    const { writer, parts } = await listed(world, process.name);
    return readVouchedHead(ledger, { writer, parts, sealKey: process.writer.sealKey, isGone: true });
  };
  await process.write(closing('one'));
  expect(await head()).toEqual({ ...process.writer.head, hasEnded: false });
  await process.write({ kind: 'end', opened: 0, closed: 1 });
  expect(await head()).toEqual({ ...process.writer.head, hasEnded: true });
});

test.each([
  ['after', (text: string, forged: string) => text + forged],
  [
    'after, and a copy of an older seal',
    (text: string, forged: string) => text + forged + (text.split('\n')[2] ?? ''),
  ],
  [
    'of many megabytes after',
    (text: string, forged: string) => text + forged + `${'x'.repeat(999_999)}\n`.repeat(9),
  ],
])('the head of a chain is genuine whatever was written %s it', async (_, attack) => {
  const world = createLedgerWorld();
  const { ledger } = world;
  const process = world.startProcess();
  await process.write(closing('one'));
  await process.write(closing('two'));
  const { head, sealKey } = process.writer;
  const forged = forge(process.name, head, [closing('forged'), { kind: 'end', opened: 0, closed: 0 }]);
  ledger.rewrite(process.name, 1, `${attack(ledger.bytes(process.name, 1).toString(), forged)}\n`);
  const { writer, parts } = await listed(world, process.name);
  expect(await readVouchedHead(ledger, { writer, parts, sealKey, isGone: true })).toEqual({
    ...head,
    hasEnded: false,
  });
});
