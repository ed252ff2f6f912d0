import { EntryHash, NamedEntry } from '../ledger/ledger-entry.ts';

const LONGEST_ID = 256;

/** The members of an opening or closing that identify its call. */
export interface CallIdentity {
  readonly id: string;
  /** The number of the correction; 0 for a closing that corrects no other. */
  readonly revision: number;
  /** The hash of the closing that this one corrects. */
  readonly corrects?: string;
  /** The opening of the call, where another process wrote the closing because the writer of the opening died. */
  readonly recovered?: NamedEntry;
}

/** Reads the record of an opening or closing as far as it identifies its call; undefined where it names no call. */
export function readCallIdentity(members: Readonly<Record<string, unknown>>): CallIdentity | undefined {
  const { record, corrects, recovered } = members;
  if (typeof record !== 'object' || record === null) return undefined;
  const { id, revision } = record as { readonly id?: unknown; readonly revision?: unknown };
  if (typeof id !== 'string' || id.length > LONGEST_ID) return undefined;
  const identity = { id, revision: typeof revision === 'number' ? revision : 0 };
  if (corrects === undefined && recovered === undefined) return identity;
  const named = {
    corrects: EntryHash.optional().safeParse(corrects),
    recovered: NamedEntry.optional().safeParse(recovered),
  };
  if (!named.corrects.success || !named.recovered.success) return undefined;
  return {
    ...identity,
    ...(named.corrects.data !== undefined && { corrects: named.corrects.data }),
    ...(named.recovered.data && { recovered: named.recovered.data }),
  };
}

/**
 * Makes the key that only one closing of the ledger may have. A call may have one of each revision, and a recovered
 * one.
 */
export function closingKey({ id, recovered, revision }: CallIdentity): string {
  return recovered ? `${id}#recovered` : revision === 0 ? id : `${id}#${revision}`;
}
