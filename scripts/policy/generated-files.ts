import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { GeneratedFile } from './write-schemas.ts';

/** Where products stand, each in a folder of its own: one that nothing derives would go on without anybody's say. */
const PRODUCTS = 'apim/products';

/** The paths of files that are missing or not as they would be written, and of products that are not derived. */
export function findDrift(root: string, files: readonly GeneratedFile[]): string[] {
  const differing = files.filter(({ path, text }) => {
    const file = join(root, path);
    return !existsSync(file) || readFileSync(file, 'utf8') !== text;
  });
  return [...differing.map(({ path }) => path), ...findStrayProducts(root, files)];
}

/** Writes every file. Products that are not derived are left, for people to delete. */
export function writeFiles(root: string, files: readonly GeneratedFile[]): void {
  for (const { path, text } of files) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

function findStrayProducts(root: string, files: readonly GeneratedFile[]): string[] {
  return foldersIn(join(root, PRODUCTS))
    .map((id) => `${PRODUCTS}/${id}`)
    .filter((product) => !files.some(({ path }) => path.startsWith(`${product}/`)));
}

/** What is in a folder, by name; nothing where there is no such folder. */
export function foldersIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
