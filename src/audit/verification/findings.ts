import type { Finding } from './finding.ts';

/** More than this are counted, and not listed. */
export const MOST_LISTED = 1_000;

/** What was found wrong so far, in bounded memory. */
export interface Findings {
  readonly add: (finding: Finding) => void;
  count(): number;
  list(): Finding[];
}

export function createFindings(): Findings {
  const listed: Finding[] = [];
  let count = 0;
  return {
    add(finding) {
      count += 1;
      if (listed.length < MOST_LISTED) listed.push(finding);
    },
    count: () => count,
    list: () => listed,
  };
}
