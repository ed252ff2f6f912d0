import { z } from 'zod';
import { FINDING_KINDS } from './finding.ts';

const Count = z.int().min(0);

const FindingMembers = z.strictObject({
  kind: z.enum(FINDING_KINDS),
  message: z.string().describe('One sentence that says what is wrong'),
  writer: z.string().optional().describe('The writer of the chain'),
  part: Count.optional().describe('The part of the chain, from 1'),
  line: Count.optional().describe('The line of the part, from 1'),
  sequence: Count.optional().describe('The entry, or the first one of several'),
  lastSequence: Count.optional().describe('The last entry of several'),
  recordId: z.string().optional().describe('The record'),
  traceId: z.string().optional().describe('The W3C trace id of the call'),
  file: z.string().optional().describe('The file of a bundle'),
});

/** What a verification read, and everything that it found wrong. */
export const VerificationReport = z.strictObject({
  version: z.literal(1),
  verifiedAt: z.iso.datetime(),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  isIntact: z.boolean().describe('Whether nothing at all was found wrong'),
  findings: z.array(FindingMembers).describe('Up to 1,000'),
  findingCount: Count.describe('How many there are, with those that are not listed'),
  chains: Count,
  parts: Count,
  entries: Count,
  bytes: Count,
  openings: Count,
  closings: Count,
  open: Count.describe('Openings too young to miss their closing'),
  unshipped: Count.describe('Closings too young to miss in Application Insights'),
  anchors: Count,
  signatures: Count.describe('Checkpoints whose signature fits'),
  unsigned: Count.describe('Checkpoints without a signature'),
  comparedRecords: Count.optional().describe('Records in Application Insights held against the ledger'),
  requests: Count.optional().describe('Requests that the edge counted in the period'),
  recordedRequests: Count.optional().describe('Records in the period, those of the edge itself as well'),
  notChecked: z.array(z.string()).describe('What this verification could not look at, and why'),
});
export type VerificationReport = z.infer<typeof VerificationReport>;
