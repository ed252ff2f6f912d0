import type { LedgerEvidence } from './evidence.ts';

/** The kinds of evidence beside the chains and the audit keys. */
type EvidenceKind = 'anchors' | 'cursors' | 'log' | 'contents' | 'records' | 'traffic';

/**
 * The scopes of a verification, and the evidence that belongs to each. An auditor chooses the scope. Evidence that
 * belongs to it and is not at hand is a skipped check, so that the ledger is not verified.
 */
const EVIDENCE_OF = {
  'ledger-and-application-insights': ['anchors', 'cursors', 'log', 'contents', 'records', 'traffic'],
  ledger: ['cursors', 'log', 'contents'],
  bundle: ['anchors', 'log'],
} as const satisfies Readonly<Record<string, readonly EvidenceKind[]>>;

/** One of the scopes. */
export type VerificationScope = keyof typeof EVIDENCE_OF;
export const VERIFICATION_SCOPES = Object.keys(EVIDENCE_OF) as readonly VerificationScope[];

/** Sentences about evidence that is not at hand. */
const SENTENCES: Readonly<Record<EvidenceKind, string>> = {
  anchors: 'The anchors in Application Insights were not at hand.',
  cursors: 'How far each chain was shipped was not at hand.',
  log: 'The transparency log was not at hand, or no public key to check its heads with.',
  contents: 'The contents in storage were not held against the records.',
  records: 'The records in Application Insights were not held against the ledger.',
  traffic: "The edge's requests were not held against the records.",
};

/** Gives a sentence for each kind of evidence that belongs to the scope and is not at hand. */
export function describeMissingEvidence(evidence: LedgerEvidence, scope: VerificationScope): string[] {
  return EVIDENCE_OF[scope].filter((kind) => evidence[kind] === undefined).map((kind) => SENTENCES[kind]);
}
