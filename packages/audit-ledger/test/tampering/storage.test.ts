import { createAuditedTrail } from './audited-trail.ts';
import { ATTACKS_WITH_SEAL_KEY, FORGED, STORAGE_ATTACKS } from './storage-attacks.ts';

test.each([...STORAGE_ATTACKS, ...ATTACKS_WITH_SEAL_KEY])(
  '$deed: it is found, and nothing of it is shipped',
  async ({ attack, found }) => {
    const trail = await createAuditedTrail();
    await attack(trail);
    await trail.goOn();
    const { findings, isIntact } = await trail.verify();
    const kinds = findings.map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining([...found]));
    expect(isIntact).toBe(found.length === 0);
    expect(
      trail.ingestion.accepted.filter(({ properties }) => properties.personId === FORGED.personId),
    ).toEqual([]);
    const inLedger = await trail.verify('ledger');
    expect(inLedger.findings.map(({ kind }) => kind)).toEqual(expect.arrayContaining([...found]));
  },
);
