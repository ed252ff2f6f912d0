import type { DoctorDependencies } from './examination.ts';
import { keyOf, listServices, type Service } from './services.ts';
import type { ProbeAnswer, ProbeFailure } from './send-probe.ts';

/** The outcome of asking a service without credentials. */
export interface Reached {
  readonly service: Service;
  readonly outcome: ProbeAnswer | ProbeFailure;
}

/** The outcomes of asking all services. */
export class Reach {
  readonly all: readonly Reached[];

  constructor(all: readonly Reached[]) {
    this.all = all;
  }

  /** The services that gave no answer for a reason. */
  failed(reason: ProbeFailure['reason']): (Service & Pick<ProbeFailure, 'code'>)[] {
    return this.all.flatMap(({ service, outcome }) =>
      outcome.kind === 'failure' && outcome.reason === reason ? [{ ...service, code: outcome.code }] : [],
    );
  }

  /** The services that answered. */
  get answered(): { readonly service: Service; readonly answer: ProbeAnswer }[] {
    return this.all.flatMap(({ service, outcome }) =>
      outcome.kind === 'answer' ? [{ service, answer: outcome }] : [],
    );
  }

  /** The failure of the service of a URL; undefined when it answered. */
  failureOf(url: string): ProbeFailure | undefined {
    const key = keyOf({ url });
    const reached = this.all.find(({ service }) => keyOf(service) === key);
    return reached?.outcome.kind === 'failure' ? reached.outcome : undefined;
  }
}

/** Asks every service once, side by side, without credentials. Any answer shows that it can be reached. */
export async function reachServices(
  dependencies: DoctorDependencies,
  abortSignal: AbortSignal,
): Promise<Reach> {
  const asked = listServices(dependencies).map(async (service) => {
    const { url, connectTo } = service;
    const outcome = await dependencies.send({ url, abortSignal, ...(connectTo && { connectTo }) });
    return { service, outcome };
  });
  return new Reach(await Promise.all(asked));
}
