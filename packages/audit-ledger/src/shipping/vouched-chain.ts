import { SealPublicKey } from '../keys/seal-key.ts';
import { createSignatureCheck, type PublicKeys } from '../keys/signature.ts';
import { FARTHEST_SIGNED_ENTRY, LedgerEntry, signedText } from '../ledger/ledger-entry.ts';
import type { LedgerChain, LedgerReader } from '../ledger/ledger-reader.ts';
import { parseEntry } from '../ledger/parse-entry.ts';
import { readLines } from '../ledger/read-lines.ts';
import { CHAIN_START, readVouched, type SealedChain } from './read-vouched.ts';

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
/** The number of last entries whose hashes are remembered, of which a signature names one. */
const REMEMBERED_ENTRIES = FARTHEST_SIGNED_ENTRY + 1;
/** The most founded chains of which the seal key is remembered. */
const MOST_FOUNDED = 50_000;
/** The most chains that are remembered as not founded. Forged ones can make no founded one be forgotten. */
const MOST_UNFOUNDED = 100_000;

/**
 * Reads the foundings of chains. A chain is founded when its first entry names a seal key, its entries up to the first
 * audit signature are linked and sealed with that key, and the signature fits the entry that it names. Keys are
 * remembered; a chain that is not founded is read again when it has grown.
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
    const key = await findSealKey(ledger, chain, checkSignature, abortSignal);
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

async function findSealKey(
  ledger: Pick<LedgerReader, 'read'>,
  { writer, parts }: LedgerChain,
  checkSignature: ReturnType<typeof createSignatureCheck>,
  abortSignal: AbortSignal | undefined,
): Promise<SealPublicKey | undefined> {
  const sealKey = await readNamedKey(ledger, writer, abortSignal);
  if (!sealKey) return undefined;
  const chain: SealedChain = {
    writer,
    sealKey,
    parts: parts.filter(({ bytes }) => bytes > 0),
    isGone: false,
  };
  const hashes: string[] = [];
  let size = 0;
  for await (const { lines } of readVouched(ledger, chain, CHAIN_START, abortSignal)) {
    if (lines[0]?.problem) return undefined;
    for (const { entry, place } of lines) {
      hashes[place.sequence % REMEMBERED_ENTRIES] = place.hash;
      if (entry?.kind !== 'checkpoint' || entry.signature === undefined) continue;
      const { data } = LedgerEntry.safeParse(entry);
      const signature = data?.kind === 'checkpoint' ? data.signature : undefined;
      if (!signature) return undefined;
      const { keyId, sequence, hash, value } = signature;
      const isNamed =
        sequence <= place.sequence &&
        place.sequence - sequence <= FARTHEST_SIGNED_ENTRY &&
        hashes[sequence % REMEMBERED_ENTRIES] === hash;
      // A process puts no signature on its chain but those that it got, so one that does not fit is forged.
      return isNamed && (await checkSignature(keyId, signedText(writer, signature), value))
        ? sealKey
        : undefined;
    }
    size += lines.reduce((sum, { bytes }) => sum + bytes, 0);
    if (size > MOST_UNFOUNDED_BYTES) return undefined;
  }
  return undefined;
}

/** Reads the seal key that the first entry of a chain names. Nothing vouches for it yet. */
async function readNamedKey(
  ledger: Pick<LedgerReader, 'read'>,
  writer: string,
  abortSignal: AbortSignal | undefined,
): Promise<SealPublicKey | undefined> {
  const { value: lines } = await readLines(ledger, writer, { part: 1 }, abortSignal).next();
  const [first] = lines ?? [];
  const entry = first?.isWhole === true ? parseEntry(first.text) : undefined;
  return entry?.kind === 'chain' ? SealPublicKey.safeParse(entry.sealKey).data : undefined;
}

function describeEnd({ parts }: LedgerChain): string {
  const last = parts.at(-1);
  return `${parts.length}.${last?.part}.${last?.bytes}`;
}
