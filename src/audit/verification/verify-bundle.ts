import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { z } from 'zod';
import {
  ANCHORS_FILE,
  BundleAnchor,
  BundleKeys,
  BundleManifest,
  KEYS_FILE,
  LEDGER_FOLDER,
  MANIFEST_FILE,
  MANIFEST_SIGNATURE_FILE,
  ManifestSignature,
} from './bundle-manifest.ts';
import type { Anchor } from './evidence.ts';
import type { Finding } from './finding.ts';
import { createFolderLedger } from './folder-ledger.ts';
import type { VerificationReport } from './report.ts';
import { createSignatureCheck, type PublicKeys } from './signature.ts';
import { verifyLedger } from './verify-ledger.ts';

export interface BundleOptions {
  /** Keys that are known from elsewhere; those of the bundle itself when undefined. */
  readonly publicKeys: PublicKeys | undefined;
  readonly now: Date;
}

/** What a call may still have been doing when the bundle was made. */
const OPEN_FOR_IN_MS = 35 * 60_000;

/**
 * Verifies an evidence bundle by itself: its manifest and that one's signature, every file, and the chains against the
 * anchors. @throws Error in plain words when it is no bundle.
 */
export async function verifyBundle(
  folder: string,
  { publicKeys, now }: BundleOptions,
): Promise<VerificationReport> {
  const manifestBytes = await readFile(join(folder, MANIFEST_FILE)).catch(() => {
    throw new Error(`The folder has no ${MANIFEST_FILE}, so it is no bundle of audit:export.`);
  });
  const manifest = parse(BundleManifest, manifestBytes.toString(), MANIFEST_FILE);
  const keys = publicKeys ?? (await readBundleKeys(folder));
  const notChecked = publicKeys
    ? []
    : [
        `The public keys are those of the bundle itself (${KEYS_FILE}); --public-key names one that you know from elsewhere.`,
      ];
  const findings = [
    ...(await checkSignature(folder, manifestBytes, keys, publicKeys !== undefined, notChecked)),
    ...(await checkFiles(folder, manifest)),
  ];
  const report = await verifyLedger(
    createFolderLedger(join(folder, LEDGER_FOLDER)),
    { anchors: await readAnchors(folder), publicKeys: keys },
    {
      period: { from: new Date(manifest.from), to: new Date(manifest.to) },
      now: new Date(manifest.createdAt),
      graceInMs: OPEN_FOR_IN_MS,
      openForInMs: OPEN_FOR_IN_MS,
      areAllChains: true,
      notChecked,
    },
  );
  return {
    ...report,
    verifiedAt: now.toISOString(),
    isIntact: report.isIntact && findings.length === 0,
    findings: [...findings, ...report.findings],
    findingCount: findings.length + report.findingCount,
  };
}

async function checkSignature(
  folder: string,
  manifest: Uint8Array,
  keys: PublicKeys,
  isExpected: boolean,
  notChecked: string[],
): Promise<Finding[]> {
  const text = await readFile(join(folder, MANIFEST_SIGNATURE_FILE), 'utf8').catch(() => undefined);
  if (text === undefined) {
    if (!isExpected) notChecked.push('The manifest is not signed.');
    return isExpected
      ? [wrongFile('bundle-file', MANIFEST_SIGNATURE_FILE, 'The manifest is not signed.')]
      : [];
  }
  const { keyId, value } = parse(ManifestSignature, text, MANIFEST_SIGNATURE_FILE);
  const fits = await createSignatureCheck(keys)(keyId, manifest, value);
  if (fits === undefined)
    return [
      wrongFile(
        'unknown-key',
        MANIFEST_SIGNATURE_FILE,
        'The manifest is signed with a key that is not known.',
      ),
    ];
  return fits
    ? []
    : [
        wrongFile(
          'bad-signature',
          MANIFEST_SIGNATURE_FILE,
          'The signature of the manifest does not fit: it or the manifest was changed.',
        ),
      ];
}

async function checkFiles(folder: string, { files }: BundleManifest): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { path, bytes, sha256 } of files) {
    const found = await hashFile(join(folder, path));
    if (!found) findings.push(wrongFile('bundle-file', path, `The file ${path} is missing from the bundle.`));
    else if (found.sha256 !== sha256 || found.bytes !== bytes)
      findings.push(
        wrongFile('bundle-file', path, `The file ${path} is not the one that the manifest names.`),
      );
  }
  const named = new Set([MANIFEST_FILE, MANIFEST_SIGNATURE_FILE, ...files.map(({ path }) => path)]);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = pathIn(folder, join(entry.parentPath, entry.name));
    if (!entry.isDirectory() && !named.has(path))
      findings.push(wrongFile('bundle-file', path, `The manifest does not name the file ${path}.`));
  }
  return findings;
}

function wrongFile(kind: Finding['kind'], file: string, message: string): Finding {
  return { kind, file, message };
}

/** The path of a file as manifests have it. */
export function pathIn(folder: string, file: string): string {
  return relative(folder, file).split(sep).join('/');
}

/** Undefined where there is no such file. */
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

async function readBundleKeys(folder: string): Promise<PublicKeys> {
  const text = await readFile(join(folder, KEYS_FILE), 'utf8').catch(() => '{"keys":[]}');
  const { keys } = parse(BundleKeys, text, KEYS_FILE);
  return (keyId) => Promise.resolve(keys.find(({ kid }) => kid === keyId));
}

async function readAnchors(folder: string): Promise<Anchor[]> {
  const text = await readFile(join(folder, ANCHORS_FILE), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parse(BundleAnchor, line, ANCHORS_FILE));
}

function parse<Schema extends z.ZodType>(schema: Schema, text: string, file: string): z.infer<Schema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error(`${file} of the bundle is not JSON.`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(
    `${file} of the bundle cannot be read: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}.`,
  );
}
