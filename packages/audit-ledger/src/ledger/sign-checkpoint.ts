import type { AuditKey } from '../keys/audit-key.ts';
import { toBase64url } from '../keys/base64url.ts';
import { type EntryBody, type EntryPlace, signedText } from './ledger-entry.ts';

type CheckpointSignature = Extract<EntryBody, { kind: 'checkpoint' }>['signature'];

/**
 * Signs a place in a chain, and by its hash all entries before it. Undefined when the key can't be used; never rejects.
 */
export async function signCheckpoint(
  key: Pick<AuditKey, 'sign'>,
  writer: string,
  place: EntryPlace,
): Promise<CheckpointSignature> {
  try {
    const { keyId, value } = await key.sign(Buffer.from(signedText(writer, place)));
    const { sequence, hash } = place;
    return { keyId, algorithm: 'PS256', sequence, hash, value: toBase64url(value) };
  } catch {
    return undefined;
  }
}
