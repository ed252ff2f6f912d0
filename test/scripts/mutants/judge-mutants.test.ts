import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { EQUIVALENT_MUTANTS } from '../../../scripts/mutants/equivalent-mutants.ts';
import { judgeMutants, type TestedMutant } from '../../../scripts/mutants/judge-mutants.ts';
import { MUTATED_FOLDERS } from '../../../scripts/mutants/mutated-folders.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

function mutant(change: string, isKilled: boolean | undefined): TestedMutant {
  return { file: 'src/a.ts', lineNumber: 1, line: 'if (a) b();', change, isKilled };
}

const EXPLANATION = { file: 'src/a.ts', line: 'if (a) b();', change: 'a → true', why: 'a is always true' };

test('the score is the share of killed mutants among those of the sample', () => {
  const mutants = [mutant('1', true), mutant('2', true), mutant('3', true), mutant('4', false)];
  expect(judgeMutants([...mutants, mutant('5', undefined)], [])).toMatchObject({
    killed: 3,
    survivors: [{ change: '4' }],
    score: 75,
  });
});

test('a survivor that the list explains counts neither way', () => {
  const judgement = judgeMutants([mutant('1', true), mutant('a → true', false)], [EXPLANATION]);
  expect(judgement).toMatchObject({ killed: 1, survivors: [], explained: 1, unknown: [], score: 100 });
});

test('an entry of the list whose mutant there no longer is is told', () => {
  expect(judgeMutants([mutant('1', true)], [EXPLANATION]).unknown).toEqual([EXPLANATION]);
  expect(judgeMutants([mutant('a → true', undefined)], [EXPLANATION]).unknown).toEqual([]);
});

test('an empty sample has the full score', () => {
  expect(judgeMutants([], []).score).toBe(100);
});

test('the files that come first are there', () => {
  for (const { folder, first } of MUTATED_FOLDERS) {
    const files = globSync(`${folder}/**/*.ts`, { cwd: ROOT }).map((path) => basename(path, '.ts'));
    expect(files).toEqual(expect.arrayContaining([...first]));
  }
});

test('each mutant that may survive has a reason, and is of a folder with mutants', () => {
  for (const { file, why } of EQUIVALENT_MUTANTS) {
    expect(MUTATED_FOLDERS.some(({ folder }) => file.startsWith(`${folder}/`))).toBe(true);
    expect(why).toMatch(/^[A-Z].*\.$/);
  }
});
