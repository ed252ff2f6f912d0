import { type Finding, FINDING_KINDS, type FindingKind } from './finding.ts';

/** More than this are counted, and not listed. */
export const MOST_LISTED = 1_000;

/**
 * What was found wrong so far, in bounded memory. Where not all can be listed, each kind has its share of the list, so
 * that many findings of one kind hide none of another.
 */
export interface Findings {
  readonly add: (finding: Finding) => void;
  /** All that another one has, those that it doesn't list included. */
  readonly addAll: (others: Findings) => void;
  count(): number;
  /** In the order in which they were found; kind by kind where there are more than can be listed. */
  list(): Finding[];
}

export function createFindings(): Findings {
  const kept = new Map<FindingKind, Finding[]>();
  const inOrder: Finding[] = [];
  let count = 0;
  const keep = (finding: Finding): void => {
    if (inOrder.length < MOST_LISTED) inOrder.push(finding);
    const ofKind = kept.get(finding.kind) ?? [];
    if (ofKind.length < MOST_LISTED) ofKind.push(finding);
    kept.set(finding.kind, ofKind);
  };
  return {
    add(finding) {
      count += 1;
      keep(finding);
    },
    addAll(others) {
      count += others.count();
      others.list().forEach(keep);
    },
    count: () => count,
    list: () => (count <= MOST_LISTED ? inOrder : shareOut(kept)),
  };
}

/** What a kind leaves of its share goes to those that need more, first come first served. */
function shareOut(kept: ReadonlyMap<FindingKind, readonly Finding[]>): Finding[] {
  const kinds = FINDING_KINDS.flatMap((kind) => (kept.has(kind) ? [kept.get(kind) ?? []] : []));
  const share = Math.floor(MOST_LISTED / kinds.length);
  let left = MOST_LISTED - kinds.reduce((sum, { length }) => sum + Math.min(length, share), 0);
  return kinds.flatMap((findings) => {
    const more = Math.min(left, Math.max(0, findings.length - share));
    left -= more;
    return findings.slice(0, share + more);
  });
}
