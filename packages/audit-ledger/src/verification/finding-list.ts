import { type Finding, FINDING_KINDS, type FindingKind } from './finding.ts';

/** The most findings that are listed. Others are only counted. */
export const MOST_LISTED = 1_000;

/**
 * Collects findings in bounded memory. When not all can be listed, each kind has its share of the list, so that many
 * findings of one kind do not hide those of another.
 */
export interface FindingList {
  /** Adds a finding, or all findings of another list. Those that the other doesn't list are counted. */
  readonly add: (found: Finding | FindingList) => void;
  /** Gives the number of all findings. */
  count(): number;
  /**
   * Lists the findings in the order in which they were added, or kind by kind when there are more than can be listed.
   */
  list(): Finding[];
}

/** Starts an empty list. */
export function createFindingList(): FindingList {
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
    add(found) {
      if ('kind' in found) {
        count += 1;
        keep(found);
      } else {
        count += found.count();
        found.list().forEach(keep);
      }
    },
    count: () => count,
    list: () => (count <= MOST_LISTED ? inOrder : shareOut(kept)),
  };
}

/**
 * Shares the list out among the kinds. The unused rest goes to kinds that need more, in the order of `FINDING_KINDS`.
 */
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
