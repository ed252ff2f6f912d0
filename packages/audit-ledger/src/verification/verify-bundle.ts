import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { z } from 'zod';
import {
  ANCHORS_FILE,
  BundleAnchor,
  BundleKeys,
  BundleManifest,
  BundlePath,
  KEYS_FILE,
  LEDGER_FOLDER,
  MANIFEST_FILE,
  MANIFEST_SIGNATURE_FILE,
  ManifestSignature,
} from './bundle-manifest.ts';
import type { Anchor } from './evidence.ts';
import type { Finding } from './finding.ts';
import { createFindings } from './findings.ts';
import { createFolderLedger } from './folder-ledger.ts';
import type { VerificationReport } from './report.ts';
import { createSignatureCheck, type PublicKeys } from '../keys/signature.ts';
import { verifyLedger } from './verify-ledger.ts';

/** The options of verifying a bundle. */
export interface BundleOptions {
  /** Keys that are known from elsewhere; when undefined, those of the bundle itself are used. */
  readonly publicKeys: PublicKeys | undefined;
  /** The time of the verification. Ages are counted up to the bundle's own time. */
  readonly now: Date;
}

/** Calls that began within this time before the bundle was made may still have been open. */
const OPEN_FOR_IN_MS = 35 * 60_000;

/** The longest manifest, signature, file of keys or file of anchors. */
const MOST_BYTES = 128 * 1024 * 1024;
const ALL_TIME = { from: new Date(0).toISOString(), to: '9999-12-31T23:59:59.999Z' };

/** The files of a bundle, and the results of checking them. */
interface BundleContents {
  readonly folder: string;
  /** The paths of its regular files. Links, devices and pipes are left out. */
  readonly files: ReadonlySet<string>;
  readonly findings: Finding[];
  readonly notChecked: string[];
}

/**
 * Verifies an evidence bundle by itself: its manifest, the manifest's signature, every file, and the chains against the
 * anchors. Damage to the bundle is a finding. @throws Error in plain words when the folder is no bundle.
 */
