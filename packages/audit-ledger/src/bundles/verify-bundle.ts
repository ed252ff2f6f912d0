import { AuditError } from '../audit-error.ts';
import { inputInvalid } from '../input-invalid.ts';
import { join } from 'node:path';
import type { PublicKeys } from '../keys/signature.ts';
import { createFolderLedger } from '../ledger/folder-ledger.ts';
import type { Anchor } from '../verification/evidence.ts';
import type { Finding } from '../verification/finding.ts';
import { createFindingList } from '../verification/finding-list.ts';
import type { VerificationReport } from '../verification/report.ts';
import { verifyLedger } from '../verification/verify-ledger.ts';
import { type BundleFiles, listBundleFiles, parse, readText } from './bundle-files.ts';
import {
  ANCHORS_FILE,
  BundleAnchor,
  BundleKeys,
  BundleManifest,
  KEYS_FILE,
  LEDGER_FOLDER,
  MANIFEST_FILE,
} from './bundle-manifest.ts';
import { checkFiles } from './check-files.ts';
import { checkManifestSignature } from './check-manifest-signature.ts';

/** The options of verifying a bundle. */
interface BundleOptions {
  /** Keys that are known from elsewhere; when undefined, those of the bundle itself are used. */
  readonly publicKeys: PublicKeys | undefined;
  /** The time of the verification. Ages are counted up to the bundle's own time. */
  readonly now: Date;
}

/** Calls that began within this time before the bundle was made may still have been open. */
const OPEN_FOR_IN_MS = 35 * 60_000;
const ALL_TIME = { from: new Date(0).toISOString(), to: '9999-12-31T23:59:59.999Z' };

/**
 * Verifies an evidence bundle by itself: its manifest, the manifest's signature, every file, and the chains against the
 * anchors. Damage to the bundle is a finding. @throws AuditError AUDIT_INPUT_INVALID when the folder is no bundle, or can't be read.
 */
export async function verifyBundle(folder: string, options: BundleOptions): Promise<VerificationReport> {
  try {
    return await verifyFolder(folder, options);
  } catch (error) {
    if (error instanceof AuditError) throw error;
    throw inputInvalid('A file of the bundle cannot be read: check who may read its folder.');
  }
}

async function verifyFolder(folder: string, { publicKeys, now }: BundleOptions): Promise<VerificationReport> {
  const files = await listBundleFiles(folder);
  const { findings, notChecked } = files;
  const manifestText = await readText(files, MANIFEST_FILE);
  if (manifestText === undefined)
    throw inputInvalid(`The folder has no ${MANIFEST_FILE}, so it is no bundle of audit:export.`);
  const manifest = parse(BundleManifest, manifestText, MANIFEST_FILE, files);
  const keys = publicKeys ?? (await readBundleKeys(files));
  await checkManifestSignature(files, manifestText, keys, publicKeys !== undefined);
  if (manifest) await checkFiles(files, manifest);
  const { from, to, createdAt } = manifest ?? { ...ALL_TIME, createdAt: now.toISOString() };
  const anchors = await readAnchors(files);
  const report = await verifyLedger(
    createFolderLedger(join(folder, LEDGER_FOLDER)),
    { anchors, ...(keys && { publicKeys: keys }) },
    {
      period: { from: new Date(from), to: new Date(to) },
      now: new Date(createdAt),
      graceInMs: OPEN_FOR_IN_MS,
      openForInMs: OPEN_FOR_IN_MS,
      areAllChains: true,
      scope: 'bundle',
      notChecked,
    },
  );
  const all = createFindingList();
  findings.forEach(all.add);
  (report.findings as readonly Finding[]).forEach(all.add);
  return {
    ...report,
    verifiedAt: now.toISOString(),
    isIntact: report.isIntact && findings.length === 0,
    findings: all.list(),
    findingCount: findings.length + report.findingCount,
  };
}

/** Reads the keys of the bundle itself; undefined where it has none. */
async function readBundleKeys(files: BundleFiles): Promise<PublicKeys | undefined> {
  files.notChecked.push(
    `The public keys are those of the bundle itself (${KEYS_FILE}); --public-key names one that you know from elsewhere.`,
  );
  const text = (await readText(files, KEYS_FILE)) ?? '{"keys":[]}';
  const { keys } = parse(BundleKeys, text, KEYS_FILE, files) ?? { keys: [] };
  return keys.length === 0 ? undefined : (keyId) => Promise.resolve(keys.find(({ kid }) => kid === keyId));
}

async function readAnchors(files: BundleFiles): Promise<Anchor[]> {
  const anchors: Anchor[] = [];
  for (const line of ((await readText(files, ANCHORS_FILE)) ?? '').split('\n')) {
    if (line === '') continue;
    const anchor = parse(BundleAnchor, line, ANCHORS_FILE, files);
    // The finding of the first invalid line is enough.
    if (!anchor) break;
    anchors.push(anchor);
  }
  return anchors;
}
