import { putOnLedger } from '../../src/commands/put-on-ledger.ts';
import { createHandDrivenClock } from '@vertex-ai-gateway/test-support/hand-driven-clock';
import { MemoryAppendStore } from '../memory-append-store.ts';

const ERASURE = { kind: 'erasure', subject: 'a'.repeat(64), reason: 'Asked for.' } as const;

function start() {
  const clock = createHandDrivenClock();
  const store = new MemoryAppendStore();
  const options = { store, command: 'audit:erase', timeoutInMs: 60_000, schedule: clock.schedule };
  const kinds = () => store.lines.map((line) => (JSON.parse(line) as { kind: string }).kind);
  return { clock, store, options, kinds };
}

test('what a command does is a chain of its own with an end, written in one block', async () => {
  const { options, kinds, store } = start();
  const place = await putOnLedger(ERASURE, options);
  expect(kinds()).toEqual(['chain', 'erasure', 'end', 'seal']);
  expect(store.appends).toHaveLength(1);
  const { writer, sequence, time } = place;
  expect(JSON.parse(store.lines[1] ?? '')).toMatchObject({ ...ERASURE, writer, sequence, time });
});

test('an audit key vouches for it', async () => {
  const { options, kinds } = start();
  const key = { sign: () => Promise.resolve({ keyId: 'k', value: Buffer.from('signed') }) };
  const place = await putOnLedger(ERASURE, { ...options, key });
  expect(kinds()).toEqual(['chain', 'erasure', 'checkpoint', 'end', 'seal']);
  expect(place.signature).toMatchObject({ sequence: place.sequence, hash: place.hash });
});

test('nothing is written that the audit key cannot sign', async () => {
  const { clock, options, store } = start();
  const key = { sign: () => Promise.reject(new Error('the vault is down')) };
  await expect(putOnLedger(ERASURE, { ...options, key })).rejects.toThrow('The audit key cannot sign');
  await clock.advance(60_000);
  expect(store.appends).toEqual([]);
  expect(store.lines).toEqual([]);
});

test('a ledger that cannot be written is given up in time, and not tried again', async () => {
  const { clock, store, options } = start();
  store.faults.push(...Array.from({ length: 100 }, () => 'refused' as const));
  const refused = expect(putOnLedger(ERASURE, options)).rejects.toThrow('cannot be written');
  await clock.advance(60_000);
  await refused;
  const tries = store.appends.length;
  await clock.advance(60_000);
  expect(store.appends).toHaveLength(tries);
  expect(clock.delays()).toEqual([]);
});
