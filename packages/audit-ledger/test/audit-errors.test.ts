import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createHandDrivenClock, settled } from '@vertex-ai-gateway/test-support/hand-driven-clock';
import { verifyBundle } from '../src/bundles/verify-bundle.ts';
import { readAuditSettings } from '../src/commands/audit-settings.ts';
import { putOnLedger } from '../src/commands/put-on-ledger.ts';
import { readPeriod } from '../src/commands/read-period.ts';
import { createAuditPublicKeys } from '../src/keys/audit-public-keys.ts';
import { startAudit } from '../src/start-audit.ts';
import { openLedgerVerifier } from '../src/verification/open-ledger-verifier.ts';
import { MemoryAppendStore } from './memory-append-store.ts';
import { rejectedBy, thrownBy } from './thrown-by.ts';

const NOWHERE = 'https://127.0.0.1:1';
const noIdentity = { getToken: () => Promise.reject(new Error('no identity')) };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'errors-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function startNowhere() {
  return startAudit({
    storageUrl: NOWHERE,
    keyUrl: `${NOWHERE}/keys/audit`,
    witnessUrl: undefined,
    credential: noIdentity,
    connectionString: 'InstrumentationKey=00000000-0000-0000-0000-000000000000',
    policyVersion: 'p',
    timeoutInMs: 100,
    maximumPendingBytes: 1_000,
    checkpointIntervalInMs: 60_000,
    writeAheadDirectory: folder,
    log: () => undefined,
  });
}

test('each failure of a running process is an AuditError', async () => {
  const { sweep, seals } = startNowhere();
  const request = { period: { from: new Date(0), to: new Date(1) }, graceInMs: 0 };
  const verifier = openLedgerVerifier({
    storageUrl: NOWHERE,
    keyUrl: undefined,
    contentRetentionInDays: 90,
    witnessUrl: undefined,
    credential: noIdentity,
    query: undefined,
    connectionString: '',
  });
  const publicKeys = createAuditPublicKeys(pathToFileURL(join(folder, 'none.pem')).href, () => noIdentity);
  const failures = [
    await rejectedBy(sweep()),
    await rejectedBy(seals.open()),
    await rejectedBy(verifier.verify(request, new AbortController().signal)),
    await rejectedBy(publicKeys('k')),
  ];
  expect(failures).toMatchObject([
    { code: 'AUDIT_UNAVAILABLE' },
    { code: 'SEALS_UNAVAILABLE' },
    { code: 'AUDIT_UNAVAILABLE' },
    { code: 'AUDIT_UNAVAILABLE' },
  ]);
});

test('each failure of a command is an AuditError', async () => {
  const options = { publicKeys: undefined, now: new Date() };
  const failures = [
    await rejectedBy(verifyBundle(join(folder, 'none'), options)),
    await rejectedBy(verifyBundle(folder, options)),
    thrownBy(() => readPeriod({ from: 'yesterday' }, new Date())),
    thrownBy(() => readPeriod({ from: '2026-02-01', to: '2026-01-01' }, new Date())),
    thrownBy(() => readAuditSettings(join(folder, 'none.json'), pathToFileURL(folder))),
  ];
  expect(failures).toMatchObject(failures.map(() => ({ code: 'AUDIT_INPUT_INVALID' })));
});

test('a ledger that a command cannot write to is an AuditError', async () => {
  const clock = createHandDrivenClock();
  const store = new MemoryAppendStore();
  store.faults.push(...Array.from({ length: 100 }, () => 'refused' as const));
  const erasure = { kind: 'erasure', subject: 'a'.repeat(64), reason: 'Asked for.' } as const;
  const failure = rejectedBy(
    putOnLedger(erasure, { store, command: 'audit:erase', timeoutInMs: 60_000, schedule: clock.schedule }),
  );
  await settled();
  await clock.advance(60_000);
  expect(await failure).toMatchObject({ code: 'AUDIT_LEDGER_UNAVAILABLE' });
});
