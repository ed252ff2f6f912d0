import type { CallTarget } from '../governance/call-target.ts';
import type { CatalogEntry } from '../governance/documents.ts';
import { SUMMED_FIELDS, type UsageGroup, type UsageSum } from '@vertex-ai-gateway/audit-ledger/reading';
import { OUTCOMES, type SummedField } from '@vertex-ai-gateway/audit-ledger/record';
import type { Caller } from '../prediction/caller.ts';
import type { ReadingDependencies } from './list-records.ts';
import { resolvePeriod } from './period.ts';
import type { UsageQuestion } from './question.ts';

/** The sums that every row has. The cost is left out where the catalog has no price. */
type CountedField = Exclude<SummedField, 'costInUsd'>;

/** The usage of several calls. */
export interface UsageFigures extends Pick<UsageSum, 'calls' | 'outcomes' | CountedField> {
  /** An estimate in US dollars by the prices that the catalog had at the time; left out when it has none. */
  readonly costInUsd?: number;
}

/** The usage of one model, day, operation or kind of findings; `model` is left out for calls that reached none of the catalog's. */
export interface UsageRow extends UsageFigures {
  /** The name of the catalog entry. */
  readonly model?: string;
  readonly day?: string;
  readonly operation?: string;
  /** The kind of the findings; a call with several kinds is in the row of each. */
  readonly finding?: string;
  /** The number of values that were found of the kind. */
  readonly findings?: number;
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
  const sumBy = (group: UsageGroup) =>
    archive.sumUsage({ subscriptionId, period, by: group, names }, abortSignal);
  // Rows by finding have some calls several times and others not at all, so their total is not that of the calls.
  const [sums, all] = await Promise.all([sumBy(by), by === 'finding' ? sumBy('model') : undefined]);
  const read = (sum: UsageSum) => {
    const resource = resourceOf(sum);
    const entry = resource && governance.findEntry(resource);
    const { findings = 0 } = sum;
    return { key: by === 'model' ? entry?.name : sum[by], findings, figures: withCost(sum, entry) };
  };
  const figures = sums.map(read);
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
        ...(by === 'finding' && { findings: group.reduce((sum, { findings }) => sum + findings, 0) }),
        ...addAll(group.map((one) => one.figures)),
      })),
    total: addAll((all?.map(read) ?? figures).map((one) => one.figures)),
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

const COUNTED_FIELDS = SUMMED_FIELDS.map(({ name }) => name).filter((name) => name !== 'costInUsd');

function withCost(sum: UsageSum, entry: CatalogEntry | undefined): UsageFigures {
  const { calls, outcomes, costInUsd } = sum;
  return {
    calls,
    outcomes,
    ...countEach(COUNTED_FIELDS, (name) => sum[name]),
    ...((entry?.price !== undefined || costInUsd > 0) && { costInUsd }),
  };
}

const NOTHING: UsageFigures = {
  calls: 0,
  outcomes: countEach(OUTCOMES, () => 0),
  ...countEach(COUNTED_FIELDS, () => 0),
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
    outcomes: countEach(OUTCOMES, (outcome) => one.outcomes[outcome] + other.outcomes[outcome]),
    ...countEach(COUNTED_FIELDS, (name) => one[name] + other[name]),
    ...(costs.length > 0 && { costInUsd: costs.reduce((sum, cost) => sum + cost, 0) }),
  };
}

function countEach<Name extends string>(
  names: readonly Name[],
  count: (name: Name) => number,
): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, count(name)])) as Record<Name, number>;
}

/** Orders rows by their names; a row without a name comes last. */
function compareKeys(one: string | undefined, other: string | undefined): number {
  if (one === undefined || other === undefined)
    return Number(one === undefined) - Number(other === undefined);
  return one < other ? -1 : 1;
}
