import { join } from 'node:path';
import { type BundleFiles, wrongFile } from './bundle-files.ts';
import {
  type BundleManifest,
  BundlePath,
  MANIFEST_FILE,
  MANIFEST_SIGNATURE_FILE,
} from './bundle-manifest.ts';
import { hashFile } from './hash-file.ts';

/** Checks that the bundle has the files that its manifest names, the same, and no others. */
export async function checkFiles(
  { folder, paths, findings }: BundleFiles,
  { files }: BundleManifest,
): Promise<void> {
  for (const { path, bytes, sha256 } of files) {
    if (!BundlePath.safeParse(path).success) {
      const message =
        'The manifest has a file name that is not valid or leads outside the bundle. The file was not read.';
      findings.push(wrongFile(MANIFEST_FILE, message));
      continue;
    }
    const found = paths.has(path) ? await hashFile(join(folder, path)) : undefined;
    if (!found) findings.push(wrongFile(path, `The file ${path} is missing from the bundle.`));
    else if (found.sha256 !== sha256 || found.bytes !== bytes)
      findings.push(wrongFile(path, `The file ${path} is not the one that the manifest names.`));
  }
  const named = new Set([MANIFEST_FILE, MANIFEST_SIGNATURE_FILE, ...files.map(({ path }) => path)]);
  for (const path of paths)
    if (!named.has(path)) findings.push(wrongFile(path, `The manifest does not name the file ${path}.`));
}
