import { z } from 'zod';
import { FINDING_KINDS } from './finding.ts';
import { VERIFICATION_SCOPES } from './scope.ts';

const Count = z.int().min(0);

/** The schema of a finding in a report. */
export const VerificationFinding = z
  .strictObject({
    kind: z.enum(FINDING_KINDS).describe('Kind of the finding, by what it asks of an auditor'),
    message: z.string().describe('Sentence that says what is wrong'),
    writer: z.string().optional().describe('Writer of the chain'),
    part: Count.optional().describe('Part of the chain, from 1'),
    line: Count.optional().describe('Line of the part, from 1'),
    sequence: Count.optional().describe('Sequence of the entry, or of the first of several'),
    lastSequence: Count.optional().describe('Sequence of the last of several entries'),
    recordId: z.string().optional().describe('Id of the record'),
    traceId: z.string().optional().describe('W3C trace id of the call'),
    file: z.string().optional().describe('Path of a file of a bundle, or of the transparency log'),
  })
  .describe('One thing that is wrong, with its place.');

/** The schema of a report: the counts of a verification, and its findings. */
export const VerificationReport = z
  .strictObject({
    version: z.literal(1).describe('Version of the form of this report'),
    verifiedAt: z.iso.datetime().describe('Time of the verification'),
    from: z.iso.datetime().describe('Beginning of the period'),
    to: z.iso.datetime().describe('End of the period: the first instant outside'),
    scope: z
      .enum(VERIFICATION_SCOPES)
      .describe('Evidence that the verification was asked to hold against each other'),
    isIntact: z
      .boolean()
      .describe('True when everything of the scope was checked and nothing was found wrong'),
    findings: z.array(VerificationFinding).describe('Findings, 1,000 of them at most'),
    findingCount: Count.describe('Number of findings, also of those that are not listed'),
    chains: Count.describe('Chains that were read, one for each writer'),
    parts: Count.describe('Parts of these chains'),
    entries: Count.describe('Entries of these chains that count, because they are vouched for or young'),
    young: Count.describe('Entries of them in chains that are too young to be vouched for'),
    bytes: Count.describe('Size of these chains in bytes'),
    openings: Count.describe('Calls that were opened on the ledger before Google was called'),
    closings: Count.describe('Calls that were closed, each with its record'),
    unverified: Count.describe(
      'Calls that did not show that API Management made them: they are counted, and not on record',
    ),
    open: Count.describe('Openings too young to miss their closing'),
    unshipped: Count.describe('Closings too young to miss in Application Insights'),
    anchors: Count.describe('Heads of chains that Application Insights knows'),
    signatures: Count.describe('Checkpoints whose signature fits'),
    unsigned: Count.describe('Checkpoints without a signature'),
    leaves: Count.optional().describe('Heads of chains that the transparency log has in the period'),
    treeHeads: Count.optional().describe('Signed heads of the transparency log in the period'),
    witnessedHeads: Count.optional().describe(
      'Signed heads of the transparency log that its witness has too',
    ),
    comparedRecords: Count.optional().describe(
      'Records in Application Insights that were compared with the ledger',
    ),
    requests: Count.optional().describe('Requests that the edge counted in the period'),
    recordedRequests: Count.optional().describe('Records in the period, also those of the edge itself'),
    attestedAt: z.iso.datetime().optional().describe('Time of the verification that attested chains'),
    attestedChains: Count.optional().describe(
      'Chains that were attested, are unchanged in storage, and were not read',
    ),
    attestedEntries: Count.optional().describe('Entries of these chains'),
    readAgain: Count.optional().describe('Chains that were attested and were read again'),
    notChecked: z
      .array(z.string())
      .describe('Sentences about everything of the scope that could not be checked'),
    notRead: z
      .array(z.string())
      .optional()
      .describe('Sentences about the parts of the ledger that the period leaves out'),
  })
  .describe('Report of a verification: its counts, and everything that is wrong.');
export type VerificationReport = z.infer<typeof VerificationReport>;
