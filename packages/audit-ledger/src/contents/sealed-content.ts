import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { fromBase64url, toBase64url } from '../keys/base64url.ts';
import type { SubjectKey } from './subject-keys.ts';

const SealedPart = z.strictObject({
  /** The size of the whole part, of which only the beginning may be kept. */
  bytes: z.int().min(0),
  isTruncated: z.boolean(),
  iv: z.base64url(),
  tag: z.base64url(),
  ciphertext: z.base64url(),
});

/** The content of one call as it is stored: encrypted with AES-256-GCM by the key of its data subject. */
export const SealedContent = z.strictObject({
  v: z.literal(1),
  recordId: z.string(),
  subject: z.string(),
  /** The id of the subject's key. A subject that was erased and calls again has another key. */
  subjectKeyId: z.string(),
  parts: z.strictObject({ request: SealedPart.optional(), response: SealedPart.optional() }),
});
export type SealedContent = z.infer<typeof SealedContent>;

/** The name of a part of a content: `request` or `response`. */
export type PartName = keyof SealedContent['parts'];

/** A part of a call's content, or the beginning of it. */
export interface PlainPart {
  readonly kept: Uint8Array;
  /** The size of the whole part. */
  readonly bytes: number;
}

const ALGORITHM = 'aes-256-gcm';
/**
 * Random initialization vectors of 96 bits suffice for 2^32 parts of a subject:
 * https://csrc.nist.gov/pubs/sp/800/38/d/final
 */
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts the parts of a content. Each ciphertext is bound to its subject, its record and its part. */
export function sealContent(
  place: Pick<SealedContent, 'recordId' | 'subject'>,
  key: SubjectKey,
  parts: ReadonlyMap<PartName, PlainPart>,
): SealedContent {
  const sealed = [...parts].map(([name, { kept, bytes }]) => {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, key.secret, iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(boundTo(place, name));
    const ciphertext = toBase64url(Buffer.concat([cipher.update(kept), cipher.final()]));
    const isTruncated = kept.byteLength < bytes;
    return [
      name,
      { bytes, isTruncated, iv: toBase64url(iv), tag: toBase64url(cipher.getAuthTag()), ciphertext },
    ];
  });
  const { recordId, subject } = place;
  return { v: 1, recordId, subject, subjectKeyId: key.id, parts: Object.fromEntries(sealed) as object };
}

/**
 * Decrypts the parts of a content. @throws for one that was changed, moved to another record, or sealed by another key.
 */
export function openContent(content: SealedContent, key: SubjectKey): Map<PartName, PlainPart> {
  return new Map(
    (['request', 'response'] as const).flatMap((name) => {
      const part = content.parts[name];
      if (!part) return [];
      const decipher = createDecipheriv(ALGORITHM, key.secret, fromBase64url(part.iv), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(boundTo(content, name));
      decipher.setAuthTag(fromBase64url(part.tag));
      const kept = Buffer.concat([decipher.update(fromBase64url(part.ciphertext)), decipher.final()]);
      return [[name, { kept, bytes: part.bytes }] as const];
    }),
  );
}

/** Writes a content as it is stored. `sha256`: the hash of the text, in hex. */
export function writeContent(content: SealedContent): { readonly text: string; readonly sha256: string } {
  const text = JSON.stringify(content);
  return { text, sha256: createHash('sha256').update(text).digest('hex') };
}

/** The prefix of the names of all contents of a subject. */
export function contentFolder(subject: string): string {
  return `${subject}/`;
}

/** The name of the blob that holds the content of a record. */
export function contentName(subject: string, recordId: string): string {
  return `${contentFolder(subject)}${recordId}.json`;
}

/** The additional authenticated data of a part, so that it can't be taken for a part of another call. */
function boundTo({ subject, recordId }: Pick<SealedContent, 'recordId' | 'subject'>, part: PartName): Buffer {
  return Buffer.from(`${subject}/${recordId}/${part}`);
}
