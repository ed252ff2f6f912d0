import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSealKey } from '../../../src/keys/seal-key.ts';
import { attestAfter } from '../../../src/verification/attestation/attest-after.ts';
import type { AttestedChain, AttestedLedger } from '../../../src/verification/attestation/attestation.ts';
import { openAttestation } from '../../../src/verification/attestation/open-attestation.ts';
import type { VerificationReport } from '../../../src/verification/report.ts';

const DAY_IN_MS = 86_400_000;
const NOW = new Date('2026-03-01T12:00:00.000Z');
const LEDGER = 'https://samples.blob.core.windows.net';
const KEY = createSealKey();
const REQUEST = { ledger: LEDGER, scope: 'ledger-and-application-insights', now: NOW } as const;
const PERIOD = { from: new Date(NOW.getTime() - 30 * DAY_IN_MS), to: NOW };
const HEAD = { size: 7, root: 'a'.repeat(64), time: NOW.toISOString(), frontier: [], signature: undefined };

const folder = mkdtempSync(join(tmpdir(), 'attestation-'));
const file = join(folder, 'attestation.jsonl');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function chainOf(number: number): AttestedChain {
  const part = { part: 1, bytes: 9, modifiedAt: NOW.toISOString(), etag: `"${number}"` };
  const writer = `20260201T120000${String(number).padStart(3, '0')}Z-0a1b2c3d`;
  return { writer, sequence: number, hash: 'b'.repeat(64), parts: [part] };
}

interface Written {
  readonly report?: Partial<VerificationReport>;
  readonly kept?: readonly number[];
  readonly read?: readonly number[];
  readonly scope?: 'ledger' | 'ledger-and-application-insights';
  readonly attested?: AttestedLedger;
  readonly graceInMs?: number;
  readonly hasHead?: boolean;
}

/** Attests some chains after a verification that is made twice. */
async function write(written: Written = {}): Promise<void> {
  const { report = {}, kept = [], read = [1, 2], scope = REQUEST.scope, graceInMs = 60_000 } = written;
  const { attested, hasHead = true } = written;
  rmSync(file, { force: true });
  const verified = {
    verifiedAt: NOW.toISOString(),
    from: PERIOD.from.toISOString(),
    to: PERIOD.to.toISOString(),
  };
  await attestAfter(
    { file, sign: (text) => KEY.sign(text) },
    { ledger: LEDGER, scope, period: PERIOD, graceInMs, attested },
    async (notes, onHead) => {
      await notes.note(chainOf(99));
      await notes.begin();
      for (const number of kept) await notes.keep(chainOf(number));
      for (const number of read) await notes.note(chainOf(number));
      onHead(hasHead ? (HEAD as never) : undefined);
      return { isIntact: true, ...verified, ...report } as VerificationReport;
    },
  );
}

const open = (change: Partial<Parameters<typeof openAttestation>[2]> = {}, key = KEY) =>
  openAttestation(file, key, { ...REQUEST, ...change });

async function chainsOf(attested: AttestedLedger): Promise<number[]> {
  const sequences: number[] = [];
  for await (const { sequence } of attested.chains()) sequences.push(sequence);
  return sequences;
}

test('an attestation has the chains that were kept and those that were read, by their writers', async () => {
  await write({ kept: [1, 4, 5], read: [2, 3, 6] });
  const attested = await open();
  expect(await chainsOf(attested)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(await chainsOf(attested)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(attested.attestation).toMatchObject({
    chains: 6,
    head: { size: 7, root: HEAD.root, time: HEAD.time },
    from: PERIOD.from.toISOString(),
    comparedUntil: '2026-03-01T10:59:00.000Z',
  });
  expect(readdirSync(folder)).toEqual(['attestation.jsonl']);
});

test('an attestation of no chains, and one of more than a megabyte, are read as they were written', async () => {
  await write({ read: [] });
  expect(await chainsOf(await open())).toEqual([]);
  const many = Array.from({ length: 5_000 }, (_, index) => index);
  const first = chainOf(1);
  expect(JSON.stringify(first).length * many.length).toBeGreaterThan(1_048_576);
  await write({ read: many.map((index) => index % 1_000) });
  expect(await chainsOf(await open())).toHaveLength(5_000);
});

test('nothing is attested where something is wrong, or where there is no log', async () => {
  await write({ report: { isIntact: false } });
  expect(readdirSync(folder)).toEqual([]);
  await expect(write({ hasHead: false })).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
  expect(readdirSync(folder)).toEqual([]);
});

test('what was compared once stays compared, also where records are given more time', async () => {
  await write();
  const attested = await open();
  await write({ attested, graceInMs: DAY_IN_MS });
  expect((await open()).attestation.comparedUntil).toBe('2026-03-01T10:59:00.000Z');
  await write({ graceInMs: DAY_IN_MS });
  expect((await open()).attestation.comparedUntil).toBe('2026-02-28T11:00:00.000Z');
});

const change = (edit: (text: string) => string) => () => {
  writeFileSync(file, edit(readFileSync(file, 'utf8')));
};
const nothing = () => undefined;

test.each<[string, () => void, Partial<typeof REQUEST> | { readonly key: typeof KEY }, RegExp]>([
  [
    'a chain of which is changed',
    change((text) => text.replace('"sequence":2', '"sequence":3')),
    {},
    /cut or changed/,
  ],
  ['a chain of which is cut out', change((text) => text.slice(text.indexOf('\n') + 1)), {}, /cut or changed/],
  [
    'the end of which is cut off',
    change((text) => text.slice(0, text.indexOf('{"attestation"'))),
    {},
    /its end was cut off/,
  ],
  ['a letter of which is cut off', change((text) => text.trimEnd().slice(0, -1)), {}, /its end was cut off/],
  ['that is empty', change(() => ''), {}, /its end was cut off/],
  [
    'of a ledger whose address was changed',
    change((text) => text.replace(LEDGER, 'https://other.test')),
    {},
    /not signed by the key/,
  ],
  [
    'whose time was changed',
    change((text) => text.replace(/"verifiedAt":"2026/, '"verifiedAt":"2027')),
    {},
    /not signed by the key/,
  ],
  ['that another key signed', nothing, { key: createSealKey() }, /not signed by the key/],
  [
    'of another ledger',
    nothing,
    { ledger: 'https://other.test' } as never,
    /is of another ledger, https:\/\/samples/,
  ],
  [
    'that is older than a year',
    nothing,
    { now: new Date(NOW.getTime() + 366 * DAY_IN_MS + 1) },
    /older than a year/,
  ],
  ['of the future', nothing, { now: new Date(NOW.getTime() - 3_600_001) }, /still to come/],
  [
    'that is not there',
    () => {
      rmSync(file);
    },
    {},
    /cannot be read/,
  ],
])('an attestation %s is refused', async (_, spoil, given, message) => {
  await write();
  spoil();
  const { key = KEY, ...request } = given as { key?: typeof KEY };
  await expect(open(request, key)).rejects.toMatchObject({
    code: 'AUDIT_INPUT_INVALID',
    message: expect.stringMatching(message) as string,
  });
});

test('an attestation is taken for a year, and an hour before its time', async () => {
  await write();
  await open({ now: new Date(NOW.getTime() + 366 * DAY_IN_MS) });
  await open({ now: new Date(NOW.getTime() - 3_600_000) });
});

test('an attestation of the ledger alone vouches for nothing in Application Insights', async () => {
  await write({ scope: 'ledger' });
  await open({ scope: 'ledger' });
  await expect(open()).rejects.toThrow(/verify with --ledger-only/);
  await write();
  await open({ scope: 'ledger' });
});
