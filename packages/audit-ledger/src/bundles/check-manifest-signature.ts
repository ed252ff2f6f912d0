import { createSignatureCheck, type PublicKeys } from '../keys/signature.ts';
import { type BundleFiles, parse, readText, wrongFile } from './bundle-files.ts';
import { MANIFEST_SIGNATURE_FILE, ManifestSignature } from './bundle-manifest.ts';

/** Checks the signature over the bytes of a manifest. A missing one is a finding. @param keys undefined for none. */
export async function checkManifestSignature(
  files: BundleFiles,
  manifest: string,
  keys: PublicKeys | undefined,
): Promise<void> {
  const { findings } = files;
  const add = (message: string, kind: 'bundle-file' | 'bad-signature') =>
    findings.push(wrongFile(MANIFEST_SIGNATURE_FILE, message, kind));
  const text = await readText(files, MANIFEST_SIGNATURE_FILE);
  if (text === undefined) {
    add('The manifest is not signed.', 'bundle-file');
    return;
  }
  const signature = parse(ManifestSignature, text, MANIFEST_SIGNATURE_FILE, files);
  if (!signature) return;
  const checkSignature = createSignatureCheck(keys ?? (() => Promise.resolve(undefined)));
  const fits = await checkSignature(signature.keyId, manifest, signature.value);
  if (fits === undefined) add('The manifest is signed with a key that is not known.', 'bad-signature');
  else if (!fits)
    add(
      'The signature of the manifest does not fit: it or the manifest was changed, or another key made it.',
      'bad-signature',
    );
}
