import type { CatalogEntry } from '../governance/documents.ts';
import { endpointAddressOf } from '../governance/endpoint-address.ts';
import { hasEnded, retirementOf } from '../governance/retirement.ts';
import { readGoogleError, type GoogleError } from './google-error.ts';
import type { Run } from './run.ts';
import type { ProbeAnswer, ProbeFailure } from './send-probe.ts';

/** The answer of Vertex AI about one entry in one location. */
export interface VertexProbe {
  readonly entry: string;
  readonly project: string;
  readonly location: string;
  readonly status: number;
  readonly error: GoogleError;
}

/** The requests to Vertex AI of one examination, each made once. */
export interface VertexProbes {
  /** Asks for one entry of each project. */
  readonly first: () => Promise<VertexProbe[]>;
  /** Asks for every entry that has not retired, in every location whose host can be reached. */
  readonly all: () => Promise<VertexProbe[]>;
  /** The entries and locations that are left out: their host can't be reached, or there are too many. */
  readonly leftOut: () => Promise<string[]>;
}

/** The most requests that run at the same time. */
const AT_A_TIME = 8;
/** The most entries and locations that are asked for. A larger catalog has some left out. */
const MOST_PROBES = 250;

interface Target {
  readonly entry: CatalogEntry;
  readonly location: string;
  readonly name: string;
  readonly connectTo?: { readonly host: string; readonly port: number };
}

/** Creates the requests to Vertex AI. They cost nothing: they count tokens, or have a body that is refused. */
export function createVertexProbes(run: Run): VertexProbes {
  const { documents, addressOf, now } = run.dependencies;
  const at = new Date(now());
  const served = documents.catalog.entries.filter((entry) => !hasEnded(retirementOf(entry), at));
  const targets = served.flatMap((entry) =>
    entry.locations.map((location): Target => {
      const { name, host, port } = addressOf(location, endpointAddressOf(documents.catalog, entry, location));
      return {
        entry,
        location,
        name,
        ...(!(host === name && port === 443) && { connectTo: { host, port } }),
      };
    }),
  );
  const asked = new Map<Target, Promise<VertexProbe>>();
  const ask = (target: Target): Promise<VertexProbe> => {
    const known = asked.get(target);
    if (known) return known;
    const probe = askVertex(run, target);
    asked.set(target, probe);
    return probe;
  };
  const reachable = async (): Promise<Target[]> => {
    const reach = await run.reach();
    return targets.filter(({ name }) => !reach.failureOf(`https://${name}/`)).slice(0, MOST_PROBES);
  };
  return {
    first: async () => {
      const byProject = Map.groupBy(await reachable(), ({ entry }) => entry.project);
      return Promise.all([...byProject.values()].flatMap(([target]) => (target ? [ask(target)] : [])));
    },
    all: async () => inTurns(await reachable(), ask),
    leftOut: async () => {
      const kept = new Set(await reachable());
      return targets
        .filter((target) => !kept.has(target))
        .map(({ entry, location }) => `${entry.name} in ${location}`);
    },
  };
}

/** Asks for all targets, some at a time, in their order. */
async function inTurns(
  targets: readonly Target[],
  ask: (target: Target) => Promise<VertexProbe>,
): Promise<VertexProbe[]> {
  const answers: VertexProbe[] = [];
  const left = targets.entries();
  const work = async (): Promise<void> => {
    for (const [index, target] of left) answers[index] = await ask(target);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return answers;
}

async function askVertex(run: Run, { entry, location, name, connectTo }: Target): Promise<VertexProbe> {
  const { path, body } = requestFor(entry);
  const outcome = await run.dependencies.send({
    url: `https://${name}/v1/projects/${entry.project}/locations/${location}/${path}`,
    method: 'POST',
    headers: {
      authorization: `Bearer ${await run.accessToken()}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
    abortSignal: run.abortSignal,
    ...(connectTo && { connectTo }),
  });
  const { name: entryName, project } = entry;
  return { entry: entryName, project, location, status: statusOf(outcome), error: errorOf(outcome) };
}

function statusOf(outcome: ProbeAnswer | ProbeFailure): number {
  return outcome.kind === 'answer' ? outcome.status : 0;
}

function errorOf(outcome: ProbeAnswer | ProbeFailure): GoogleError {
  return outcome.kind === 'answer'
    ? readGoogleError(outcome)
    : { status: outcome.code, reason: undefined, permission: undefined };
}

const ONE_WORD = 'ping';
const CONTENTS = { contents: [{ role: 'user', parts: [{ text: ONE_WORD }] }] };

/**
 * Chooses the request for an entry. Counting tokens is free of charge. Other operations get an empty body, which is
 * refused after the permission has been checked and before a model works.
 * Claude's tokens are counted in few of its locations, so that its models get an empty body too.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/get-token-count
 */
function requestFor(entry: CatalogEntry): { readonly path: string; readonly body: object } {
  const operations: readonly string[] = entry.operations;
  const counts = operations.includes('countTokens');
  if ('endpoint' in entry) {
    const path = `endpoints/${entry.endpoint}`;
    if (counts) return { path: `${path}:countTokens`, body: CONTENTS };
    return { path: `${path}:${operations.includes('predict') ? 'predict' : 'rawPredict'}`, body: {} };
  }
  const { publisher, model } = entry;
  const path = `publishers/${publisher}/models`;
  if (publisher === 'anthropic') return { path: `${path}/${model}:rawPredict`, body: {} };
  if (counts) return { path: `${path}/${model}:countTokens`, body: CONTENTS };
  const operation = EMPTY_OPERATIONS.find((one) => operations.includes(one));
  if (operation !== undefined) return { path: `${path}/${model}:${operation}`, body: {} };
  return { path: 'endpoints/openapi/chat/completions', body: {} };
}

/** The operations that refuse an empty body. */
const EMPTY_OPERATIONS = ['predict', 'predictLongRunning', 'embedContent', 'rawPredict', 'generateContent'];
