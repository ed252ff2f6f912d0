import { createRequire } from 'node:module';
import { Language, type Node, Parser } from 'web-tree-sitter';

/** A mistake with its place in the file; lines and columns count from 1. */
export interface BicepMistake {
  readonly line: number;
  readonly column: number;
  readonly problem: string;
}

/** A file that a Bicep file reads or deploys, by its path relative to that file. */
export interface BicepReference {
  readonly line: number;
  readonly column: number;
  readonly path: string;
}

export interface BicepFile {
  readonly mistakes: readonly BicepMistake[];
  readonly references: readonly BicepReference[];
}

/**
 * Loads a parser of Bicep that needs neither .NET nor Azure's tools. It checks the syntax, not the types of resources.
 * Source: https://github.com/tree-sitter-grammars/tree-sitter-bicep
 */
export async function loadBicepReader(): Promise<(source: string) => BicepFile> {
  await Parser.init();
  const require = createRequire(import.meta.url);
  const language = await Language.load(require.resolve('tree-sitter-bicep/tree-sitter-bicep.wasm'));
  const parser = new Parser().setLanguage(language);
  return (source) => {
    const tree = parser.parse(withoutExtensions(source));
    if (!tree) return { mistakes: [{ line: 1, column: 1, problem: 'It cannot be parsed.' }], references: [] };
    try {
      return { mistakes: findMistakes(tree.rootNode), references: findReferences(tree.rootNode, source) };
    } finally {
      tree.delete();
    }
  };
}

/** Makes comments of statements that the grammar does not know, without moving what follows. */
function withoutExtensions(source: string): string {
  return source.replaceAll(/^extension (?=\w+$)/gm, '//         ');
}

/** The parser skips correct text before a mistake: the last skipped node, or a mistake in it, has the mistake's place. */
function findMistakes(node: Node): BicepMistake[] {
  if (node.isMissing) return [{ ...placeOf(node), problem: `${describe(node)} is missing.` }];
  if (!node.hasError) return [];
  const within = node.children.flatMap(findMistakes);
  if (!node.isError || within.length > 0) return within;
  return [{ ...placeOf(node.lastChild ?? node), problem: 'The syntax is not valid Bicep.' }];
}

function describe({ type }: Node): string {
  return /^\w+$/.test(type) ? `The ${type.replaceAll('_', ' ')}` : `"${type}"`;
}

/** Finds references by the text before them: the grammar reads a call at the beginning of an array as a property. */
function findReferences(root: Node, source: string): BicepReference[] {
  return root
    .descendantsOfType('string')
    .filter((text) => /\b(load\w+\(\s*|module \w+ |from )$/.test(source.slice(0, text.startIndex)))
    .map((text) => ({ ...placeOf(text), path: text.text.slice(1, -1) }));
}

function placeOf({ startPosition }: Node): { line: number; column: number } {
  return { line: startPosition.row + 1, column: startPosition.column + 1 };
}
