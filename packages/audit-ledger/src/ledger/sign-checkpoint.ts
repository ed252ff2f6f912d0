import type { AuditKey } from '../keys/audit-key.ts';
import { toBase64url } from '../keys/base64url.ts';
import type { EntryBody } from './ledger-entry.ts';
import type { EntryPlace } from './ledger-writer.ts';

type CheckpointSignature = Extract<EntryBody, { kind: 'checkpoint' }>['signature'];

/**
 * Signs a place in a chain, and by its hash all entries before it. Undefined when the key can't be used; never rejects.
 */
export async function signCheckpoint(
  key: Pick<AuditKey, 'sign'>,
  writer: string,
  { sequence, hash }: EntryPlace,
): Promise<CheckpointSignature> {
  try {
    const { keyId, value } = await key.sign(Buffer.from(`${writer}.${sequence}.${hash}`));
    return { keyId, algorithm: 'PS256', sequence, hash, value: toBase64url(value) };
  } catch {
    return undefined;
  }
}
