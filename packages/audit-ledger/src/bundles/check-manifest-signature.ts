import { createSignatureCheck, type PublicKeys } from '../keys/signature.ts';
import { type BundleFiles, parse, readText, wrongFile } from './bundle-files.ts';
import { MANIFEST_SIGNATURE_FILE, ManifestSignature } from './bundle-manifest.ts';

/**
 * Checks the signature over the bytes of a manifest.
 * @param keys the keys to believe; none when undefined.
 * @param isExpected true to make a missing signature a finding.
 */
export async function checkManifestSignature(
  files: BundleFiles,
  manifest: string,
  keys: PublicKeys | undefined,
  isExpected: boolean,
): Promise<void> {
  const { findings, notChecked } = files;
  const text = await readText(files, MANIFEST_SIGNATURE_FILE);
  if (text === undefined) {
    const message = 'The manifest is not signed.';
    if (isExpected) findings.push(wrongFile(MANIFEST_SIGNATURE_FILE, message));
    else notChecked.push(message);
    return;
  }
  const signature = parse(ManifestSignature, text, MANIFEST_SIGNATURE_FILE, files);
  if (!signature) return;
  const checkSignature = createSignatureCheck(keys ?? (() => Promise.resolve(undefined)));
  const fits = await checkSignature(signature.keyId, manifest, signature.value);
  if (fits === undefined)
    findings.push(
      wrongFile(
        MANIFEST_SIGNATURE_FILE,
        'The manifest is signed with a key that is not known.',
        'bad-signature',
      ),
    );
  else if (!fits)
    findings.push(
      wrongFile(
        MANIFEST_SIGNATURE_FILE,
        'The signature of the manifest does not fit: it or the manifest was changed, or another key made it.',
        'bad-signature',
      ),
    );
}
