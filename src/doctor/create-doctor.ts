import { COMMON_LEGS, EDGE_LEGS } from './all-legs.ts';
import type { DoctorDependencies, EdgeHeaders } from './examination.ts';
import type { DoctorReport, LegReport } from './report.ts';
import { createRun, type Run } from './run.ts';
import { runLegs } from './run-legs.ts';

/** Examines the whole way, leg by leg. */
export interface Doctor {
  /**
   * Reports on every leg. One examination runs at a time, and those who ask meanwhile get its report. A report is given
   * again for 15 s, so that asking often asks the services no more.
   * @param edge the headers of the question; undefined where it did not come through API Management.
   */
  examine(edge: EdgeHeaders | undefined): Promise<DoctorReport>;
}

const KEPT_FOR_IN_MS = 15_000;
/** The time limit of everything. Legs have limits of their own, which are shorter together. */
const TIMEOUT_IN_MS = 60_000;

interface Examined {
  readonly at: number;
  readonly run: Run;
  readonly legs: Promise<readonly LegReport[]>;
  isRunning: boolean;
}

/** Creates the doctor. Nothing is asked before the first examination. */
export function createDoctor(dependencies: DoctorDependencies): Doctor {
  const { now, sight, policyVersion } = dependencies;
  let last: Examined | undefined;

  function begin(): Examined {
    const run = createRun(dependencies, AbortSignal.timeout(TIMEOUT_IN_MS));
    const legs = runLegs(COMMON_LEGS, run);
    const examined: Examined = { at: now(), run, legs, isRunning: true };
    const settle = (): void => {
      examined.isRunning = false;
    };
    legs.then(settle, settle);
    return examined;
  }

  return {
    async examine(edge) {
      if (!last || (!last.isRunning && now() - last.at > KEPT_FOR_IN_MS)) last = begin();
      const { at, run, legs } = last;
      const [common, own] = await Promise.all([legs, runLegs(EDGE_LEGS, { ...run, edge })]);
      const reports = [...common, ...own];
      const broken = reports.filter(({ status }) => status === 'broken').map(({ leg }) => leg);
      return {
        version: 1,
        examinedAt: new Date(at).toISOString(),
        sight,
        policyVersion,
        isWell: broken.length === 0,
        broken,
        legs: reports,
      };
    },
  };
}
