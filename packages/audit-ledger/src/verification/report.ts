import { z } from 'zod';
import { FINDING_KINDS } from './finding.ts';

const Count = z.int().min(0);

/** The schema of a finding in a report. */
export const VerificationFinding = z
  .strictObject({
    kind: z.enum(FINDING_KINDS).describe('What is wrong'),
    message: z.string().describe('One sentence that says what is wrong'),
    writer: z.string().optional().describe('The writer of the chain'),
    part: Count.optional().describe('The part of the chain, from 1'),
    line: Count.optional().describe('The line of the part, from 1'),
    sequence: Count.optional().describe('The entry, or the first one of several'),
    lastSequence: Count.optional().describe('The last entry of several'),
    recordId: z.string().optional().describe('The record'),
    traceId: z.string().optional().describe('The W3C trace id of the call'),
    file: z.string().optional().describe('The file of a bundle'),
  })
  .describe('One thing that is wrong, and where.');

/** The schema of a report: the counts of a verification, and its findings. */
export const VerificationReport = z
  .strictObject({
    version: z.literal(1).describe('Version of the form of this report'),
    verifiedAt: z.iso.datetime().describe('When it was verified'),
    from: z.iso.datetime().describe('The beginning of the period'),
    to: z.iso.datetime().describe('The first instant outside'),
    isIntact: z.boolean().describe('Whether nothing at all was found wrong'),
    findings: z.array(VerificationFinding).describe('Up to 1,000'),
    findingCount: Count.describe('How many there are, with those that are not listed'),
    chains: Count.describe('Chains that were read, one for each writer'),
    parts: Count.describe('Their parts'),
    entries: Count.describe('Their entries'),
    bytes: Count.describe('Their size'),
    openings: Count.describe('Calls that were opened on the ledger before Google was called'),
    closings: Count.describe('Records'),
    unverified: Count.describe(
      'Calls that did not show that API Management made them: they are counted, and no records',
    ),
    open: Count.describe('Openings too young to miss their closing'),
    unshipped: Count.describe('Closings too young to miss in Application Insights'),
    anchors: Count.describe('Heads of chains that Application Insights knows'),
    signatures: Count.describe('Checkpoints whose signature fits'),
    unsigned: Count.describe('Checkpoints without a signature'),
    comparedRecords: Count.optional().describe('Records in Application Insights held against the ledger'),
    requests: Count.optional().describe('Requests that the edge counted in the period'),
    recordedRequests: Count.optional().describe('Records in the period, those of the edge itself as well'),
    notChecked: z.array(z.string()).describe('What this verification could not look at, and why'),
  })
  .describe('What was verified, and everything that is wrong.');
export type VerificationReport = z.infer<typeof VerificationReport>;
