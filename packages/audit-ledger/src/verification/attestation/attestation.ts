import { z } from 'zod';
import { EntryHash, WriterName } from '../../ledger/ledger-entry.ts';

const Size = z.int().min(0);

/** A chain that a verification read to its end, and of which nothing new can come. */
export const AttestedChain = z.strictObject({
  writer: WriterName,
  sequence: Size.describe('Sequence of its last entry, which the transparency log has as its last'),
  hash: EntryHash,
  shipped: z.int().min(-1).optional().describe('Sequence of its last shipped entry'),
  parts: z
    .array(
      z.strictObject({
        part: z.int().min(1),
        bytes: Size,
        modifiedAt: z.iso.datetime(),
        etag: z.string().min(1),
      }),
    )
    .min(1)
    .describe('Facts about its blobs that the storage service alone can set'),
  contentsUntil: z.iso
    .datetime()
    .optional()
    .describe(
      'Time of its last call with a content; the chain is read again until contents of then are deleted',
    ),
  isReadAgain: z.literal(true).optional().describe('True where it has an entry of an erasure'),
});
export type AttestedChain = z.infer<typeof AttestedChain>;

/** The statement of an auditor that a verification found nothing wrong. */
export const Attestation = z.strictObject({
  version: z.literal(1).describe('Version of the form and of the checks that were made'),
  ledger: z.string().describe('Address of the storage account'),
  scope: z.enum(['ledger-and-application-insights', 'ledger']),
  verifiedAt: z.iso.datetime(),
  from: z.iso.datetime().describe('Beginning of the first period that was verified'),
  to: z.iso.datetime(),
  comparedUntil: z.iso
    .datetime()
    .describe('Time up to which everything was due; attested chains were last written to before'),
  head: z
    .strictObject({ size: Size, root: EntryHash, time: z.iso.datetime() })
    .describe('Newest signed head of the transparency log'),
  chains: Size.describe('Number of attested chains'),
  sha256: EntryHash.describe('SHA-256 of the lines before, one for each chain, by their writers'),
});
export type Attestation = z.infer<typeof Attestation>;

/** The last line of the file of an attestation. */
export const SignedAttestation = z.strictObject({
  attestation: Attestation,
  signature: z.base64url().describe("ES256 by the auditor's key"),
});

/** The attested chains of a ledger, and the statement about them. The signature of both was checked. */
export interface AttestedLedger {
  readonly attestation: Attestation;
  /** Reads the chains, oldest writer first, anew each time. */
  chains(): AsyncIterable<AttestedChain>;
}

/** Gives the text that an auditor signs. Nothing that the audit key or a seal key signs begins like it. */
export function attestationText(attestation: Attestation): string {
  return `attestation.${JSON.stringify(Attestation.parse(attestation))}`;
}
