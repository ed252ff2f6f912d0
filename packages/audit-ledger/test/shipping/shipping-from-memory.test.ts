import fc from 'fast-check';
import type { EntryBody } from '../../src/ledger/ledger-entry.ts';
import type { CommittedBlock } from '../../src/ledger/ledger-writer.ts';
import { CHAIN_START, readVouched } from '../../src/shipping/read-vouched.ts';
import { CommittedBlocks, MOST_HELD_BYTES } from '../../src/shipping/committed-blocks.ts';
import type { IngestionFault } from '../fake-ingestion.ts';
import { closing, createLedgerWorld, forge, opening } from './ledger-world.ts';

const ALL = () => true;

function closings(count: number, prefix = 'record'): EntryBody[] {
  return Array.from({ length: count }, (_, index) => closing(`${prefix}-${index}`));
}

test('committed blocks are shipped from memory, and the ledger is not read', async () => {
  const { ledger, ingestion, startProcess, pass } = createLedgerWorld();
  const { write, shipping, writer } = startProcess(ALL);
  await write(...closings(3, 'first'));
  await write(...closings(3, 'second'));
  await pass();
  expect(ingestion.named('gateway.prediction')).toHaveLength(6);
  expect(ingestion.requests).toEqual([6]);
  expect(ledger.reads).toBe(0);
  expect(shipping.shipped()).toEqual({ sequence: writer.head.sequence, refused: 0 });
});

test('memory gives the same entries, at the same places, as the ledger', async () => {
  const { ledger, startProcess } = createLedgerWorld();
  const blocks: CommittedBlock[] = [];
  const { write, writer, name } = startProcess((block) => {
    blocks.push(block);
    return true;
  });
  await write(opening('one'), closing('one'));
  await write({ kind: 'closing', record: { id: 'ä 𝄞 \n "quoted"', outcome: 'answered' } });
  await write({ kind: 'end', opened: 1, closed: 2 });
  const committed = new CommittedBlocks(name);
  for (const block of blocks) committed.add(block);
  const chain = { writer: name, sealKey: writer.sealKey, isGone: false };
  const { value } = await readVouched(ledger, chain, CHAIN_START).next();
  expect(committed.takeFrom(CHAIN_START)).toEqual(value);
  expect(blocks).toHaveLength(3);
});

test('what does not fit into memory while ingestion is away is read from the ledger, in its order', async () => {
  const { ledger, ingestion, startProcess, pass } = createLedgerWorld();
  const { write, shipping, writer } = startProcess(ALL);
  ingestion.faults.push(...Array.from({ length: 12 }, () => 'silence' as const));
  const long = 'x'.repeat(100_000);
  for (let index = 0; index < 120; index += 1) await write(closing(`${1000 + index}-${long}`));
  expect(ledger.bytes(writer.name, 1).byteLength).toBeGreaterThan(MOST_HELD_BYTES);
  await pass(300);
  const ids = ingestion.named('gateway.prediction').map(({ properties }) => properties.id?.slice(0, 4));
  expect(ids).toEqual(Array.from({ length: 120 }, (_, index) => String(1000 + index)));
  expect(ledger.bytesRead).toBeGreaterThan(0);
  expect(ledger.bytesRead).toBeLessThan(ledger.bytes(writer.name, 1).byteLength);
  expect(shipping.shipped().sequence).toBe(writer.head.sequence);
});

test('blocks beyond the bound are not held', () => {
  const blocks = new CommittedBlocks('w');
  const block = (position: number, size: number) => {
    const line = `${JSON.stringify({ kind: 'seal', text: 'x'.repeat(size) })}\n`;
    return { part: 1, position, bytes: new TextEncoder().encode(line), end: { sequence: 0, hash: 'h' } };
  };
  const first = block(0, MOST_HELD_BYTES - 1000);
  blocks.add(first);
  expect(blocks.isWhole).toBe(true);
  blocks.add(block(first.bytes.byteLength, 2000));
  expect(blocks.isWhole).toBe(false);
  expect(blocks.takeFrom({ part: 1, offset: 0 })?.lines).toHaveLength(1);
  expect(blocks.takeFrom({ part: 1, offset: first.bytes.byteLength })).toBeUndefined();
});

test('foreign lines in a part are told of, and the records behind them in the next part arrive', async () => {
  const { ledger, ingestion, startProcess, pass, problems, shipped } = createLedgerWorld();
  const { write, writer, name } = startProcess(ALL);
  await write(closing('one'));
  await pass();
  ledger.write(name, 1, forge(name, writer.head, [closing('forged')]));
  await write(closing('two'));
  await pass();
  await write(closing('three'));
  await pass();
  expect(shipped()).toEqual(['one answered', 'three answered', 'two answered']);
  expect(problems()).toEqual(['3 unsealed']);
  expect(ingestion.named('gateway.prediction')).toHaveLength(3);
});

test('a chain whose beginning storage no longer has goes on from memory', async () => {
  const { ledger, startProcess, pass, shipped } = createLedgerWorld();
  const { write, name } = startProcess(ALL);
  await write(closing('one'));
  await pass();
  ledger.replace(name, 1, (text) => text.replace('answered', 'aborted_'));
  await write(closing('two'));
  await pass();
  expect(shipped()).toEqual(['one answered', 'two answered']);
});

test('whichever blocks memory has, every record arrives once, or its refusal is on the ledger', async () => {
  const fault = fc.constantFrom<IngestionFault>({ status: 503 }, { status: 413 }, 'silence', 'half');
  const scenario = fc.record({
    blocks: fc.array(fc.record({ size: fc.integer({ min: 1, max: 300 }), isHeld: fc.boolean() }), {
      minLength: 4,
      maxLength: 12,
    }),
    faults: fc.array(fault, { maxLength: 4 }),
    readFaults: fc.integer({ min: 0, max: 2 }),
    poison: fc.integer({ min: 0, max: 400 }),
  });
  await fc.assert(
    fc.asyncProperty(scenario, async ({ blocks, faults, readFaults, poison }) => {
      const { ledger, ingestion, startProcess, pass } = createLedgerWorld();
      const held = blocks.map(({ isHeld }) => isHeld);
      const { write, shipping, writer } = startProcess(() => held.shift() ?? true);
      ingestion.faults.push(...faults);
      ledger.faults.push(...Array.from({ length: readFaults }, () => new Error('away')));
      ingestion.refuses = ({ properties }) =>
        properties.ledgerSequence === String(poison) ? 400 : undefined;
      for (const [index, { size }] of blocks.entries()) {
        await write(...closings(size, String(index)));
        if (index % 3 === 0) await pass(3);
      }
      await pass(120);
      const entries = ledger.entries(writer.name);
      const refused = entries.filter(({ kind }) => kind === 'refusal').length;
      expect(refused).toBe(entries[poison]?.kind === 'closing' ? 1 : 0);
      const sequences = ingestion
        .named('gateway.prediction')
        .map(({ properties }) => Number(properties.ledgerSequence));
      const expected = entries.flatMap(({ kind }, sequence) =>
        kind === 'closing' && !(refused > 0 && sequence === poison) ? [sequence] : [],
      );
      expect(sequences.toSorted((one, other) => one - other)).toEqual(expected);
      expect(shipping.shipped()).toEqual({ sequence: entries.length - 1, refused });
    }),
    { numRuns: 12 },
  );
});
