import { LedgerEntry } from './ledger-entry.ts';

/** The signature of a checkpoint, and the place that it signs. */
export type CheckpointSignature = NonNullable<Extract<LedgerEntry, { kind: 'checkpoint' }>['signature']>;

/** Reads the signature of a checkpoint; undefined for other entries, and for a checkpoint without one. */
export function readCheckpointSignature(
  entry: { readonly kind: string; readonly members: Readonly<Record<string, unknown>> } | undefined,
): CheckpointSignature | undefined {
  if (entry?.kind !== 'checkpoint') return undefined;
  const parsed = LedgerEntry.safeParse(entry.members).data;
  return parsed?.kind === 'checkpoint' ? parsed.signature : undefined;
}
