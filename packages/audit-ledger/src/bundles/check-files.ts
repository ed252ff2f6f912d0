import { join } from 'node:path';
import { type BundleFiles, showPath, wrongFile } from './bundle-files.ts';
import {
  type BundleManifest,
  BundlePath,
  LEDGER_FILE,
  LEDGER_FOLDER,
  MANIFEST_FILE,
  MANIFEST_SIGNATURE_FILE,
} from './bundle-manifest.ts';
import { hashFile } from './hash-file.ts';

/** Checks that the bundle has the files that its manifest names, the same, each once, and no others. */
export async function checkFiles(
  { folder, paths, findings }: BundleFiles,
  { files }: BundleManifest,
): Promise<void> {
  const named = new Set<string>([MANIFEST_FILE, MANIFEST_SIGNATURE_FILE]);
  // On some machines names that differ by case alone name one file.
  const spellings = new Set([...named]);
  for (const { path, bytes, sha256 } of files) {
    if (!BundlePath.safeParse(path).success) {
      const message =
        'The manifest has a file name that is not valid or leads outside the bundle. The file was not read.';
      findings.push(wrongFile(MANIFEST_FILE, message));
      continue;
    }
    if (spellings.has(path.toLowerCase()))
      findings.push(wrongFile(path, `The manifest names the file ${path} twice.`));
    spellings.add(path.toLowerCase());
    named.add(path);
    if (isOfLedger(path) && !LEDGER_FILE.test(path))
      findings.push(wrongFile(path, `The file ${path} is no part of a ledger.`));
    const found = paths.has(path) ? await hashFile(join(folder, path)) : undefined;
    if (!found) findings.push(wrongFile(path, `The file ${path} is missing from the bundle.`));
    else if (found.sha256 !== sha256 || found.bytes !== bytes)
      findings.push(wrongFile(path, `The file ${path} is not the one that the manifest names.`));
  }
  for (const path of paths)
    if (!named.has(path))
      findings.push(wrongFile(path, `The manifest does not name the file ${showPath(path)}.`));
}

function isOfLedger(path: string): boolean {
  return path.startsWith(`${LEDGER_FOLDER}/`);
}
