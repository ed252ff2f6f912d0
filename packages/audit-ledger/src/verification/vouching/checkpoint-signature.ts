import { LedgerEntry } from '../../ledger/ledger-entry.ts';
import type { ChainLine } from '../read-chain.ts';

/** The signature of a checkpoint, and the place that it signs. */
export type CheckpointSignature = NonNullable<Extract<LedgerEntry, { kind: 'checkpoint' }>['signature']>;

/** Reads the signature of a checkpoint; undefined for other lines, and for a checkpoint without one. */
export function readCheckpointSignature({ entry }: ChainLine): CheckpointSignature | undefined {
  if (entry?.kind !== 'checkpoint') return undefined;
  const parsed = LedgerEntry.safeParse(entry.members).data;
  return parsed?.kind === 'checkpoint' ? parsed.signature : undefined;
}
