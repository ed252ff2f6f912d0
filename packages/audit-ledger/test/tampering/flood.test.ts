import { createFoundings } from '../../src/shipping/vouched-chain.ts';
import { createLedgerWorld, forge, GONE_AFTER_IN_MS, opening } from '../shipping/ledger-world.ts';
import { createSealKey } from '../../src/keys/seal-key.ts';
import { NO_PREVIOUS } from '../../src/ledger/ledger-entry.ts';
import { auditPublicKeys } from '../verification/sample-chain.ts';

const START = { sequence: -1, hash: NO_PREVIOUS };

/** Whoever may write blobs makes up chains whose names come before those of the gateway's. */
function flood({ ledger }: Pick<ReturnType<typeof createLedgerWorld>, 'ledger'>, count: number): string[] {
  const sealKey = createSealKey();
  const { publicKey } = sealKey;
  return Array.from({ length: count }, (_, index) => {
    const writer = `20260101T000000000Z-${index.toString(16).padStart(8, '0')}`;
    const place = { sequence: 0, hash: 'a'.repeat(64) };
    const keyId = `https://vault.test/keys/audit/${index.toString(16).padStart(32, '0')}`;
    const signature = { keyId, algorithm: 'PS256' as const, ...place, value: 'AAAA' };
    const counts = { shipped: { sequence: -1, refused: 0 }, opened: 0, closed: 0 };
    const text = forge(
      writer,
      START,
      [
        { kind: 'chain', policyVersion: 'v1', sealKey: publicKey },
        { kind: 'checkpoint', ...counts, signature },
      ],
      sealKey,
    );
    ledger.write(writer, 1, text);
    return writer;
  });
}

test('however many chains are made up, a genuine one is swept in its turn, and the sweep ends in time', async () => {
  const world = createLedgerWorld();
  const { clock, ledger, startProcess, pass, sweep, recoveredBy } = world;
  await clock.advance(60_000);
  const [lost, sweeper] = [startProcess(), startProcess()];
  for (const { found } of [lost, sweeper]) await found();
  await lost.write(opening('at work'));
  await pass();
  flood(world, 1_500);
  await clock.advance(GONE_AFTER_IN_MS);
  // Each read takes 20 ms, so a sweep looks up some hundred chains.
  ledger.afterRead = () => void clock.advance(20);
  const swept: number[] = [];
  for (let count = 0; count < 9 && recoveredBy(sweeper).length === 0; count += 1) {
    const { unvouchedChains } = await sweep(sweeper);
    swept.push(unvouchedChains);
  }
  expect(recoveredBy(sweeper)).toEqual(['at work']);
  expect(swept.length).toBeGreaterThan(1);
});

test('more made-up chains than before are remembered, and make no founded one be read again', async () => {
  const world = createLedgerWorld();
  const { ledger, startProcess } = world;
  const [own, genuine] = [startProcess(), startProcess()];
  await genuine.found();
  const { writer, name } = own;
  const foundings = createFoundings({
    ledger,
    publicKeys: auditPublicKeys,
    writer: name,
    sealKey: writer.sealKey,
  });
  const { chains: before } = await ledger.list();
  for (const chain of before) await foundings.sealKeyOf(chain);
  const madeUp = new Set(flood(world, 10_100));
  const chains = (await ledger.list()).chains.filter((chain) => madeUp.has(chain.writer));
  const found = await Promise.all(chains.map((chain) => foundings.sealKeyOf(chain)));
  expect(found.some((key) => key !== undefined)).toBe(false);
  const { reads } = ledger;
  expect([...before, ...chains].every((chain) => foundings.isKnown(chain))).toBe(true);
  for (const chain of [...before, ...chains]) await foundings.sealKeyOf(chain);
  expect(ledger.reads).toBe(reads);
});
