import type { Finding, FindingKind } from '../../src/verification/finding.ts';

/** The cases of kinds that have several, by the sentences of their findings. */
const CASES: readonly (readonly [FindingKind, RegExp, string])[] = [
  ['chain-changed', /^Entr(?:y|ies) .* (?:was|were) removed[:,]/, 'removed'],
  ['chain-changed', /^Entr(?:y|ies) .* (?:was|were) altered: /, 'altered'],
  ['chain-changed', /^Entr(?:y|ies) .* (?:was|were) moved: /, 'reordered'],
  ['chain-changed', /^Something was inserted into the chain /, 'inserted'],
  ['chain-changed', /^The chain of \S+ was rewritten: /, 'rewritten'],
  ['chain-changed', /^The chain of \S+ ended with entry .* follows?: /, 'after-end'],
  ['chain-changed', /^The whole chain of \S+ is missing /, 'chain-missing'],
  [
    'bad-signature',
    /(?:signed with|is by) a key that is (?:none of the audit keys|not known)\.$/,
    'unknown-key',
  ],
  [
    'bad-signature',
    /not made by the audit key|does not fit: |was not written yet|further back than a gateway signs|do not fit that others/,
    'bad-signature',
  ],
  ['contradicts-ledger', /is not the same in Application Insights and in the ledger/, 'differs'],
  [
    'contradicts-ledger',
    /the ledger has no such record\.$|names no entry of the ledger\.$/,
    'unknown-to-ledger',
  ],
  ['contradicts-ledger', / of them were not compared\.$/, 'too-many'],
];

/** The case of a finding where its kind has several, by its sentence; else its kind. */
export function caseOf({ kind, message }: Pick<Finding, 'kind' | 'message'>): string {
  const cases = CASES.filter(([ofKind]) => ofKind === kind);
  if (cases.length === 0) return kind;
  const [one, ...others] = cases.filter(([, sentence]) => sentence.test(message));
  if (!one || others.length > 0) throw new Error(`Not one case of ${kind}: ${message}`);
  return one[2];
}
