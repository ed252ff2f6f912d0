import type { FindingKind } from '../../src/verification/finding.ts';
import { type AuditedTrail, createAuditedTrail, headOf } from './audited-trail.ts';
import { STORAGE_ATTACKS } from './storage-attacks.ts';

test('chains that were attested and are unchanged are not read again, and everything else is', async () => {
  const trail = await createAuditedTrail();
  await trail.age();
  const attested = await trail.attest();
  const another = await trail.another();
  await trail.goOn();
  const read = new Set<string>();
  const readPart = trail.ledger.read.bind(trail.ledger);
  trail.ledger.read = (writer, ...place) => {
    read.add(writer);
    return readPart(writer, ...place);
  };
  const report = await trail.verify(undefined, { attested });
  expect(report).toMatchObject({ isIntact: true, findings: [], attestedChains: 2, readAgain: 0, chains: 2 });
  // The living process has closed a call of the killed one, so that its opening is looked up.
  expect([...read].sort()).toEqual([trail.killed, trail.living, another].sort());
});

test('an attestation goes on from another one, which it takes over', async () => {
  const trail = await createAuditedTrail();
  await trail.age();
  const first = await trail.attest();
  const another = await trail.another();
  await trail.age();
  const second = await trail.attest(first);
  const writers: string[] = [];
  for await (const { writer } of second.chains()) writers.push(writer);
  expect(writers).toEqual([trail.ended, trail.killed, another].sort());
  await trail.goOn();
  expect(await trail.verify(undefined, { attested: second })).toMatchObject({
    findings: [],
    attestedChains: 3,
  });
});

/** Says of a chain, once it is attested, what a full verification would find too. */
test.each<[deed: string, attack: (trail: AuditedTrail) => unknown, found: readonly FindingKind[]]>([
  [
    'writes the same bytes of an attested chain again',
    ({ ledger, ended }) => ledger.rewrite(ended, 1, ledger.bytes(ended, 1)),
    [],
  ],
  [
    'sends an anchor that knows the end of an attested chain by another hash',
    (trail) => {
      const { sequence } = headOf(trail, trail.ended);
      sendAnchor(trail, trail.ended, sequence);
    },
    ['chain-changed'],
  ],
  [
    'sends an anchor of an entry after the end of an attested chain',
    (trail) => sendAnchor(trail, trail.ended, headOf(trail, trail.ended).sequence + 3),
    ['truncated'],
  ],
  [
    'sends the record of a call that an attested chain does not have',
    (trail) => {
      const record = trail.ingestion.named('gateway.prediction')[0];
      if (!record) throw new Error('no record');
      const time = new Date(trail.clock.now());
      const properties = { ...record.properties, ledgerWriter: trail.ended, ledgerSequence: '77' };
      trail.ingestion.accepted.push({ ...record, time, properties });
    },
    ['contradicts-ledger'],
  ],
  [
    'rolls the log back behind the attested head, with its witness',
    (trail) => {
      for (const name of trail.log.blobs.keys()) if (name > 'tree/20260102') trail.log.remove(name);
      trail.witness.heads.clear();
    },
    ['tree-changed'],
  ],
])('after an attestation, somebody %s: that is found', async (_, attack, found) => {
  const trail = await createAuditedTrail();
  await trail.age();
  const attested = await trail.attest();
  await attack(trail);
  const { findings } = await trail.verify(undefined, { attested });
  expect(findings.map(({ kind }) => kind)).toEqual(
    found.length === 0 ? [] : expect.arrayContaining([...found]),
  );
});

function sendAnchor({ clock, ingestion }: AuditedTrail, writer: string, sequence: number): void {
  const properties = { writer, sequence: String(sequence), hash: 'f'.repeat(64) };
  ingestion.accepted.push({
    name: 'gateway.audit.anchor',
    time: new Date(clock.now()),
    properties,
  });
}

test.each(STORAGE_ATTACKS)('after an attestation, somebody $deed: it is found', async ({ attack, found }) => {
  const trail = await createAuditedTrail();
  await trail.age();
  const attested = await trail.attest();
  await attack(trail);
  await trail.goOn();
  const { findings } = await trail.verify(undefined, { attested });
  expect(findings.map(({ kind }) => kind)).toEqual(expect.arrayContaining([...found]));
});
