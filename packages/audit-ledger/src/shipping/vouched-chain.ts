import type { SealPublicKey } from '../keys/seal-key.ts';
import { createSignatureCheck, type PublicKeys } from '../keys/signature.ts';
import { findSealKey } from '../ledger/find-founding.ts';
import type { LedgerChain, LedgerReader } from '../ledger/ledger-reader.ts';

/** The dependencies of foundings: the ledger, the public halves of the audit key, and the chain of this process. */
interface FoundingDependencies {
  readonly ledger: Pick<LedgerReader, 'read'>;
  readonly publicKeys: PublicKeys;
  readonly writer: string;
  readonly sealKey: SealPublicKey;
}

/** Tells which chains are founded, and by which seal keys. */
export interface Foundings {
  /**
   * Gives the key that the seals of a chain must fit; undefined where the chain is not founded. The chain of this process
   * has its own key, founded or not. @throws what the reader and the public keys throw, and the signal's reason.
   */
  sealKeyOf(chain: LedgerChain, abortSignal?: AbortSignal): Promise<SealPublicKey | undefined>;
  /** Tells whether `sealKeyOf` knows the answer for a chain without reading anything. */
  isKnown(chain: LedgerChain): boolean;
  /** Tells whether a chain is founded, also that of this process. @throws as `sealKeyOf` does. */
  isFounded(chain: LedgerChain, abortSignal?: AbortSignal): Promise<boolean>;
}

/**
 * The first signature of a chain is looked for in so many bytes. A process asks for it with its first entry, so a chain
 * without one there began while the audit key could not be used for minutes.
 */
const MOST_UNFOUNDED_BYTES = 64 * 1024 * 1024;
/** The most founded chains of which the seal key is remembered. */
const MOST_FOUNDED = 50_000;
/** The most chains that are remembered as not founded. Forged ones can make no founded one be forgotten. */
const MOST_UNFOUNDED = 100_000;

/**
 * Reads the foundings of chains, as `findSealKey` finds them. Keys are remembered; a chain that is not founded is read again
 * when it has grown.
 */
export function createFoundings({ ledger, publicKeys, writer, sealKey }: FoundingDependencies): Foundings {
  const checkSignature = createSignatureCheck(publicKeys);
  const keys = new Map<string, SealPublicKey>();
  /** The ends of chains at which they were not founded. */
  const unfounded = new Map<string, string>();
  const isUnfounded = (chain: LedgerChain) => unfounded.get(chain.writer) === describeEnd(chain);
  const lookUp = async (chain: LedgerChain, abortSignal?: AbortSignal) => {
    const remembered = keys.get(chain.writer);
    if (remembered || isUnfounded(chain)) return remembered;
    const key = await findSealKey(ledger, chain, checkSignature, {
      mostBytes: MOST_UNFOUNDED_BYTES,
      abortSignal,
    });
    unfounded.delete(chain.writer);
    if (key) remember(keys, MOST_FOUNDED, chain.writer, key);
    else remember(unfounded, MOST_UNFOUNDED, chain.writer, describeEnd(chain));
    return key;
  };
  return {
    isKnown: (chain) => chain.writer === writer || keys.has(chain.writer) || isUnfounded(chain),
    sealKeyOf: async (chain, abortSignal) => (chain.writer === writer ? sealKey : lookUp(chain, abortSignal)),
    isFounded: async (chain, abortSignal) => (await lookUp(chain, abortSignal)) !== undefined,
  };
}

/** Keeps a value, in place of the oldest one where there are too many. */
function remember<Value>(known: Map<string, Value>, most: number, key: string, value: Value): void {
  known.set(key, value);
  const [oldest] = known.keys();
  if (known.size > most && oldest !== undefined) known.delete(oldest);
}

function describeEnd({ parts }: LedgerChain): string {
  const last = parts.at(-1);
  return `${parts.length}.${last?.part}.${last?.bytes}`;
}
