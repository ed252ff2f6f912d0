import { SealPublicKey } from '../../keys/seal-key.ts';
import type { createSignatureCheck } from '../../keys/signature.ts';
import { FARTHEST_SIGNED_ENTRY, NO_PREVIOUS, signedText } from '../../ledger/ledger-entry.ts';
import type { ChainLine } from '../read-chain.ts';
import { readCheckpointSignature } from './checkpoint-signature.ts';

/** The most signatures that are tried. A gateway's first signature fits. */
const MOST_TRIES = 1_000;

/** Looks for the signature that founds a chain, while its lines are read from the beginning. */
interface FoundingFinder {
  /**
   * Takes further lines. Resolves with the key that seals the chain, once a signature of the audit key binds it to the
   * chain.
   */
  add(lines: readonly ChainLine[]): Promise<SealPublicKey | undefined>;
}

/**
 * Makes a finder for one chain. The signature must fit the hash of an entry to which the chain's first entry leads by
 * the hashes; the first entry names the seal key.
 */
export function createFoundingFinder(
  writer: string,
  checkSignature: ReturnType<typeof createSignatureCheck>,
): FoundingFinder {
  /** The seal keys by the hashes of the last entries that their chain leads to. */
  const keys = new Map<string, SealPublicKey>();
  const hashes: string[] = [];
  let followed = 0;
  let tries = 0;

  const follow = ({ entry, hash, isWhole }: ChainLine): void => {
    if (!entry || !isWhole) return;
    const isFirst = entry.sequence === 0 && entry.kind === 'chain' && entry.previous === NO_PREVIOUS;
    const key = isFirst ? SealPublicKey.safeParse(entry.members.sealKey).data : keys.get(entry.previous);
    if (!key) return;
    const oldest = hashes[followed % FARTHEST_SIGNED_ENTRY];
    if (oldest !== undefined) keys.delete(oldest);
    hashes[followed % FARTHEST_SIGNED_ENTRY] = hash;
    followed += 1;
    keys.set(hash, key);
  };

  return {
    async add(lines) {
      for (const line of lines) {
        const signature = readCheckpointSignature(line);
        const key = signature && keys.get(signature.hash);
        if (key && tries < MOST_TRIES) {
          tries += 1;
          const { keyId, value } = signature;
          if ((await checkSignature(keyId, signedText(writer, signature), value)) === true) return key;
        }
        follow(line);
      }
      return undefined;
    },
  };
}
