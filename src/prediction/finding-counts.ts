import type { Finding } from './finding.ts';

/** The most kinds of findings that a record tells apart, so that its list fits into a property of Application Insights. */
const MAXIMUM_DISTINCT = 45;
/** The kind, and the detector, of all findings beyond those. */
const OTHERS = 'other';

/** The findings of one call. Those that are equal but for their count are one. */
export class FindingCounts {
  readonly #findings = new Map<string, Finding>();

  /**
   * Adds findings. Beyond 45 different ones, those of further kinds are counted together as `other`, for each direction
   * and action.
   */
  add(findings: readonly Finding[]): void {
    for (const finding of findings) if (finding.count > 0) this.#add(finding);
  }

  /** Lists the findings in the order in which they were first met; undefined without any. */
  list(): readonly Finding[] | undefined {
    return this.#findings.size === 0 ? undefined : [...this.#findings.values()];
  }

  #add(finding: Finding): void {
    const { kind, direction, action, detector, count } = finding;
    const key = [kind, direction, action, detector].join('\n');
    const known = this.#findings.get(key);
    if (!known && kind !== OTHERS && this.#findings.size >= MAXIMUM_DISTINCT)
      this.#add({ ...finding, kind: OTHERS, detector: OTHERS });
    else this.#findings.set(key, { kind, direction, action, detector, count: (known?.count ?? 0) + count });
  }
}