export async function verifyBundle(
  folder: string,
  { publicKeys, now }: BundleOptions,
): Promise<VerificationReport> {
  const contents = await survey(folder);
  const { findings, notChecked } = contents;
  const manifestText = await readText(contents, MANIFEST_FILE);
  if (manifestText === undefined)
    throw new Error(`The folder has no ${MANIFEST_FILE}, so it is no bundle of audit:export.`);
  const manifest = parse(BundleManifest, manifestText, MANIFEST_FILE, findings);
  const keys = publicKeys ?? (await readBundleKeys(contents));
  await checkSignature(contents, manifestText, keys, publicKeys !== undefined);
  if (manifest) await checkFiles(contents, manifest);
  const { from, to, createdAt } = manifest ?? { ...ALL_TIME, createdAt: now.toISOString() };
  const anchors = await readAnchors(contents);
  const report = await verifyLedger(
    createFolderLedger(join(folder, LEDGER_FOLDER)),
    { anchors, ...(keys && { publicKeys: keys }) },
    {
      period: { from: new Date(from), to: new Date(to) },
      now: new Date(createdAt),
      graceInMs: OPEN_FOR_IN_MS,
      openForInMs: OPEN_FOR_IN_MS,
      areAllChains: true,
      notChecked,
    },
  );
  const all = createFindings();
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

async function survey(folder: string): Promise<BundleContents> {
  const found = await lstat(folder).catch(() => undefined);
  if (found?.isDirectory() !== true) throw new Error('The bundle is not there: --bundle must name a folder.');
  const files = new Set<string>();
  const findings: Finding[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = pathIn(folder, join(entry.parentPath, entry.name));
    if (entry.isFile()) files.add(path);
    else if (!entry.isDirectory())
      findings.push(
        wrongFile('bundle-file', path, `${path} is no file of the bundle's own, and was not read.`),
      );
  }
  return { folder, files, findings, notChecked: [] };
}

/** Reads a file as text; undefined where there is no such file, and, with a finding, where it is too long. */
async function readText(
  { folder, files, findings }: BundleContents,
  path: string,
): Promise<string | undefined> {
  if (!files.has(path)) return undefined;
  const file = join(folder, path);
  const { size } = await lstat(file);
  if (size <= MOST_BYTES) return readFile(file, 'utf8');
  findings.push(wrongFile('bundle-file', path, `The file ${path} is too long to be one of a bundle.`));
  return undefined;
}

async function checkSignature(
  contents: BundleContents,
  manifest: string,
  keys: PublicKeys | undefined,
  isExpected: boolean,
): Promise<void> {
  const { findings, notChecked } = contents;
  const text = await readText(contents, MANIFEST_SIGNATURE_FILE);
  if (text === undefined) {
    const message = 'The manifest is not signed.';
    if (isExpected) findings.push(wrongFile('bundle-file', MANIFEST_SIGNATURE_FILE, message));
    else notChecked.push(message);
    return;
  }
  const signature = parse(ManifestSignature, text, MANIFEST_SIGNATURE_FILE, findings);
  if (!signature) return;
  const fits = await createSignatureCheck(keys ?? none)(signature.keyId, manifest, signature.value);
  if (fits === true) return;
  findings.push(
    fits === undefined
      ? wrongFile(
          'unknown-key',
          MANIFEST_SIGNATURE_FILE,
          'The manifest is signed with a key that is not known.',
        )
      : wrongFile(
          'bad-signature',
          MANIFEST_SIGNATURE_FILE,
          'The signature of the manifest does not fit: it or the manifest was changed, or another key made it.',
        ),
  );
}

const none: PublicKeys = () => Promise.resolve(undefined);

async function checkFiles(
  { folder, files, findings }: BundleContents,
  manifest: BundleManifest,
): Promise<void> {
  for (const { path, bytes, sha256 } of manifest.files) {
    if (!BundlePath.safeParse(path).success) {
      const message = 'The manifest names a file outside the bundle, or by what is no name; it was not read.';
      findings.push(wrongFile('bundle-file', MANIFEST_FILE, message));
      continue;
    }
    const found = files.has(path) ? await hashFile(join(folder, path)) : undefined;
    if (!found) findings.push(wrongFile('bundle-file', path, `The file ${path} is missing from the bundle.`));
    else if (found.sha256 !== sha256 || found.bytes !== bytes)
      findings.push(
        wrongFile('bundle-file', path, `The file ${path} is not the one that the manifest names.`),
      );
  }
  const named = new Set([MANIFEST_FILE, MANIFEST_SIGNATURE_FILE, ...manifest.files.map(({ path }) => path)]);
  for (const path of files)
    if (!named.has(path))
      findings.push(wrongFile('bundle-file', path, `The manifest does not name the file ${path}.`));
}

function wrongFile(kind: Finding['kind'], file: string, message: string): Finding {
  return { kind, file, message };
}

/** Gives the path of a file relative to the folder, with slashes, as manifests have it. */
export function pathIn(folder: string, file: string): string {
  return relative(folder, file).split(sep).join('/');
}

/** Computes the size and the SHA-256 in hex of a file; undefined where it can't be read. */
export async function hashFile(
  file: string,
): Promise<{ readonly bytes: number; readonly sha256: string } | undefined> {
  const digest = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      digest.update(chunk);
      bytes += chunk.byteLength;
    }
  } catch {
    return undefined;
  }
  return { bytes, sha256: digest.digest('hex') };
}

/** Reads the keys of the bundle itself; undefined where it has none. */
async function readBundleKeys(contents: BundleContents): Promise<PublicKeys | undefined> {
  contents.notChecked.push(
    `The public keys are those of the bundle itself (${KEYS_FILE}); --public-key names one that you know from elsewhere.`,
  );
  const text = (await readText(contents, KEYS_FILE)) ?? '{"keys":[]}';
  const { keys } = parse(BundleKeys, text, KEYS_FILE, contents.findings) ?? { keys: [] };
  return keys.length === 0 ? undefined : (keyId) => Promise.resolve(keys.find(({ kid }) => kid === keyId));
}

async function readAnchors(contents: BundleContents): Promise<Anchor[]> {
  const anchors: Anchor[] = [];
  for (const line of ((await readText(contents, ANCHORS_FILE)) ?? '').split('\n')) {
    if (line === '') continue;
    const anchor = parse(BundleAnchor, line, ANCHORS_FILE, contents.findings);
    // The finding of the first invalid line is enough.
    if (!anchor) break;
    anchors.push(anchor);
  }
  return anchors;
}

/** Parses JSON by a schema. For other text it adds a finding and returns undefined. */
function parse<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  file: string,
  findings: Finding[],
): z.infer<Schema> | undefined {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    findings.push(wrongFile('bundle-file', file, `The file ${file} is not as audit:export writes it.`));
    return undefined;
  }
}
