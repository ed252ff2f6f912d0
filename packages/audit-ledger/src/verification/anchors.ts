import { WriterName } from '../ledger/ledger-entry.ts';
import type { Anchor } from './evidence.ts';

/** The hashes of anchors by their sequence, by the writer of their chain. */
export type AnchorIndex = ReadonlyMap<string, ReadonlyMap<number, string>>;

/** The hash of an entry that is known by several. No entry has it, so whoever is wrong, that is found. */
const SEVERAL_HASHES = '';

/** Indexes the anchors that name an entry. */
export function indexAnchors(anchors: readonly Anchor[]): AnchorIndex {
  const byWriter = new Map<string, Map<number, string>>();
  for (const anchor of anchors) {
    if (!namesEntry(anchor)) continue;
    const { writer, sequence, hash } = anchor;
    const known = byWriter.get(writer) ?? new Map<number, string>();
    const isSame = (known.get(sequence) ?? hash) === hash;
    known.set(sequence, isSame ? hash : SEVERAL_HASHES);
    byWriter.set(writer, known);
  }
  return byWriter;
}

/** Tells whether a writer and a sequence can be those of an entry. Others are no names of an entry of any ledger. */
export function namesEntry({ writer, sequence }: Pick<Anchor, 'writer' | 'sequence'>): boolean {
  return sequence >= 0 && WriterName.safeParse(writer).success;
}
