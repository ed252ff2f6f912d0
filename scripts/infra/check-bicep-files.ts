import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { loadBicepReader } from './read-bicep.ts';

/** The mistakes in the Bicep files below a folder, and the files that they name. */
export interface BicepFindings {
  /** One line for each mistake, `file:line:column: problem`, with the file's path from the root. */
  readonly mistakes: readonly string[];
  /** The absolute paths of the named files. */
  readonly referenced: ReadonlySet<string>;
}

/** Checks the syntax of every Bicep file below a folder, and that the files that they name exist. */
export async function checkBicepFiles(root: string, folder: string): Promise<BicepFindings> {
  const read = await loadBicepReader();
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.bicep'))
    .map((path) => join(folder, path))
    .toSorted();
  const referenced = new Set<string>();
  const mistakes = files.flatMap((file) => {
    const { mistakes: found, references } = read(readFileSync(join(root, file), 'utf8'));
    const missing = references.filter(({ path }) => {
      const target = resolve(root, dirname(file), path);
      referenced.add(target);
      return !existsSync(target);
    });
    return [
      ...found,
      ...missing.map(({ line, column, path }) => ({ line, column, problem: `There is no file ${path}.` })),
    ].map(({ line, column, problem }) => `${file}:${line}:${column}: ${problem}`);
  });
  if (files.length === 0) mistakes.push(`${folder}: There is no Bicep file.`);
  return { mistakes, referenced };
}
