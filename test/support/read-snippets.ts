import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The languages of blocks that are run or checked, and of settings. */
type Language = 'js' | 'sh' | 'py' | 'toml' | 'json';

/** A block of code in a document. */
export interface Snippet {
  /** The heading above it, and its number among the blocks below that heading. */
  readonly name: string;
  readonly language: Language;
  readonly code: string;
}

/** Returns the fenced blocks of a Markdown document that can be run or checked, and those of settings. */
export function readSnippets(markdown: string): Snippet[] {
  return markdown.split(/^## /m).flatMap((section) => {
    const heading = section.split('\n', 1)[0] ?? '';
    return [...section.matchAll(/^```(js|sh|py|toml|json)\n(.*?)^```$/gms)].map(
      ([, language, code = ''], index) => ({
        name: `${heading} ${index + 1}`,
        language: language as Language,
        code,
      }),
    );
  });
}

/** Returns true when all packages that a snippet of JavaScript imports are installed below a folder. */
export function findsPackages({ code }: Snippet, folder: string): boolean {
  return [...code.matchAll(/ from '([^']+)'/g)].every(([, path = '']) => {
    const names = path.split('/').slice(0, path.startsWith('@') ? 2 : 1);
    return path.startsWith('node:') || existsSync(join(folder, 'node_modules', ...names));
  });
}
