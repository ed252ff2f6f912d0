import type { SealPublicKey } from '../../keys/seal-key.ts';
import { createSignatureCheck, type PublicKeys } from '../../keys/signature.ts';
import { createFoundingFinder } from '../../ledger/find-founding.ts';
import type { LedgerChain, LedgerReader } from '../../ledger/ledger-reader.ts';
import { isYoung } from '../../ledger/chain-times.ts';
import { type ChainLine, readChain } from '../read-chain.ts';
import { type ChainStretch, readSealed } from '../scanning/read-sealed.ts';
import type { ScanRules } from '../scanning/scan-sealed.ts';
import type { Scanners } from '../scanning/scanners.ts';
import { settleLines } from './settle-standing.ts';

/** The most lines that are kept while the signature that founds a chain is looked for. Longer chains are read again. */
const MOST_KEPT = 4_096;

/**
 * `founded`: the audit key vouches for the chain. `young`: it has no signature yet, and cannot miss one. `unfounded`: the
 * audit key vouches for nothing in it. `unknown`: no key is at hand to tell.
 */
export type Founding = 'founded' | 'young' | 'unfounded' | 'unknown';

/** A chain whose founding is known. */
export interface OpenedChain {
  readonly founding: Founding;
  /** The lines of the chain in their order, once. The stream throws what the reader throws. */
  readonly lines: AsyncGenerator<readonly ChainLine[], void>;
}

/** A chain whose founding is known, which is read in stretches where a gateway wrote it and nobody else. */
export interface OpenedStretches {
  readonly founding: Founding;
  /** The stretches of the chain in their order, once. The stream throws what the reader and the scanners throw. */
  readonly stretches: AsyncGenerator<ChainStretch, void>;
}

/** The lines that are to be shown, and the scanners that look for them. */
export interface Scanning {
  readonly rules: Omit<ScanRules, 'writer' | 'sealKey'>;
  readonly scanners: Scanners;
}

/** Reads chains, and tells which of their lines are evidence. */
export interface EvidenceReader {
  /** Opens a chain whose lines are all looked at. @throws what the reader throws. */
  open(chain: LedgerChain): Promise<OpenedChain>;
  /** Opens a chain of which most lines need no look. @throws what the reader throws. */
  openStretches(chain: LedgerChain, scanning: Scanning): Promise<OpenedStretches>;
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
  /** Looks for the founding of a chain. `lines` are all its lines, none of which counts yet. */
  const find = async (chain: LedgerChain) => {
    const read = (isEvidence: boolean) => readChain(reader, chain, isEvidence, abortSignal);
    if (!checkSignature) return { founding: 'unknown', lines: read(true) } as const;
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
    if (sealKey) return { founding: 'founded', sealKey, lines: all } as const;
    return isYoung(chain, now)
      ? ({ founding: 'young', lines: asEvidence(all) } as const)
      : ({ founding: 'unfounded', lines: all } as const);
  };
  return {
    async open(chain) {
      const found = await find(chain);
      if (found.founding !== 'founded') return found;
      const { founding, sealKey, lines } = found;
      return { founding, lines: settleLines(lines, chain.writer, sealKey) };
    },
    async openStretches(chain, { rules, scanners }) {
      const found = await find(chain);
      const { founding, lines } = found;
      if (found.founding !== 'founded') return { founding, stretches: lines };
      const { writer } = chain;
      const own = { ...rules, writer, sealKey: found.sealKey };
      return { founding, stretches: readSealed({ reader, chain, rules: own, scanners, abortSignal }) };
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

async function* asEvidence(
  lines: AsyncGenerator<readonly ChainLine[], void>,
): AsyncGenerator<readonly ChainLine[], void> {
  for await (const read of lines) yield read.map((line) => ({ ...line, isEvidence: true }));
}
