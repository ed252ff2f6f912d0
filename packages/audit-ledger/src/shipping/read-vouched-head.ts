import { countFitting } from '../ledger/count-fitting.ts';
import { type EntryPlace, hashEntry } from '../ledger/ledger-entry.ts';
import type { LedgerReader } from '../ledger/ledger-reader.ts';
import { type AnyEntry, parseEntry } from '../ledger/parse-entry.ts';
import { type PartStretch, readLines } from '../ledger/read-lines.ts';
import { CHAIN_START, fits, MOST_UNSEALED_BYTES, readVouched, type SealedChain } from './read-vouched.ts';

/** The last seal of a chain that fits. */
export interface VouchedHead extends EntryPlace {
  /** True when the entry before the seal is the end of the chain. */
  readonly hasEnded: boolean;
}

/** A seal of a chain, and the kind of the entry before it. */
interface Seal extends EntryPlace {
  readonly entry: AnyEntry;
  readonly kindBefore: string | undefined;
}

/** The end of a chain and its seal take fewer bytes. */
const END_BYTES = 2_048;
/** The bytes before the end of a chain that are searched for seals, in this order. Most chains have one in the first. */
const WINDOWS = [1024 * 1024, MOST_UNSEALED_BYTES];

/**
 * Finds the last seal of a chain that fits; undefined where there is none. It reads the last megabytes of a chain, and
 * the whole chain where these have no such seal.
 * @param chain a chain as it was listed, with its authentic seal key.
 * @throws what the reader throws, and the signal's reason.
 */
export async function readVouchedHead(
  ledger: Pick<LedgerReader, 'read'>,
  chain: SealedChain,
  abortSignal?: AbortSignal,
): Promise<VouchedHead | undefined> {
  const last = chain.parts?.at(-1);
  for (const window of WINDOWS) {
    if (!last) break;
    const stretch = { part: last.part, offset: Math.max(0, last.bytes - window) };
    const seals = await readSeals(ledger, chain.writer, stretch, abortSignal);
    const seal = seals[countFitting(seals, ({ entry }) => fits(entry, chain)) - 1];
    // The end is the head of a chain that somebody has added to, though its own key seals that.
    const end = seal && seals.find(({ entry, kindBefore }) => kindBefore === 'end' && fits(entry, chain));
    if (seal) return asHead(end ?? seal);
  }
  let head: VouchedHead | undefined;
  for await (const { lines } of readVouched(ledger, chain, CHAIN_START, abortSignal)) {
    const seal = lines.at(-1);
    if (seal) head = asHead({ ...seal.place, kindBefore: lines.at(-2)?.entry?.kind });
  }
  return head;
}

/**
 * Tells whether the last lines of a chain say that its writer ended it in order, and a fitting seal vouches for that.
 * Nothing else of the chain is read.
 * @throws what the reader throws, and the signal's reason.
 */
export async function hasEnded(
  ledger: Pick<LedgerReader, 'read'>,
  chain: SealedChain,
  abortSignal?: AbortSignal,
): Promise<boolean> {
  const last = chain.parts?.at(-1);
  if (!last) return false;
  const stretch = { part: last.part, offset: Math.max(0, last.bytes - END_BYTES) };
  const seal = (await readSeals(ledger, chain.writer, stretch, abortSignal)).at(-1);
  return seal?.kindBefore === 'end' && fits(seal.entry, chain);
}

/** Reads the seals of a stretch. Each vouches by itself for the entry before it. */
async function readSeals(
  ledger: Pick<LedgerReader, 'read'>,
  writer: string,
  stretch: PartStretch,
  abortSignal: AbortSignal | undefined,
): Promise<Seal[]> {
  const seals: Seal[] = [];
  let before: { readonly hash: string; readonly kind: string | undefined } | undefined;
  for await (const lines of readLines(ledger, writer, stretch, abortSignal))
    for (const { text, isWhole } of lines) {
      const entry = isWhole ? parseEntry(text) : undefined;
      const hash = hashEntry(text);
      // A copy of an older seal is no newer head.
      if (
        entry?.kind === 'seal' &&
        entry.writer === writer &&
        entry.sequence > (seals.at(-1)?.sequence ?? -1)
      ) {
        const kindBefore = before?.hash === entry.previous ? before.kind : undefined;
        seals.push({ entry, hash, sequence: entry.sequence, kindBefore });
      }
      before = { hash, kind: entry?.kind };
    }
  return seals;
}

function asHead({ sequence, hash, kindBefore }: Omit<Seal, 'entry'>): VouchedHead {
  return { sequence, hash, hasEnded: kindBefore === 'end' };
}
