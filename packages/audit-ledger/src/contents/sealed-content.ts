import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { fromBase64url, toBase64url } from '../keys/base64url.ts';
import type { SubjectKey } from './subject-keys.ts';

const SealedPart = z.strictObject({
  /** Of the whole part, of which no more than a bound is kept. */
  bytes: z.int().min(0),
  isTruncated: z.boolean(),
  iv: z.base64url(),
  tag: z.base64url(),
  ciphertext: z.base64url(),
});

/** The content of one call as it is stored: AES-256-GCM by the key of its data subject. */
export const SealedContent = z.strictObject({
  v: z.literal(1),
  recordId: z.string(),
  subject: z.string(),
  /** Of the subject's key; a subject that was erased and calls again has another one. */
  subjectKeyId: z.string(),
  parts: z.strictObject({ request: SealedPart.optional(), response: SealedPart.optional() }),
});
export type SealedContent = z.infer<typeof SealedContent>;

export type PartName = keyof SealedContent['parts'];

/** A part of a call's content, or the beginning of it. */
export interface PlainPart {
  readonly kept: Uint8Array;
  /** Of the whole part. */
  readonly bytes: number;
}

const ALGORITHM = 'aes-256-gcm';
/** https://csrc.nist.gov/pubs/sp/800/38/d/final — random ones of 96 bits are good for 2^32 contents of a subject. */
const IV_BYTES = 12;
const TAG_BYTES = 16;

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

/** @throws for what was changed, moved to another record, or sealed by another key. */
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

/** As it is stored. */
export function writeContent(content: SealedContent): { readonly text: string; readonly sha256: string } {
  const text = JSON.stringify(content);
  return { text, sha256: createHash('sha256').update(text).digest('hex') };
}

/** What names of all contents of a subject begin with. */
export function contentFolder(subject: string): string {
  return `${subject}/`;
}

export function contentName(subject: string, recordId: string): string {
  return `${contentFolder(subject)}${recordId}.json`;
}

/** A part can't be taken for that of another call. */
function boundTo({ subject, recordId }: Pick<SealedContent, 'recordId' | 'subject'>, part: PartName): Buffer {
  return Buffer.from(`${subject}/${recordId}/${part}`);
}
