import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { CheckStatus, type Checker, type CheckResult } from '@stryker-mutator/api/check';
import type { Mutant, StrykerOptions } from '@stryker-mutator/api/core';
import { commonTokens, declareClassPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import { isDrawn } from './draw-sample.ts';
import { nameMutant } from './name-mutant.ts';

/** The sample of a run. It stands in Stryker's options, since its workers are processes of their own. */
export interface Sample {
  readonly seed: number;
  /** The root of the repository. */
  readonly root: string;
  /** The share of the mutants that are drawn from each file, by its path from the root. */
  readonly shares: Readonly<Record<string, number>>;
}

/** The name by which Stryker's options ask for the checker. */
export const SAMPLE_CHECKER = 'sample';

/**
 * Keeps Stryker from running mutants outside of the sample. Stryker has no samples; its only way to leave single mutants out
 * is a checker, which tells of mutants that do not compile.
 * https://stryker-mutator.io/docs/stryker-js/guides/create-a-plugin/
 */
class SampleChecker implements Checker {
  static readonly inject = tokens(commonTokens.options);
  readonly #sample: Sample;
  readonly #sources = new Map<string, string>();

  constructor(options: StrykerOptions) {
    this.#sample = (options as StrykerOptions & { readonly sample: Sample }).sample;
  }

  init(): Promise<void> {
    return Promise.resolve();
  }

  group(mutants: readonly Mutant[]): Promise<string[][]> {
    return Promise.resolve([mutants.map(({ id }) => id)]);
  }

  check(mutants: readonly Mutant[]): Promise<Record<string, CheckResult>> {
    return Promise.resolve(Object.fromEntries(mutants.map((mutant) => [mutant.id, this.#check(mutant)])));
  }

  #check(mutant: Mutant): CheckResult {
    const { seed, root, shares } = this.#sample;
    const file = relative(root, mutant.fileName);
    const name = nameMutant(this.#read(mutant.fileName), mutant);
    return isDrawn(seed, shares[file] ?? 0, file, name)
      ? { status: CheckStatus.Passed }
      : { status: CheckStatus.CompileError, reason: 'The mutant is not in the sample.' };
  }

  #read(path: string): string {
    const source = this.#sources.get(path) ?? readFileSync(path, 'utf8');
    this.#sources.set(path, source);
    return source;
  }
}

/** The export by which Stryker finds the checker. */
export const strykerPlugins = [declareClassPlugin(PluginKind.Checker, SAMPLE_CHECKER, SampleChecker)];

/** The export by which Stryker knows the option. */
export const strykerValidationSchema = { properties: { sample: { type: 'object' } } };
