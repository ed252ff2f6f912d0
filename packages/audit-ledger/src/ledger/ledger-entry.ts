import { hash } from 'node:crypto';
import { z } from 'zod';
import { SealPublicKey } from '../keys/seal-key.ts';

/** The hash that the first entry of a chain names as the entry before. */
export const NO_PREVIOUS = '0'.repeat(64);

const Sequence = z.int().min(0);
/** The SHA-256 of an entry’s line, in hex. */
export const EntryHash = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hex');

/** The name of a chain's writer, which is one process from its start to its end. Names sort by start time. */
export const WriterName = z.string().regex(/^\d{8}T\d{9}Z-[0-9a-f]{8}$/, 'a name of a writer');

const Head = {
  v: z.literal(1),
  writer: WriterName,
  sequence: Sequence,
  previous: EntryHash.describe('Hash of the entry before; zeros in the first entry'),
  time: z.iso.datetime(),
};

/**
 * A checkpoint signature, made by the audit key over `{writer}.{sequence}.{hash}` of the entry that was the last when
 * signing began. Its hash commits to every entry before it.
 */
const Signature = z.strictObject({
  keyId: z.string(),
  algorithm: z.literal('PS256'),
  sequence: Sequence,
  hash: EntryHash,
  value: z.base64url(),
});

/** An entry of any chain, named so that no other can be taken for it. */
export const NamedEntry = z.strictObject({ writer: WriterName, sequence: Sequence, hash: EntryHash });
export type NamedEntry = z.infer<typeof NamedEntry>;

const RecordBody = z.record(z.string(), z.unknown());

/**
 * An entry, which is one line of the ledger. Each names the hash of the entry before it, so that none can be changed,
 * moved or taken out unseen.
 */
export const LedgerEntry = z.discriminatedUnion('kind', [
  z.strictObject({
    ...Head,
    kind: z.literal('chain'),
    policyVersion: z.string(),
    sealKey: SealPublicKey.describe('Key by which the seals of this chain are checked'),
  }),
  z
    .strictObject({ ...Head, kind: z.literal('seal'), value: z.base64url() })
    .describe(
      'ES256 by the seal key over `{writer}.{sequence}.{hash}` of the entry before and `.{time}` of the seal, which vouches for all entries before',
    ),
  z.strictObject({
    ...Head,
    kind: z.literal('key'),
    keyId: z.string(),
    digestKeyId: z.string(),
    wrapped: z.base64url(),
  }),
  z.strictObject({ ...Head, kind: z.literal('opening'), record: RecordBody }),
  z.strictObject({
    ...Head,
    kind: z.literal('closing'),
    record: RecordBody,
    corrects: EntryHash.optional().describe('Hash of the closing in the same chain that it corrects'),
    recovered: NamedEntry.optional().describe(
      'Opening of the call, where another process wrote the closing because the writer of the opening died',
    ),
  }),
  z.strictObject({
    ...Head,
    kind: z.literal('checkpoint'),
    shipped: z.strictObject({ sequence: z.int().min(-1), refused: z.int().min(0) }),
    opened: z.int().min(0),
    closed: z.int().min(0),
    tree: z
      .strictObject({ size: z.int().min(0), root: EntryHash })
      .optional()
      .describe('Newest signed head of the tree of all chains that the process knows'),
    signature: Signature.optional().describe(
      'Left out once one is on the chain, and when the key could not be reached',
    ),
  }),
  z.strictObject({
    ...Head,
    kind: z.literal('refusal'),
    refused: Sequence.describe('Sequence of the entry that Application Insights refuses'),
    refusedWriter: WriterName.optional().describe('Writer of that entry, where it is of another chain'),
    status: z.int(),
  }),
  z.strictObject({
    ...Head,
    kind: z.literal('unverified'),
    from: z.iso.datetime().describe('Time of the answer to the first of these calls'),
    to: z.iso.datetime().describe('Time of the answer to the last of these calls'),
    calls: z.int().min(1),
    codes: z
      .record(z.string(), z.int().min(1))
      .describe('Number of refused calls by the code of their error'),
    samples: z
      .array(
        z.strictObject({ time: z.iso.datetime(), dialect: z.string(), method: z.string(), code: z.string() }),
      )
      .describe('First calls of each kind'),
  }),
  z
    .strictObject({ ...Head, kind: z.literal('erasure'), subject: z.string(), reason: z.string() })
    .describe('The key and the contents of a data subject are to be deleted from now on'),
  z
    .strictObject({
      ...Head,
      kind: z.literal('erased'),
      subject: z.string(),
      erasure: NamedEntry,
      key: z.boolean().describe('True if there was a key to delete'),
      contents: z.int().min(0).describe('The number of contents that were deleted'),
    })
    .describe('Storage was read back after an erasure: neither the key nor a content is there'),
  z.strictObject({ ...Head, kind: z.literal('export'), from: z.iso.datetime(), to: z.iso.datetime() }),
  z.strictObject({ ...Head, kind: z.literal('end'), opened: z.int().min(0), closed: z.int().min(0) }),
]);
export type LedgerEntry = z.infer<typeof LedgerEntry>;

type Body<Entry> = Entry extends LedgerEntry
  ? Omit<Entry, 'v' | 'writer' | 'sequence' | 'previous' | 'time'>
  : never;

/** The content of an entry, without its place in the chain. */
export type EntryBody = Body<LedgerEntry>;

/** The place of an entry in its chain, with its hash. */
export interface EntryPlace {
  readonly sequence: number;
  readonly hash: string;
}

/** Gives the text that the signature of a checkpoint signs, to vouch for the entry at a place and all before. */
export function signedText(writer: string, { sequence, hash }: EntryPlace): string {
  return `${writer}.${sequence}.${hash}`;
}

/**
 * Gives the text that a seal signs, to vouch for the entry before it, all before that, and its own time.
 * @param seal the place and time of the seal.
 */
export function sealedText(
  writer: string,
  { sequence, previous, time }: Pick<LedgerEntry, 'sequence' | 'previous' | 'time'>,
): string {
  return `${signedText(writer, { sequence: sequence - 1, hash: previous })}.${time}`;
}

/**
 * A checkpoint signs an entry that is at most so many entries before it. A signature over an entry further back vouches
 * for nothing, so that a genuine one can't be moved to the end of a chain that was made anew.
 */
export const FARTHEST_SIGNED_ENTRY = 16_384;

/** Computes the hash of an entry, in hex. @param line the entry's line without its line break. */
export function hashEntry(line: Uint8Array | string): string {
  return hash('sha256', line);
}
