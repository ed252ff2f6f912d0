import { createSignatureCheck, type PublicKeys } from '../../keys/signature.ts';
import { LedgerEntry } from '../../ledger/ledger-entry.ts';
import type { LedgerCheck } from '../check.ts';
import type { Witnesses } from '../witnesses.ts';

/** Checks the signatures of checkpoints. Those that fit testify to the entries that they name. */
export function checkSignatures(publicKeys: PublicKeys | undefined, witnesses: Witnesses): LedgerCheck {
  const counts = { signatures: 0, unsigned: 0 };
  if (!publicKeys)
    return {
      counts: () => counts,
      notChecked: () => ['Signatures were not checked, because no public key was at hand.'],
    };
  const checkSignature = createSignatureCheck(publicKeys);
  return {
    async *visit(lines, chain) {
      const { writer } = chain;
      for (const { entry, place } of lines) {
        if (entry?.kind !== 'checkpoint') continue;
        const parsed = LedgerEntry.safeParse(entry.members);
        const signature = parsed.data?.kind === 'checkpoint' ? parsed.data.signature : undefined;
        if (!signature) {
          counts.unsigned += 1;
          continue;
        }
        const { keyId, sequence, hash, value } = signature;
        const fits = await checkSignature(keyId, `${writer}.${sequence}.${hash}`, value);
        if (fits === true) {
          counts.signatures += 1;
          chain.signatures += 1;
          witnesses.testify(sequence, hash, place);
          continue;
        }
        chain.hasBadSignature = true;
        yield {
          kind: 'bad-signature',
          writer,
          sequence: entry.sequence,
          ...place,
          message:
            fits === undefined
              ? `The checkpoint in entry ${entry.sequence} of ${writer} is signed with a key that is none of the audit keys.`
              : `The signature in entry ${entry.sequence} of ${writer} was not made by the audit key over entry ${sequence}.`,
        };
      }
    },
    counts: () => counts,
  };
}
