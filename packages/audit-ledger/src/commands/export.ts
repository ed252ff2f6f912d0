import { inputInvalid } from '../input-invalid.ts';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type AuditKey, openAuditKey } from '../keys/audit-key.ts';
import { createLedgerVerifier } from '../verification/ledger-verifier.ts';
import {
  ANCHORS_FILE,
  type BundleKeys,
  type BundleManifest,
  KEYS_FILE,
  LEDGER_FOLDER,
  MANIFEST_FILE,
  MANIFEST_SIGNATURE_FILE,
  type ManifestSignature,
  REPORT_FILE,
} from '../bundles/bundle-manifest.ts';
import { describeReport } from '../verification/describe-report.ts';
import type { Anchor } from '../verification/evidence.ts';
import { openTrustedKeys, type TrustedKeys } from '../keys/trusted-keys.ts';
import { hashFile, pathIn } from '../bundles/hash-file.ts';
import { readAuditSettings } from './audit-settings.ts';
import { fail } from './fail.ts';
import { openAudit } from './open-audit.ts';
import { periodOfLog } from '../verification/log-evidence.ts';
import { copyChains } from './copy-chains.ts';
import { copyLog } from './copy-log.ts';
import { putOnLedger } from './put-on-ledger.ts';
import { readPeriod } from './read-period.ts';

const USAGE = `Usage: npm run audit:export -- --out FOLDER [--from DATE] [--to DATE]

  --out          a folder that is empty or not there yet
  --from, --to   the period: dates, or instants such as 2026-01-31T12:00:00Z; the last 30 days when left out`;

const README = `An evidence bundle of the audit trail of a gateway to Vertex AI.

  ledger/chains/             every chain that was written to in the period, whole, as it stands in storage
  ledger/tree/               the transparency log of the period, which commits to the set of all chains
  anchors.jsonl              heads of those chains as Application Insights keeps them
  keys.json                  the public keys that signed
  report.json, report.txt    what verifying the ledger found when this bundle was made
  manifest.json              the period, and the SHA-256 of each file
  manifest.signature.json    PS256 of manifest.json by the audit key

To verify it, in a copy of the gateway's repository:

  npm ci
  npm run audit:verify -- --bundle FOLDER --public-key FILE

FILE is a PEM file of the audit key, which you must have from elsewhere than this bundle: without it the bundle is not
verified, because whoever makes a bundle chooses the keys in keys.json. This asks nobody else. It checks the manifest,
its signature, every file, the transparency log, and every chain against its hashes, its signatures, its anchors and
the log. With --witness FILE the log is held against a head of it that was kept elsewhere. A bundle without the
signature of its manifest is no evidence.
`;

const DAY_IN_MS = 86_400_000;
const HOUR_IN_MS = 3_600_000;
const GRACE_IN_MS = 600_000;
const APPEND_TIMEOUT_IN_MS = 10_000;
const RECORD_TIMEOUT_IN_MS = 30_000;
const SIGN_TIMEOUT_IN_MS = 30_000;
const CANNOT_EXPORT = 2;

/**
 * Runs the command with the arguments of this process, prints, and sets its exit code. Doesn't reject.
 * @param environmentFile where a chain that runs locally describes itself, unless an argument says otherwise.
 */
export async function exportBundle(environmentFile: URL): Promise<void> {
  await exportBundleOrThrow(environmentFile).catch((error: unknown) => {
    fail('Nothing was exported.', USAGE, error, CANNOT_EXPORT);
  });
}

