import type { SealPublicKey } from '../../keys/seal-key.ts';
import { createSignatureCheck, type PublicKeys } from '../../keys/signature.ts';
import type { LedgerChain, LedgerReader } from '../../ledger/ledger-reader.ts';
import { isYoung } from '../chain-times.ts';
import { type ChainLine, readChain } from '../read-chain.ts';
import { createFoundingFinder } from './find-founding.ts';
import { createStandingSettler } from './settle-standing.ts';

/** The most lines that are kept while the signature that founds a chain is looked for. Longer chains are read again. */
const MOST_KEPT = 4_096;

/** A chain whose founding is known. */
export interface OpenedChain {
  /**
   * `founded`: the audit key vouches for it. `young`: it has no signature yet, and cannot miss one. `unfounded`: the
   * audit key vouches for nothing in it. `unknown`: no key is at hand to tell.
   */
  readonly founding: 'founded' | 'young' | 'unfounded' | 'unknown';
  /** The lines of the chain in their order, once. The stream throws what the reader throws. */
  readonly lines: AsyncGenerator<readonly ChainLine[], void>;
}

/** Reads chains, and tells which of their lines are evidence. */
export interface EvidenceReader {
  /** Lists all chains as they are now. @throws what the reader throws. */
  list(): ReturnType<LedgerReader['list']>;
  /** Opens a chain. @throws what the reader throws. */
  open(chain: LedgerChain): Promise<OpenedChain>;
}

/**
 * Makes a reader that holds at most some thousand lines of a chain.
 * @param publicKeys the audit keys. Without them every line counts as evidence.
 * @param now the time of the verification.
 */
export function createEvidenceReader(
  reader: LedgerReader,
  publicKeys: PublicKeys | undefined,
  now: Date,
  abortSignal: AbortSignal | undefined,
): EvidenceReader {
  const checkSignature = publicKeys && createSignatureCheck(publicKeys);
  return {
    list: () => reader.list(abortSignal),
    async open(chain) {
      const read = (isEvidence: boolean) => readChain(reader, chain, isEvidence, abortSignal);
      if (!checkSignature) return { founding: 'unknown', lines: read(true) };
      const finder = createFoundingFinder(chain.writer, checkSignature);
      const lines = read(false);
      const beginning: ChainLine[] = [];
      let sealKey: SealPublicKey | undefined;
      let count = 0;
      for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
        count += next.value.length;
        if (count <= MOST_KEPT) beginning.push(...next.value);
        sealKey = await finder.add(next.value);
        if (sealKey) break;
      }
      const all = count <= MOST_KEPT ? startingWith(beginning, lines) : read(false);
      if (sealKey)
        return { founding: 'founded', lines: settle(all, createStandingSettler(chain.writer, sealKey)) };
      return isYoung(chain, now)
        ? { founding: 'young', lines: asEvidence(all) }
        : { founding: 'unfounded', lines: all };
    },
  };
}

async function* startingWith(
  beginning: readonly ChainLine[],
  others: AsyncGenerator<readonly ChainLine[], void>,
): AsyncGenerator<readonly ChainLine[], void> {
  yield beginning;
  yield* others;
}

async function* settle(
  lines: AsyncGenerator<readonly ChainLine[], void>,
  settler: ReturnType<typeof createStandingSettler>,
): AsyncGenerator<readonly ChainLine[], void> {
  for await (const read of lines) {
    const settled = settler.add(read);
    if (settled.length > 0) yield settled;
  }
  yield settler.end();
}

async function* asEvidence(
  lines: AsyncGenerator<readonly ChainLine[], void>,
): AsyncGenerator<readonly ChainLine[], void> {
  for await (const read of lines) yield read.map((line) => ({ ...line, isEvidence: true }));
}
