import { SealPublicKey } from '../keys/seal-key.ts';
import type { createSignatureCheck } from '../keys/signature.ts';
import { type CheckpointSignature, readCheckpointSignature } from './checkpoint-signature.ts';
import { FARTHEST_SIGNED_ENTRY, hashEntry, NO_PREVIOUS, signedText } from './ledger-entry.ts';
import type { LedgerChain, LedgerReader } from './ledger-reader.ts';
import { parseEntry } from './parse-entry.ts';
import { readLines } from './read-lines.ts';

type CheckSignature = ReturnType<typeof createSignatureCheck>;

/** A line of a chain, as far as a founding is looked for in it. */
export interface FoundingLine {
  /** The hash of the line. */
  readonly hash: string;
  readonly isWhole: boolean;
  /** Undefined where the line is no entry. */
  readonly entry:
    | {
        readonly sequence: number;
        readonly previous: string;
        readonly kind: string;
        readonly members: Readonly<Record<string, unknown>>;
      }
    | undefined;
}

/** The most signatures that are tried. A gateway's first signature fits. */
const MOST_TRIES = 1_000;

/** Looks for the signature that founds a chain, while its lines are read from the beginning. */
interface FoundingFinder {
  /**
   * Takes further lines. Resolves with the key that seals the chain, once a signature of the audit key binds it to the
   * chain.
   */
  add(lines: readonly FoundingLine[]): Promise<SealPublicKey | undefined>;
}

/**
 * Makes a finder for one chain. The signature must fit the hash of an entry to which the chain's first entry leads by
 * the hashes; the first entry names the seal key.
 */
export function createFoundingFinder(writer: string, checkSignature: CheckSignature): FoundingFinder {
  /** The seal keys by the hashes of the last entries that their chain leads to. */
  const keys = new Map<string, SealPublicKey>();
  const hashes: string[] = [];
  let followed = 0;
  let tries = 0;

  const follow = ({ entry, hash, isWhole }: FoundingLine): void => {
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
        const signature: CheckpointSignature | undefined = readCheckpointSignature(line.entry);
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

/**
 * Finds the key that seals a chain, by reading the chain up to the signature that founds it; undefined where it has none.
 * @param mostBytes the bytes that are read before the search is given up.
 * @throws what the reader and the public keys throw, and the signal's reason.
 */
export async function findSealKey(
  ledger: Pick<LedgerReader, 'read'>,
  { writer, parts }: LedgerChain,
  checkSignature: CheckSignature,
  { mostBytes, abortSignal }: { readonly mostBytes: number; readonly abortSignal?: AbortSignal | undefined },
): Promise<SealPublicKey | undefined> {
  const finder = createFoundingFinder(writer, checkSignature);
  let read = 0;
  // A chain that is younger than the listing has no part there.
  const numbers = parts.length > 0 ? parts.map(({ part }) => part) : [1];
  for (const part of numbers)
    for await (const lines of readLines(ledger, writer, { part }, abortSignal)) {
      const found = await finder.add(lines.map(({ text, isWhole }) => asFoundingLine(text, isWhole, writer)));
      read += lines.reduce((sum, { bytes }) => sum + bytes, 0);
      if (found || read > mostBytes) return found;
    }
  return undefined;
}

function asFoundingLine(text: Buffer, isWhole: boolean, writer: string): FoundingLine {
  const entry = parseEntry(text);
  return {
    hash: hashEntry(text),
    isWhole,
    entry: entry?.writer === writer ? { ...entry, members: entry } : undefined,
  };
}
