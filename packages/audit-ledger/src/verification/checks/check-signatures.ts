import { createSignatureCheck, type PublicKeys } from '../../keys/signature.ts';
import { type CheckpointSignature, readCheckpointSignature } from '../../ledger/checkpoint-signature.ts';
import { FARTHEST_SIGNED_ENTRY, signedText } from '../../ledger/ledger-entry.ts';
import type { LedgerCheck } from '../check.ts';
import type { Finding } from '../finding.ts';
import type { Witnesses } from '../witnesses.ts';

/** The most signatures of a chain that are named because they don't fit. Further ones are not looked at. */
const MOST_UNFITTING = 1_000;

/**
 * Checks the signatures of checkpoints. Those that fit testify to the entries that they name. A gateway signs an entry
 * shortly after it, so a signature that stands elsewhere was moved there.
 */
export function checkSignatures(publicKeys: PublicKeys | undefined, witnesses: Witnesses): LedgerCheck {
  const counts = { signatures: 0, unsigned: 0 };
  let unfitting = 0;
  if (!publicKeys)
    return {
      counts: () => counts,
      notChecked: () => ['Signatures were not checked, because no public key was at hand.'],
    };
  const checkSignature = createSignatureCheck(publicKeys);

  /** Says in a clause what is wrong with the signature in an entry; undefined where it fits. */
  const findFault = async (
    writer: string,
    { keyId, sequence, hash, value }: CheckpointSignature,
    at: number,
  ): Promise<string | undefined> => {
    if (sequence >= at) return `signs entry ${sequence}, which was not written yet`;
    if (at - sequence > FARTHEST_SIGNED_ENTRY)
      return `signs entry ${sequence}, which is further back than a gateway signs`;
    const fits = await checkSignature(keyId, signedText(writer, { sequence, hash }), value);
    if (fits === undefined) return 'is by a key that is none of the audit keys';
    return fits ? undefined : `was not made by the audit key over entry ${sequence}`;
  };

  return {
    beginChain() {
      unfitting = 0;
    },
    async *inspect(lines, { writer }) {
      for (const line of lines) {
        const { entry, place, isEvidence } = line;
        if (entry?.kind !== 'checkpoint') continue;
        const signature = readCheckpointSignature(entry);
        if (!signature) {
          if (isEvidence) counts.unsigned += 1;
          continue;
        }
        if (unfitting >= MOST_UNFITTING) continue;
        const fault = await findFault(writer, signature, entry.sequence);
        if (fault === undefined) {
          if (isEvidence) counts.signatures += 1;
          witnesses.testify(signature.sequence, signature.hash, place);
          continue;
        }
        unfitting += 1;
        const finding: Finding = {
          kind: 'bad-signature',
          writer,
          sequence: entry.sequence,
          ...place,
          message: `The signature in entry ${entry.sequence} of ${writer} ${fault}.`,
        };
        yield finding;
      }
    },
    *endChain({ writer }) {
      if (unfitting >= MOST_UNFITTING)
        yield {
          kind: 'bad-signature',
          writer,
          message: `So many signatures of ${writer} do not fit that others were not looked at.`,
        };
    },
    counts: () => counts,
  };
}
