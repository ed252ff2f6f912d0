import type { OPERATIONS, Price } from './documents.ts';

type Operation = (typeof OPERATIONS)[number];

const UNITS = ['perCall', 'perPrediction', 'perSecondOfVideo', 'perMillionInputTokens'] as const;

/** The member of a price that names its unit. */
type Unit = (typeof UNITS)[number];

/**
 * The units that can be counted for a call of each operation: from its answer, or for videos from its request. Counts of
 * tokens are free, and calls about a job do not tell its usage, so that any price fits beside them.
 */
const UNITS_OF: Readonly<Record<Operation, readonly Unit[]>> = {
  predict: ['perCall', 'perPrediction', 'perMillionInputTokens'],
  rawPredict: ['perCall', 'perPrediction', 'perMillionInputTokens'],
  streamRawPredict: ['perCall', 'perPrediction', 'perMillionInputTokens'],
  explain: ['perCall', 'perPrediction'],
  generateContent: ['perCall', 'perMillionInputTokens'],
  streamGenerateContent: ['perCall', 'perMillionInputTokens'],
  countTokens: UNITS,
  computeTokens: UNITS,
  embedContent: ['perCall', 'perMillionInputTokens'],
  predictLongRunning: ['perCall', 'perSecondOfVideo'],
  directPredict: ['perCall'],
  directRawPredict: ['perCall'],
  serverStreamingPredict: ['perCall'],
  chatCompletions: ['perCall', 'perMillionInputTokens'],
  batchPredict: UNITS,
  cacheContent: ['perCall', 'perMillionInputTokens'],
};

/** A price that cannot be applied to every operation of its entry. */
export interface UnfitPrice {
  readonly unit: Unit;
  /** The operations whose calls do not tell the unit. */
  readonly operations: readonly Operation[];
  /** The units that calls of every operation tell. */
  readonly units: readonly Unit[];
}

/** Finds the operations that a price cannot be applied to; undefined when it can be applied to all. */
export function findUnfitPrice(price: Price, operations: readonly Operation[]): UnfitPrice | undefined {
  const unit = UNITS.find((name) => name in price) ?? 'perCall';
  const unfit = operations.filter((operation) => !UNITS_OF[operation].includes(unit));
  if (unfit.length === 0) return undefined;
  const units = UNITS.filter((name) => operations.every((operation) => UNITS_OF[operation].includes(name)));
  return { unit, operations: unfit, units };
}
