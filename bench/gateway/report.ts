import { median } from '../statistics.ts';
import type { Figures } from './workloads.ts';

/** The figures of each target in each round, by the target's name. */
export type Rounds = ReadonlyMap<string, readonly Figures[]>;

/** A table of one figure: a line for each target. */
export interface Reported {
  readonly title: string;
  readonly figure: string;
  readonly unit: string;
  /** True when the upstream's own figure of the same round is taken away. */
  readonly added?: boolean;
}

const NAME_WIDTH = 34;
const FIGURE_WIDTH = 36;

/** The target by whose figures of the same round another's are divided. */
export interface Base {
  /** The heading of the column of ratios. */
  readonly title: string;
  /** Gives the name of a target's base. */
  readonly of: (target: string) => string;
}

/**
 * Prints the median of a figure's rounds and, in brackets, the smallest and the largest; then its ratio to the base's in the
 * same round, in the same form.
 * @param upstream the name of the target that is the upstream itself.
 */
export function printFigure(
  { title, figure, unit, added = false }: Reported,
  rounds: Rounds,
  base: Base,
  upstream?: string,
): void {
  const valuesOf = (name = ''): number[] =>
    (rounds.get(name) ?? []).map((figures) => figures[figure] ?? Number.NaN);
  const taken = added ? valuesOf(upstream) : [];
  const shown = (name: string): number[] => valuesOf(name).map((value, round) => value - (taken[round] ?? 0));
  console.log(`\n${`${title} (${unit})`.padEnd(NAME_WIDTH + FIGURE_WIDTH + 2)}× ${base.title}`);
  for (const name of rounds.keys()) {
    const values = shown(name);
    if (name === upstream || values.length === 0 || values.some(Number.isNaN)) continue;
    const bases = shown(base.of(name));
    const ratios = values.map((value, round) => value / (bases[round] ?? Number.NaN));
    const ratio = name === base.of(name) || ratios.some(Number.isNaN) ? '' : format(ratios);
    console.log(`  ${name.padEnd(NAME_WIDTH)}${format(values).padEnd(FIGURE_WIDTH)}${ratio}`);
  }
}

function format(values: readonly number[]): string {
  const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)].map((value) =>
    value.toPrecision(3),
  );
  return `${Number(middle)} (${Number(least)}–${Number(most)})`;
}
