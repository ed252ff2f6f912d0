import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyChains } from '../../src/commands/copy-chains.ts';
import { MemoryLedger } from '../memory-storage.ts';
import { watchDays } from '../watch-days.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'copied-'));
afterAll(() => {
  rmSync(FOLDER, { recursive: true });
});

const PERIOD = { from: new Date('2026-03-01T00:00:00Z'), to: new Date('2026-03-03T00:00:00Z') };
const NOW = new Date('2026-03-10T00:00:00Z');
const writerOf = (day: string) => `${day}T120000000Z-0a1b2c3d`;

/** A ledger with a chain on each of these days, last written to at this time. */
function createLedger(days: Readonly<Record<string, string>>) {
  let now = 0;
  const ledger = new MemoryLedger(() => now);
  for (const [day, writtenAt] of Object.entries(days)) {
    now = Date.parse(writtenAt);
    ledger.write(writerOf(day), 1, `one of ${day}\n`);
    ledger.write(writerOf(day), 2, `two of ${day}\n`);
  }
  return { ...watchDays(ledger), all: ledger };
}

test('the days of the period are listed, and those of earlier chains that evidence of the period names', async () => {
  const { ledger, listed, read } = createLedger({
    20250101: '2026-03-02T12:00:00Z',
    20260101: '2026-03-02T12:00:00Z',
    20260201: '2026-02-01T12:00:00Z',
    20260202: '2026-03-09T12:00:00Z',
    20260301: '2026-03-01T12:00:00Z',
    20260302: '2026-03-02T12:00:00Z',
    20260305: '2026-03-05T12:00:00Z',
  });
  const logged = new Set([writerOf('20260201')]);
  const named = [writerOf('20260101')];
  const copied = await copyChains(ledger, { period: PERIOD, logged, named, now: NOW }, FOLDER);
  const expected = ['20260101', '20260201', '20260301', '20260302'];
  expect(listed).toEqual(expected);
  expect([...copied]).toEqual(expected.map(writerOf));
  expect([...read]).toEqual(expected.map(writerOf));
  expect(readdirSync(join(FOLDER, 'chains'))).toEqual(expected);
  const file = join(FOLDER, 'chains', '20260301', writerOf('20260301'), '000002.jsonl');
  expect(readFileSync(file, 'utf8')).toBe('two of 20260301\n');
});

test('a chain is copied as long as it was when it was listed', async () => {
  const { ledger, all } = createLedger({ 20260301: '2026-03-01T12:00:00Z' });
  const writer = writerOf('20260301');
  all.afterRead = () => {
    all.afterRead = () => undefined;
    all.write(writer, 2, 'later\n');
  };
  await copyChains(ledger, { period: PERIOD, logged: new Set(), named: [], now: NOW }, FOLDER);
  expect(readFileSync(join(FOLDER, 'chains', '20260301', writer, '000002.jsonl'), 'utf8')).toBe(
    'two of 20260301\n',
  );
});
