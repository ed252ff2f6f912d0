import { AuditError } from '../audit-error.ts';
import { inputInvalid } from '../input-invalid.ts';
import { join } from 'node:path';
import { thumbprintOf } from '../keys/thumbprint.ts';
import type { PublicKeys } from '../keys/signature.ts';
import { createFolderLog } from '../transparency-log/folder-log.ts';
import { createFolderLedger } from '../ledger/folder-ledger.ts';
import type { Anchor } from '../verification/evidence.ts';
import type { Finding } from '../verification/finding.ts';
import { createFindingList } from '../verification/finding-list.ts';
import { type KeptHeads, periodOfLog, readLogEvidence } from '../verification/log-evidence.ts';
import type { VerificationReport } from '../verification/report.ts';
import type { Scanners } from '../verification/scanning/scanners.ts';
import { verifyLedger } from '../verification/verify-ledger.ts';
import { type BundleFiles, listBundleFiles, parse, readText, showPath } from './bundle-files.ts';
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
import { checkOwnReport } from './check-own-report.ts';

/** The options of verifying a bundle. */
interface BundleOptions {
  /**
   * Keys that are known from elsewhere. When undefined, the bundle is held against its own keys, and is not verified, because
   * whoever makes a bundle can choose those.
   */
  readonly publicKeys: PublicKeys | undefined;
  /** Heads of the transparency log that were kept outside of the ledger; undefined where they are not to be compared. */
  readonly witness?: KeptHeads | undefined;
  /** Scans pieces of chains; on this thread when left out. */
  readonly scanners?: Scanners;
  /** The time of the verification. Ages are counted up to the bundle's own time. */
  readonly now: Date;
}

/** Calls that began within this time before the bundle was made may still have been open. */
const OPEN_FOR_IN_MS = 35 * 60_000;
/** The most keys of a bundle that are shown. */
const MOST_SHOWN = 8;
/** The most letters of a key's id that are shown. */
const LONGEST_SHOWN = 200;
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

async function verifyFolder(
  folder: string,
  { publicKeys, witness, scanners, now }: BundleOptions,
): Promise<VerificationReport> {
  const files = await listBundleFiles(folder);
  const { findings, notChecked } = files;
  const manifestText = await readText(files, MANIFEST_FILE);
  if (manifestText === undefined)
    throw inputInvalid(`The folder has no ${MANIFEST_FILE}, so it is no bundle of audit:export.`);
  const manifest = parse(BundleManifest, manifestText, MANIFEST_FILE, files);
  const keys = publicKeys ?? (await readBundleKeys(files));
  await checkManifestSignature(files, manifestText, keys);
  if (manifest) await checkFiles(files, manifest);
  const { from, to, createdAt } = manifest ?? { ...ALL_TIME, createdAt: now.toISOString() };
  const anchors = await readAnchors(files);
  const log =
    keys && (await readBundleLog(folder, { publicKeys: keys, witness, period: { from, to }, createdAt }));
  const report = await verifyLedger(
    createFolderLedger(join(folder, LEDGER_FOLDER)),
    { anchors, ...(keys && { publicKeys: keys }), ...(log && { log }) },
    {
      period: { from: new Date(from), to: new Date(to) },
      now: new Date(createdAt),
      graceInMs: OPEN_FOR_IN_MS,
      openForInMs: OPEN_FOR_IN_MS,
      areAllChains: true,
      scope: 'bundle',
      ...(scanners && { scanners }),
      notChecked,
    },
  );
  if (manifest) await checkOwnReport(files, manifest, report);
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

/** Reads the bundle's part of the transparency log, which went on after the bundle was made. */
function readBundleLog(
  folder: string,
  {
    publicKeys,
    witness = 'unasked',
    period: { from, to },
    createdAt,
  }: {
    readonly publicKeys: PublicKeys;
    readonly witness: KeptHeads | 'unasked' | undefined;
    readonly period: { readonly from: string; readonly to: string };
    readonly createdAt: string;
  },
): ReturnType<typeof readLogEvidence> {
  const reader = createFolderLog(join(folder, LEDGER_FOLDER));
  const madeAt = new Date(createdAt);
  const period = periodOfLog({ from: new Date(from), to: new Date(to) }, madeAt);
  return readLogEvidence(
    { reader, publicKeys, witness, isExcerpt: true },
    { ...period, to: period.to ?? madeAt },
  );
}

/** Reads the keys of the bundle itself, and notes that nobody vouches for them; undefined where it has none. */
async function readBundleKeys(files: BundleFiles): Promise<PublicKeys | undefined> {
  const text = (await readText(files, KEYS_FILE)) ?? '{"keys":[]}';
  const { keys } = parse(BundleKeys, text, KEYS_FILE, files) ?? { keys: [] };
  const shown = keys
    .slice(0, MOST_SHOWN)
    .map(({ kid, n, e }) => `${showPath(kid).slice(0, LONGEST_SHOWN)} (${thumbprintOf({ n, e })})`);
  files.notChecked.push(
    'Who signed. The signatures were held against the keys of the bundle itself, which whoever made it can choose. Name the ' +
      `audit key, from elsewhere than the bundle, with --public-key. The bundle's keys: ${shown.join(', ') || 'none'}.`,
  );
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