async function exportBundleOrThrow(environmentFile: URL): Promise<void> {
  const { values } = parseArgs({
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      out: { type: 'string' },
      'environment-file': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const { out } = values;
  if (out === undefined) throw inputInvalid(`--out is missing.\n${USAGE}`);
  await mkdir(out, { recursive: true });
  if ((await readdir(out)).length > 0) throw inputInvalid('--out must name a folder that is empty.');
  const now = new Date();
  const period = readPeriod(values, now);
  const settings = readAuditSettings(values['environment-file'], environmentFile);
  const dependencies = openAudit(settings);
  const keys = new Map<string, BundleKeys['keys'][number]>();
  const { AUDIT_KEY_URL: keyUrl, AUDIT_STORAGE_URL: storageUrl } = settings;
  if (keyUrl === undefined)
    throw inputInvalid(
      'AUDIT_KEY_URL is missing: the audit key signs the bundle, which is no evidence without.',
    );
  const trusted = await openTrustedKeys({ storageUrl, keyUrl, credential: dependencies.credential });
  const publicKeys = trusted.publicKeys && collecting(trusted.publicKeys, keys);
  const key = openAuditKey(keyUrl, dependencies.credential, SIGN_TIMEOUT_IN_MS);
  const { signal } = new AbortController();
  await putOnLedger(
    { kind: 'export', from: period.from.toISOString(), to: period.to.toISOString() },
    {
      store: dependencies.openStore(APPEND_TIMEOUT_IN_MS),
      command: 'audit:export',
      key,
      timeoutInMs: RECORD_TIMEOUT_IN_MS,
    },
  );

  const verifier = createLedgerVerifier({ ...dependencies, ...trusted, publicKeys });
  const graceInMs = settings.isLocal ? 0 : GRACE_IN_MS;
  const report = await verifier.verify({ period, graceInMs }, signal);
  // Anchors are read before the chains are copied, so that no chain may be shorter than they say.
  const sent = { from: period.from, to: new Date(now.getTime() + HOUR_IN_MS) };
  const anchors = (await dependencies.insights?.anchors(sent, signal)) ?? [];
  // Other chains close the calls of lost processes some minutes later.
  const around = { from: period.from, to: new Date(period.to.getTime() + DAY_IN_MS) };
  const copy = join(out, LEDGER_FOLDER);
  const logged = await copyLog(dependencies.log.reader, periodOfLog(period, now), copy);
  const named = anchors.map(({ writer }) => writer);
  const copied = await copyChains(dependencies.ledger, { period: around, logged, named, now }, copy);

  const write = (name: string, text: string) => writeFile(join(out, name), text);
  await mkdir(copy, { recursive: true });
  await write(ANCHORS_FILE, linesOf(anchors, copied));
  await write(REPORT_FILE, `${JSON.stringify(report, null, 2)}\n`);
  await write('report.txt', `${describeReport(report)}\n`);
  await write('README.txt', README);
  // A first signature adds the key that signs the manifest to the keys.
  await publicKeys?.((await signManifest(key, 'manifest')).keyId);
  await write(KEYS_FILE, `${JSON.stringify({ keys: [...keys.values()] }, null, 2)}\n`);
  const manifest: BundleManifest = {
    version: 1,
    createdAt: now.toISOString(),
    from: period.from.toISOString(),
    to: period.to.toISOString(),
    files: await listFiles(out),
  };
  const bytes = `${JSON.stringify(manifest, null, 2)}\n`;
  await write(MANIFEST_FILE, bytes);
  await write(MANIFEST_SIGNATURE_FILE, `${JSON.stringify(await signManifest(key, bytes), null, 2)}\n`);
  console.log(`${out} holds ${copied.size} chains. When they were exported: ${describeReport(report)}`);
}

async function signManifest(key: AuditKey, manifest: string): Promise<ManifestSignature> {
  const { keyId, value } = await key.sign(Buffer.from(manifest));
  return { keyId, algorithm: 'PS256', value: Buffer.from(value).toString('base64url') };
}

/** Collects the public keys for which signatures ask. */
function collecting(
  publicKeys: NonNullable<TrustedKeys['publicKeys']>,
  keys: Map<string, BundleKeys['keys'][number]>,
): typeof publicKeys {
  return async (keyId) => {
    const key = await publicKeys(keyId);
    if (key?.n !== undefined && key.e !== undefined)
      keys.set(keyId, { kid: keyId, kty: 'RSA', n: key.n, e: key.e });
    return key;
  };
}

function linesOf(anchors: readonly Anchor[], writers: ReadonlySet<string>): string {
  return anchors
    .filter(({ writer }) => writers.has(writer))
    .map(({ writer, sequence, hash }) => `${JSON.stringify({ writer, sequence, hash })}\n`)
    .join('');
}

async function listFiles(folder: string): Promise<BundleManifest['files']> {
  const files: BundleManifest['files'] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const file = join(entry.parentPath, entry.name);
    const hashed = await hashFile(file);
    if (hashed) files.push({ path: pathIn(folder, file), ...hashed });
  }
  return files.sort((one, other) => (one.path < other.path ? -1 : 1));
}
