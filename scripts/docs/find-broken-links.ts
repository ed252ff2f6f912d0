import { globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { readAnchors, readLinks, readNamedPaths } from './read-markdown.ts';

const IGNORED = new Set(['node_modules', 'dist', 'coverage', '.local', '.git']);
const SOURCES = '**/*.{md,ts,js,mjs,cjs,bicep,kql,yaml,xml}';
/** Folders of the repository that its documents name as code. */
const FOLDERS = ['apim', 'bench', 'docs', 'governance', 'infra', 'packages', 'scripts', 'src', 'test'];
/** Documents of the repository itself; those of a package name its own folders. */
const OWN_DOCUMENT = /^(?:docs\/.*|[^/]*)\.md$/;
/** A document that a comment or a message names by its path from the root. */
const NAMED_DOCUMENT = /(?<![\w./-])(docs\/[\w./-]+\.md)(#[\w-]+)?/g;

/**
 * Finds what leads nowhere: links of Markdown documents, paths that the documents name as code, and documents that
 * source files name. It leads nowhere when the file is missing or outside of the root, or has no heading with that
 * anchor. Addresses of the web are not asked. Tests may name documents of their own.
 * @param root folder of the documents; installed and generated folders below it are left out.
 * @returns a sentence for each broken link, with file and line, in the order of files.
 */
export function findBrokenLinks(root: string): string[] {
  const anchors = new Map<string, Set<string>>();
  const anchorsOf = (file: string): Set<string> => {
    const known = anchors.get(file) ?? readAnchors(readFileSync(file, 'utf8'));
    anchors.set(file, known);
    return known;
  };
  const files = globSync(SOURCES, { cwd: root, exclude: (name) => IGNORED.has(name) }).toSorted();
  return files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return linksOf(root, file, text).flatMap(({ path, anchor, line, written }) => {
      const problem = problemOf(root, path, anchor, anchorsOf);
      return problem === undefined ? [] : [`${file}:${line} ${written} ${problem}`];
    });
  });
}

/** A link within the root: the absolute path that it leads to, and the anchor there. */
interface Link {
  readonly path: string;
  readonly anchor: string | undefined;
  readonly line: number;
  readonly written: string;
}

function linksOf(root: string, file: string, text: string): Link[] {
  if (!file.endsWith('.md')) return /(?:^|\/)test\//.test(file) ? [] : namedDocuments(text, root);
  const links = relativeLinks(text, join(root, file));
  if (!OWN_DOCUMENT.test(file)) return links;
  const named = readNamedPaths(text, FOLDERS).map(({ target, line }) => ({
    path: join(root, target),
    anchor: undefined,
    line,
    written: target,
  }));
  return [...links, ...named];
}

function relativeLinks(text: string, file: string): Link[] {
  return readLinks(text)
    .filter(({ target }) => !/^[a-z][a-z+.-]*:/i.test(target))
    .map(({ target, line }) => {
      const [path = '', anchor] = target.split('#', 2);
      return {
        path: path === '' ? file : resolve(dirname(file), decodeURI(path)),
        anchor,
        line,
        written: target,
      };
    });
}

function namedDocuments(text: string, root: string): Link[] {
  return text.split('\n').flatMap((row, index) =>
    [...row.matchAll(NAMED_DOCUMENT)].map(([written, path = '', anchor]) => ({
      path: join(root, path),
      anchor: anchor?.slice(1),
      line: index + 1,
      written,
    })),
  );
}

function problemOf(
  root: string,
  path: string,
  anchor: string | undefined,
  anchorsOf: (file: string) => Set<string>,
): string | undefined {
  if (relative(root, path).split(sep)[0] === '..') return 'leads out of the repository';
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return 'leads to no file';
  if (anchor === undefined || !found.isFile() || !path.endsWith('.md')) return undefined;
  return anchorsOf(path).has(anchor) ? undefined : 'leads to no heading';
}
