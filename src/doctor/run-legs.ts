import { broken, type Finding, notTried } from './finding.ts';
import type { Leg } from './leg.ts';
import { LEG_TITLES, type LegName, type LegReport } from './report.ts';
import type { Run } from './run.ts';
import type { ProbeFailure } from './send-probe.ts';

const TIMEOUT_IN_MS = 10_000;

/** The leg that is broken when a service gives no answer. */
const LEG_OF_FAILURE: Readonly<Record<ProbeFailure['reason'], LegName>> = {
  name: 'dns',
  connection: 'connections',
  timeout: 'connections',
  certificate: 'tls',
};

/**
 * Examines legs side by side, each after those that it needs. A leg whose precondition is broken is not tried.
 * @returns the reports in the order of the legs.
 */
export function runLegs(legs: readonly Leg[], run: Run): Promise<LegReport[]> {
  const reports = new Map<LegName, Promise<LegReport>>();
  const reportOf = (leg: Leg): Promise<LegReport> => {
    const known = reports.get(leg.name);
    if (known) return known;
    const report = findingOf(leg)
      .catch(unexamined)
      .then((finding) => ({
        leg: leg.name,
        title: LEG_TITLES[leg.name],
        ...finding,
      }));
    reports.set(leg.name, report);
    return report;
  };
  const findingOf = async (leg: Leg): Promise<Finding> => {
    const needed = legs.filter(({ name }) => leg.needs.includes(name));
    for (const report of await Promise.all(needed.map(reportOf))) {
      const { status, because = report.leg } = report;
      if (status === 'broken' || status === 'not-tried') return notTried(because, reasonOf(because));
    }
    for (const url of leg.urls?.(run.dependencies) ?? []) {
      const failure = (await run.reach()).failureOf(url);
      const because = failure && LEG_OF_FAILURE[failure.reason];
      if (because) return notTried(because, reasonOf(because));
    }
    return limited(leg, run);
  };
  return Promise.all(legs.map(reportOf));
}

function reasonOf(leg: LegName): string {
  return `the leg “${LEG_TITLES[leg]}” (${leg}) is broken.`;
}

/** Stands for a leg whose examination threw. No word of the error is shown, as it may hold anything. */
function unexamined(): Finding {
  return broken('It could not be examined.', ['Ask again, and read the log of the function app.']);
}

async function limited(leg: Leg, run: Run): Promise<Finding> {
  const { timeoutInMs = TIMEOUT_IN_MS } = leg;
  const { promise: late, resolve } = Promise.withResolvers<Finding>();
  const timer = setTimeout(() => {
    resolve(
      broken(`It was not examined within ${timeoutInMs / 1000} s.`, [
        'Ask again. If it stays so, look at the services of this leg, one of which hangs.',
      ]),
    );
  }, timeoutInMs);
  const examined = Promise.resolve()
    .then(() => leg.examine(run))
    .catch(unexamined);
  try {
    return await Promise.race([examined, late]);
  } finally {
    clearTimeout(timer);
  }
}
