import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSealKey } from '../../../src/keys/seal-key.ts';
import { attestAfter } from '../../../src/verification/attestation/attest-after.ts';
import type { AttestedLedger } from '../../../src/verification/attestation/attestation.ts';
import { openAttestation } from '../../../src/verification/attestation/open-attestation.ts';
import { LogReading } from '../../../src/transparency-log/log-reading.ts';
import { type AuditedTrail, createAuditedTrail } from '../../tampering/audited-trail.ts';

const LEDGER = 'https://samples.blob.core.windows.net';
const SCOPE = 'ledger-and-application-insights';
/** The grace of the trail's verification. */
const GRACE_IN_MS = 60_000;
const AUDITOR = createSealKey();

const folder = mkdtempSync(join(tmpdir(), 'attested-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Watches the reads of a trail's blobs. @returns the writers whose chains were read since the last call, in order. */
function watchReads({ ledger }: AuditedTrail): () => string[] {
  const read = new Set<string>();
  const before = ledger.read.bind(ledger);
  ledger.read = (writer, ...place) => {
    read.add(writer);
    return before(writer, ...place);
  };
  return () => {
    const writers = [...read].sort();
    read.clear();
    return writers;
  };
}

/** Verifies a trail and writes an attestation of that, as `audit:verify` does. */
async function attest(trail: AuditedTrail, name: string, former?: AttestedLedger) {
  const file = join(folder, name);
  const now = () => new Date(trail.clock.now());
  const period = { from: new Date(0), to: new Date(trail.clock.now() + 1) };
  const report = await attestAfter(
    { file, sign: (text) => AUDITOR.sign(text) },
    { ledger: LEDGER, scope: SCOPE, period, graceInMs: GRACE_IN_MS, attested: former },
    async (notes, onHead) => {
      const verified = await trail.verify(SCOPE, { notes, ...(former && { attested: former }) });
      const { newest } = await LogReading.read({
        reader: trail.log.reader,
        isSigned: () => Promise.resolve(true),
        period: { from: new Date(0), to: undefined },
      });
      onHead(newest);
      return verified;
    },
  );
  const open = () => openAttestation(file, AUDITOR, { ledger: LEDGER, scope: SCOPE, now: now() });
  return { report, attested: await open() };
}

test('blobs of chains that an auditor attested are not read again, as long as storage has them unchanged', async () => {
  const trail = await createAuditedTrail();
  const { ended, killed, living, ledger, clock } = trail;
  await trail.age();
  const readWriters = watchReads(trail);

  const first = await attest(trail, 'first.jsonl');
  expect(first.report.isIntact).toBe(true);
  expect(readWriters()).toEqual([ended, killed, living].sort());

  await trail.goOn();
  const other = await trail.another();
  readWriters();
  const second = await attest(trail, 'second.jsonl', first.attested);
  expect(second.report).toMatchObject({ isIntact: true, attestedChains: 2, readAgain: 0 });
  // The living process has closed a call of the killed one, whose opening is looked up for that.
  expect(readWriters()).toEqual([killed, living, other].sort());

  // The third goes on from the second, which has kept what the first had attested, and the chain at rest since.
  await clock.advance(3_600_000);
  await trail.goOn();
  readWriters();
  const third = await attest(trail, 'third.jsonl', second.attested);
  expect(third.report).toMatchObject({ isIntact: true, attestedChains: 2 });
  expect(readWriters()).toEqual([killed, living, other].sort());
  await trail.goOn();
  readWriters();
  expect(await trail.verify(SCOPE, { attested: third.attested })).toMatchObject({
    isIntact: true,
    attestedChains: 3,
  });
  expect(readWriters()).toEqual([killed, living].sort());

  ledger.rewrite(ended, 1, ledger.bytes(ended, 1));
  expect(await trail.verify(SCOPE, { attested: third.attested })).toMatchObject({ readAgain: 1 });
  expect(readWriters()).toEqual([ended, killed, living].sort());
});
