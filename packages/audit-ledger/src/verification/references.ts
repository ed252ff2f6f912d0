import type { CallIdentity } from './call-identity.ts';
import { createIdSet, hashId, type IdHash } from './id-set.ts';
import type { HashedPlace } from './record-place.ts';

/** A correction follows soon on the closing that it names. One whose closing is no longer remembered is a doubt. */
const REMEMBERED_CLOSINGS = 100_000;
/** The most closings that are kept because the entry that they name was not met. Those beyond are only counted. */
const MOST_UNMET = 10_000;

/** A closing that corrects another, or recovers a call of another chain. */
export interface Reference {
  readonly call: CallIdentity;
  readonly closing: HashedPlace;
}

/**
 * Holds closings that correct or recover against the entries that they name, as these are read. It keeps 64 bits of each
 * of the last closings.
 */
export interface References {
  /** Notes a closing, which others may correct or which itself corrects or recovers. */
  closed(call: CallIdentity, closing: HashedPlace): void;
  /** Notes a closing that neither corrects nor recovers, by its correctable hash. */
  plainlyClosed(low: number, high: number): void;
  /** Notes an opening. @returns true when a closing that was noted recovers it. */
  opened(call: CallIdentity, opening: HashedPlace): boolean;
  /** Gives the closings whose entry was not met, and the number of those that were too many to be kept. */
  unmet(): { readonly references: ReadonlySet<Reference>; readonly others: number };
}

/** Starts without any closings. @param seed the seed of hashes. */
export function createReferences(seed: number): References {
  let [recent, older] = [createIdSet(seed), createIdSet(seed)];
  const recoveries = new Map<string, Reference>();
  const unmet = new Set<Reference>();
  let others = 0;
  const hashOf = (
    { id, revision }: Pick<CallIdentity, 'id' | 'revision'>,
    { writer, hash }: Pick<HashedPlace, 'writer' | 'hash'>,
  ): IdHash => hashId(hash, createCorrectableSeed(writer, seed)(...hashId(id, seed), revision));
  /** Tells whether the closing that another corrects was noted before it: the last one of its call in its chain. */
  const isMet = ({ call: { id, corrects, revision }, closing: { writer } }: Reference): boolean => {
    if (corrects === undefined) return false;
    const named = hashOf({ id, revision: revision - 1 }, { writer, hash: corrects });
    return recent.hasHash(...named) || older.hasHash(...named);
  };
  const note = (low: number, high: number): void => {
    if (recent.count() >= REMEMBERED_CLOSINGS) [recent, older] = [createIdSet(seed), recent];
    recent.addHash(low, high);
  };
  return {
    closed(call, closing) {
      note(...hashOf(call, closing));
      if (!call.recovered && call.corrects === undefined && call.revision === 0) return;
      const reference = { call, closing };
      if (!call.recovered && isMet(reference)) return;
      if (unmet.size >= MOST_UNMET) {
        others += 1;
        return;
      }
      unmet.add(reference);
      if (call.recovered && !recoveries.has(call.id)) recoveries.set(call.id, reference);
    },
    plainlyClosed: note,
    opened(call, opening) {
      const reference = recoveries.get(call.id);
      if (!reference || !isNamedBy(reference, 'opening', call, opening)) return false;
      recoveries.delete(call.id);
      return unmet.delete(reference);
    },
    unmet: () => ({ references: unmet, others }),
  };
}

/**
 * Makes the seed by which the hash of a closing is hashed, so that a correction finds the closing that it names: of the call
 * and the revision, in the chain of a writer. `low` and `high` are the hash of the call's id.
 */
export function createCorrectableSeed(writer: string, seed: number) {
  const [ofWriter] = hashId(writer, seed);
  return (low: number, high: number, revision: number): number =>
    ofWriter ^ low ^ Math.imul(high, 0x9e3779b1) ^ revision;
}

/**
 * Tells whether an entry is the one that a closing names: the opening that it recovers, or an earlier closing of the same
 * call in its own chain.
 */
export function isNamedBy(
  { call, closing }: Reference,
  kind: 'opening' | 'closing',
  { id, revision }: CallIdentity,
  { writer, sequence, hash }: HashedPlace,
): boolean {
  if (id !== call.id) return false;
  const { recovered, corrects } = call;
  if (recovered)
    return (
      kind === 'opening' &&
      recovered.writer === writer &&
      recovered.sequence === sequence &&
      recovered.hash === hash
    );
  const isEarlier = closing.writer === writer && sequence < closing.sequence && revision < call.revision;
  return kind === 'closing' && isEarlier && corrects === hash;
}

/** Tells whether a closing closes the call of an opening: any of its own chain does, and one that recovers it. */
export function closes(reference: Reference, opening: HashedPlace): boolean {
  const { call, closing } = reference;
  if (call.recovered) return isNamedBy(reference, 'opening', call, opening);
  return closing.writer === opening.writer;
}
