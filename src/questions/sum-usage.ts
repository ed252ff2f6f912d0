import type { CallTarget } from '../governance/call-target.ts';
import type { CatalogEntry } from '../governance/documents.ts';
import type { UsageGroup, UsageSum } from '@vertex-ai-gateway/audit-ledger/reading/audit-archive';
import type { Caller } from '../prediction/caller.ts';
import type { ReadingDependencies } from './list-records.ts';
import { resolvePeriod } from './period.ts';
import type { UsageQuestion } from './question.ts';

type Sums = Pick<
  UsageSum,
  | 'calls'
  | 'outcomes'
  | 'inputTokens'
  | 'outputTokens'
  | 'totalTokens'
  | 'cachedTokens'
  | 'cacheWriteTokens'
  | 'instances'
>;

/** The usage of several calls. */
export interface UsageFigures extends Sums {
  /** An estimate in US dollars by the prices that the catalog had at the time; left out when it has none. */
  readonly costInUsd?: number;
}

/** The usage of one model, day or operation; `model` is left out for calls that reached none of the catalog's. */
export interface UsageRow extends UsageFigures {
  /** The name of the catalog entry. */
  readonly model?: string;
  readonly day?: string;
  readonly operation?: string;
}

/** The usage of one APIM subscription in a period. */
export interface Usage {
  readonly policyVersion: string;
  readonly subscriptionId: string;
  readonly from: string;
  readonly to: string;
  readonly by: UsageGroup;
  readonly usage: readonly UsageRow[];
  readonly total: UsageFigures;
}

/**
 * Sums the usage of the caller's APIM subscription, of all applications together, as limits and quotas count it.
 * @throws GatewayError INVALID_REQUEST for its period.
 */
export async function sumUsage(
  { archive, governance, now }: ReadingDependencies,
  { subscriptionId }: Caller,
  { period: asked, by }: UsageQuestion,
  abortSignal: AbortSignal,
): Promise<Usage> {
  const period = resolvePeriod(asked, now());
  const { entries } = governance.documents.catalog;
  const names = knownNames(entries);
  const sums = await archive.sumUsage({ subscriptionId, period, by, names }, abortSignal);
  const figures = sums.map((sum) => {
    const resource = resourceOf(sum);
    const entry = resource && governance.findEntry(resource);
    return { key: by === 'model' ? entry?.name : sum[by], figures: withCost(sum, entry) };
  });
  const groups = Map.groupBy(figures, ({ key }) => key);
  return {
    policyVersion: governance.policyVersion,
    subscriptionId,
    from: period.from.toISOString(),
    to: period.to.toISOString(),
    by,
    usage: [...groups]
      .toSorted(([one], [other]) => compareKeys(one, other))
      .map(([key, group]) => ({
        ...(key !== undefined && { [by]: key }),
        ...addAll(group.map((one) => one.figures)),
      })),
    total: addAll(figures.map((one) => one.figures)),
  };
}

function knownNames(entries: readonly CatalogEntry[]) {
  const models = entries.flatMap((entry) => ('endpoint' in entry ? [] : [entry.model]));
  const names = entries.flatMap(({ name, alias }) => (alias === undefined ? [name] : [name, alias]));
  return {
    publishers: unique(entries.flatMap((entry) => ('endpoint' in entry ? [] : [entry.publisher]))),
    models: unique([...models, ...names]),
    endpoints: unique([
      ...entries.flatMap((entry) => ('endpoint' in entry ? [entry.endpoint] : [])),
      ...names,
    ]),
  };
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}

function resourceOf({ publisher, model, endpoint }: UsageSum): CallTarget['resource'] | undefined {
  if (endpoint !== undefined) return { kind: 'endpoint', endpoint };
  if (model === undefined) return undefined;
  return publisher === undefined ? { kind: 'name', name: model } : { kind: 'model', publisher, model };
}

function withCost(sum: UsageSum, entry: CatalogEntry | undefined): UsageFigures {
  const { calls, outcomes, inputTokens, outputTokens, totalTokens, costInUsd } = sum;
  const { cachedTokens, cacheWriteTokens, instances } = sum;
  const tokens = { inputTokens, outputTokens, totalTokens, cachedTokens, cacheWriteTokens };
  return {
    calls,
    outcomes,
    ...tokens,
    instances,
    ...((entry?.price !== undefined || costInUsd > 0) && { costInUsd }),
  };
}

const NOTHING: UsageFigures = {
  calls: 0,
  outcomes: { answered: 0, denied: 0, failed: 0, interrupted: 0, aborted: 0 },
  inputTokens: 0,
  outputTokens: 0,
  totalTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  instances: 0,
};

function addAll(all: readonly UsageFigures[]): UsageFigures {
  const { costInUsd: cost, ...sums } = all.reduce(add, NOTHING);
  // The rounding to a billionth of a dollar takes off what binary fractions add.
  return { ...sums, ...(cost !== undefined && { costInUsd: Number(cost.toFixed(9)) }) };
}

function add(one: UsageFigures, other: UsageFigures): UsageFigures {
  const costs = [one.costInUsd, other.costInUsd].filter((cost) => cost !== undefined);
  return {
    calls: one.calls + other.calls,
    outcomes: {
      answered: one.outcomes.answered + other.outcomes.answered,
      denied: one.outcomes.denied + other.outcomes.denied,
      failed: one.outcomes.failed + other.outcomes.failed,
      interrupted: one.outcomes.interrupted + other.outcomes.interrupted,
      aborted: one.outcomes.aborted + other.outcomes.aborted,
    },
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    totalTokens: one.totalTokens + other.totalTokens,
    cachedTokens: one.cachedTokens + other.cachedTokens,
    cacheWriteTokens: one.cacheWriteTokens + other.cacheWriteTokens,
    instances: one.instances + other.instances,
    ...(costs.length > 0 && { costInUsd: costs.reduce((sum, cost) => sum + cost, 0) }),
  };
}

/** Orders rows by their names; a row without a name comes last. */
function compareKeys(one: string | undefined, other: string | undefined): number {
  if (one === undefined || other === undefined)
    return Number(one === undefined) - Number(other === undefined);
  return one < other ? -1 : 1;
}
