import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { GeneratedFile } from './write-schemas.ts';

/** The folder of products, each in a folder of its own. A product that is no longer derived must be deleted. */
const PRODUCTS = 'apim/products';

/** Lists the paths of files that are missing or different, and of products that are not derived. */
export function findDrift(root: string, files: readonly GeneratedFile[]): string[] {
  const differing = files.filter(({ path, text }) => {
    const file = join(root, path);
    return !existsSync(file) || readFileSync(file, 'utf8') !== text;
  });
  return [...differing.map(({ path }) => path), ...findStrayProducts(root, files)];
}

/** Writes every file. Products that are not derived are left for people to delete. */
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

/** Lists the names in a folder; an empty list for a missing folder. */
export function foldersIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
