import { globSync, readFileSync } from 'node:fs';
import { describeTasks, TASKS } from '../../../scripts/docs/describe-tasks.ts';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

test('every task of the package is described, and no other', () => {
  const described = Object.values(TASKS).flatMap((group) => Object.keys(group));
  const hooks = ['pretest', 'pretest:clients', 'precheck'];
  const tasks = Object.keys(scripts).filter((name) => !hooks.includes(name));
  expect(described.toSorted()).toEqual(tasks.toSorted());
});

test('a task is a line with its name and what it does', () => {
  const lines = describeTasks(Object.keys(scripts)).split('\n');
  expect(lines).toContainEqual(expect.stringMatching(/^ {2}check:links +check links between files/));
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(110);
});

test('a task that nobody has described is listed all the same, and hooks are not', () => {
  const list = describeTasks(['test', 'pretest', 'prepare', 'preview']);
  expect(list).toMatch(/\n\nOthers\n {2}prepare\n {2}preview$/);
  expect(list).not.toContain('pretest');
});

test('every task that a document names is one of the package', () => {
  const documents = globSync(['*.md', 'docs/**/*.md', 'infra/**/*.md']).map((file) =>
    readFileSync(file, 'utf8'),
  );
  const named = documents.flatMap((text) => [...text.matchAll(/npm run (?:--silent )?([\w:]+)/g)]);
  expect(named.length).toBeGreaterThan(20);
  for (const [, name = ''] of named) expect(Object.keys(scripts)).toContain(name);
});
