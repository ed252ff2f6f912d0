import type { DoctorDependencies, EdgeHeaders } from './examination.ts';
import { exchangeSubjectToken, type Exchange } from './exchange.ts';
import { impersonate, type Impersonation } from './impersonation.ts';
import { type Reach, reachServices } from './reach.ts';
import type { ProbeAnswer, ProbeFailure } from './send-probe.ts';
import { createVertexProbes, type VertexProbes } from './vertex-probes.ts';

/** One examination. What several legs look at is asked for once. */
export interface Run {
  readonly dependencies: DoctorDependencies;
  readonly abortSignal: AbortSignal;
  /** The headers of the question; undefined where no question came through API Management. */
  readonly edge: EdgeHeaders | undefined;
  readonly reach: () => Promise<Reach>;
  /** Gets the managed identity's token for the exchange. @throws when there is none. */
  readonly subjectToken: () => Promise<string>;
  /** Exchanges that token. @throws when there is none. */
  readonly exchange: () => Promise<Exchange>;
  /** Impersonates the service account; undefined where none is configured. @throws without a token for it. */
  readonly impersonation: () => Promise<Impersonation | undefined>;
  /** Gets the access token for Google: a person's own, or the function app's. @throws when there is none. */
  readonly accessToken: () => Promise<string>;
  /** Fetches the keys by which API Management's token is verified. */
  readonly keySet: () => Promise<ProbeAnswer | ProbeFailure>;
  readonly vertexProbes: () => VertexProbes;
}

/** Begins an examination. Nothing is asked before a leg needs it. */
export function createRun(dependencies: DoctorDependencies, abortSignal: AbortSignal): Run {
  const { settings, send, azureToken, sight, googleToken } = dependencies;
  const federatedToken = async (): Promise<string> => required((await run.exchange()).accessToken);
  const run: Run = {
    dependencies,
    abortSignal,
    edge: undefined,
    reach: once(() => reachServices(dependencies, abortSignal)),
    subjectToken: once(() => azureToken(settings.GOOGLE_SUBJECT_TOKEN_RESOURCE)),
    exchange: once(async () => exchangeSubjectToken(dependencies, await run.subjectToken(), abortSignal)),
    impersonation: once(async () => {
      const { GOOGLE_SERVICE_ACCOUNT: account } = settings;
      if (account === undefined) return undefined;
      return impersonate(dependencies, account, await federatedToken(), abortSignal);
    }),
    accessToken: once(async () => {
      if (sight === 'developer') return required(await googleToken?.());
      const impersonation = await run.impersonation();
      return impersonation ? required(impersonation.accessToken) : federatedToken();
    }),
    keySet: once(() => send({ url: settings.API_MANAGEMENT_JWKS_URI, abortSignal })),
    vertexProbes: once(() => createVertexProbes(run)),
  };
  return run;
}

function required(token: string | undefined): string {
  if (token === undefined) throw new Error('There is no token.');
  return token;
}

/** Gives what a function gives, calling it once at most. */
function once<Value>(get: () => Value): () => Value {
  let got: { readonly value: Value } | undefined;
  return () => (got ??= { value: get() }).value;
}
