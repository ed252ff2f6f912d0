import { createSignatureCheck, type PublicKeys } from '../keys/signature.ts';
import { type TreeHead, treeHeadText } from './log-lines.ts';

/** Tells whether the audit key signed a tree head. @throws what reading the public key throws. */
export type CheckTreeHead = (head: TreeHead) => Promise<boolean>;

/** Checks tree heads with the given public keys. */
export function createTreeHeadCheck(publicKeys: PublicKeys): CheckTreeHead {
  const checkSignature = createSignatureCheck(publicKeys);
  return async (head) => {
    const { keyId, value } = head.signature;
    return (await checkSignature(keyId, treeHeadText(head), value)) === true;
  };
}
