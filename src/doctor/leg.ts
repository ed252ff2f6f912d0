import type { DoctorDependencies } from './examination.ts';
import type { Finding } from './finding.ts';
import type { LegName } from './report.ts';
import type { Run } from './run.ts';

/** One leg of the way, and how it is examined. */
export interface Leg {
  readonly name: LegName;
  /** The legs without which this one says nothing. It is not tried if one of them is broken. */
  readonly needs: readonly LegName[];
  /** The addresses of services that must be reachable; none when left out. */
  readonly urls?: (dependencies: DoctorDependencies) => readonly string[];
  /** The time limit; 10 s when left out. */
  readonly timeoutInMs?: number;
  /** Examines the leg. What it throws counts as broken, and no word of it is shown. */
  examine(run: Run): Finding | Promise<Finding>;
}
