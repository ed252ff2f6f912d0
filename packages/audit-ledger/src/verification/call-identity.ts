const LONGEST_ID = 256;

/** The members of an opening or closing that identify its call. */
export interface CallIdentity {
  readonly id: string;
  /** True for a closing that another process wrote, because the writer of the opening died. */
  readonly isRecovered: boolean;
  /** The number of the correction; 0 for a closing that corrects no other. */
  readonly revision: number;
}

/** Reads the record of an opening or closing as far as it identifies its call; undefined where it names no call. */
export function readCallIdentity(members: Readonly<Record<string, unknown>>): CallIdentity | undefined {
  const record = members.record;
  if (typeof record !== 'object' || record === null) return undefined;
  const { id, revision } = record as { readonly id?: unknown; readonly revision?: unknown };
  if (typeof id !== 'string' || id.length > LONGEST_ID) return undefined;
  return {
    id,
    isRecovered: members.recovered !== undefined,
    revision: typeof revision === 'number' ? revision : 0,
  };
}

/**
 * Makes the key that only one closing of the ledger may have. A call may have one of each revision, and a recovered
 * one.
 */
export function closingKey({ id, isRecovered, revision }: CallIdentity): string {
  return isRecovered ? `${id}#recovered` : revision === 0 ? id : `${id}#${revision}`;
}
