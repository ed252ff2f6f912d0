import { globSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import type { TestedMutant } from './judge-mutants.ts';
import { FIRST, type MutatedFolder } from './mutated-folders.ts';
import { nameMutant } from './name-mutant.ts';
import { SAMPLE_CHECKER, type Sample } from './sample-plugin.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** Folders that Stryker's copy of the repository need not have. */
const IGNORED = ['/.local', '/dist'];

/**
 * Runs the tests of a folder against the mutants of a sample, two at a time, in a copy of the repository below
 * `.local/`. Each mutant is met by the tests alone that run its code.
 * @param file a file of the folder, whose mutants are then all drawn, and no others.
 * @returns all mutants of the folder or file.
 */
export async function runMutants(
  { folder, jestConfig, tests, share, first }: MutatedFolder,
  seed: number,
  file: string | undefined,
): Promise<readonly TestedMutant[]> {
  const files = file === undefined ? globSync(`${folder}/**/*.ts`, { cwd: ROOT }) : [file];
  const shareOf = (path: string): number =>
    file !== undefined ? 1 : first.includes(basename(path, '.ts')) ? share * FIRST : share;
  const sample: Sample = {
    seed,
    root: ROOT,
    shares: Object.fromEntries(files.map((path) => [path, shareOf(path)])),
  };
  const options = {
    mutate: files,
    testRunner: 'jest',
    jest: {
      projectType: 'custom',
      configFile: jestConfig,
      config: { testMatch: [`<rootDir>/${tests}/**/*.test.ts`] },
    },
    testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
    checkers: [SAMPLE_CHECKER],
    plugins: ['@stryker-mutator/jest-runner', join(import.meta.dirname, 'sample-plugin.ts')],
    coverageAnalysis: 'perTest',
    concurrency: 2,
    // A machine may be busy. A test that takes this much longer waits forever.
    timeoutMS: 60_000,
    dryRunTimeoutMinutes: 15,
    disableTypeChecks: false,
    ignorePatterns: IGNORED,
    tempDirName: '.local/mutants',
    cleanTempDir: 'always',
    reporters: ['progress-append-only'],
    sample,
  } satisfies ConstructorParameters<typeof Stryker>[0] & { readonly sample: Sample };
  // The files may change while the tests run.
  const sources = new Map(files.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));
  const results = await new Stryker(options).runMutationTest();
  return results.map(({ fileName, location: { start, end }, replacement, status }) => {
    const path = relative(ROOT, fileName);
    const location = { start: fromZero(start), end: fromZero(end) };
    return {
      file: path,
      lineNumber: start.line,
      ...nameMutant(sources.get(path) ?? '', { location, replacement }),
      isKilled: isKilled(status),
    };
  });
}

/** Stryker's results count lines and columns from 1. */
function fromZero({ line, column }: { readonly line: number; readonly column: number }) {
  return { line: line - 1, column: column - 1 };
}

function isKilled(status: string): boolean | undefined {
  if (status === 'Killed' || status === 'Timeout') return true;
  return status === 'Survived' || status === 'NoCoverage' ? false : undefined;
}
