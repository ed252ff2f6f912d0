import { createRequire } from 'node:module';
import { Language, type Node, Parser } from 'web-tree-sitter';
import { ExpressionError } from './expression-error.ts';
import { findMisreadCast, findMisreadGenericCall, findMisreadOperator } from './find-misread.ts';
import { copySyntax, type Syntax } from './syntax.ts';

const PREFIX = 'class P { object M() {\n';
const SUFFIX = '\n} }';

/** Parses C# statements. An expression is parsed as what a `return` gives. */
export type Parse = (source: string, kind: 'expression' | 'statements') => Syntax;

/** A process needs it once: WebAssembly gives no memory back, and runs out of it after some hundred grammars. */
let grammar: Promise<Language> | undefined;

async function loadGrammar(): Promise<Language> {
  await Parser.init();
  const require = createRequire(import.meta.url);
  return Language.load(require.resolve('tree-sitter-c-sharp/tree-sitter-c_sharp.wasm'));
}

/** Loads the grammar. Parsing gives the block of statements, or the expression. */
export async function loadParser(): Promise<Parse> {
  const language = await (grammar ??= loadGrammar());
  const parser = new Parser().setLanguage(language);
  return (source, kind) => {
    if (source.trim() === '') throw new ExpressionError('The expression is empty.', 1, 1);
    const block = parseBlock(parser, kind === 'expression' ? `return\n${source}\n;` : source, kind);
    if (kind === 'statements') return block;
    const [statement, extra] = block.named;
    const expression = statement?.named[0];
    if (extra ?? statement?.kind !== 'return_statement') {
      throw new ExpressionError(
        'An expression stands alone: use @{ … } for statements.',
        extra?.line ?? 1,
        extra?.column ?? 1,
      );
    }
    return expression ?? block;
  };
}

function parseBlock(parser: Parser, source: string, kind: 'expression' | 'statements'): Syntax {
  const rows = kind === 'expression' ? 2 : 1;
  const generics = new Map<number, Syntax>();
  const operators = new Map<number, string>();
  let text = source;
  for (;;) {
    const tree = parser.parse(PREFIX + text + SUFFIX);
    if (!tree) throw new ExpressionError('The expression cannot be parsed.', 1, 1);
    try {
      const broken = findBroken(tree.rootNode);
      if (broken) throw syntaxError(broken, rows);
      const call = findMisreadGenericCall(tree.rootNode);
      if (call) {
        const from = call.name - PREFIX.length;
        const [open, stop] = [call.open - PREFIX.length, call.stop - PREFIX.length];
        generics.set(call.name, parseTypeName(parser, text, from, stop, rows));
        text = text.slice(0, open) + blank(text.slice(open, stop)) + text.slice(stop);
        continue;
      }
      const operator = findMisreadOperator(tree.rootNode);
      if (operator) {
        const { start, sign, standIn } = operator;
        operators.set(start, sign);
        const at = start - PREFIX.length;
        text = text.slice(0, at) + standIn + text.slice(at + sign.length);
        continue;
      }
      const parenthesized = findMisreadCast(tree.rootNode);
      if (parenthesized) {
        text = withoutParentheses(
          text,
          parenthesized.startIndex - PREFIX.length,
          endOfType(parenthesized) - PREFIX.length,
        );
        continue;
      }
      return copySyntax(onlyBlock(tree.rootNode), rows, { generics, operators });
    } finally {
      tree.delete();
    }
  }
}

function withoutParentheses(text: string, open: number, stop: number): string {
  return `${text.slice(0, open)} ${text.slice(open + 1, stop - 1)} ${text.slice(stop)}`;
}

/** Returns the offset behind the parenthesis that closes a cast's type. */
function endOfType(cast: Node): number {
  return cast.children.find((child) => child.type === ')')?.endIndex ?? cast.endIndex;
}

/** Reads `As<JObject>` where it stands, for all around it is blank. */
function parseTypeName(parser: Parser, text: string, start: number, stop: number, rows: number): Syntax {
  const tree = parser.parse(PREFIX + blank(text.slice(0, start)) + text.slice(start, stop) + ' x;' + SUFFIX);
  if (!tree) throw new ExpressionError('The expression cannot be parsed.', 1, 1);
  try {
    const [name] = tree.rootNode.descendantsOfType('generic_name');
    if (!name || tree.rootNode.hasError) throw syntaxError(name ?? tree.rootNode, rows);
    return copySyntax(name, rows);
  } finally {
    tree.delete();
  }
}

/** As long, so that every place stays what it was. */
function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

// A source that closes our class or method would otherwise parse as further members.
function onlyBlock(root: Node): Node {
  const [block] = root.descendantsOfType('block');
  const declarations = root.descendantsOfType(['method_declaration', 'class_declaration']);
  if (!block || declarations.length !== 2 || root.namedChildCount !== 1) {
    throw new ExpressionError('The braces do not match.', 1, 1);
  }
  return block;
}

function findBroken(node: Node): Node | undefined {
  if (!node.hasError) return undefined;
  if (node.isError || node.isMissing) return node;
  for (const child of node.children) {
    const broken = findBroken(child);
    if (broken) return broken;
  }
  return node;
}

function syntaxError(node: Node, rows: number): ExpressionError {
  if (node.startIndex < PREFIX.length)
    return new ExpressionError('This is not C#: something is not closed.', 1, 1);
  const { row, column } = node.startPosition;
  const what = node.isMissing ? `${node.type} expected` : `unexpected "${node.text.trim().slice(0, 40)}"`;
  return new ExpressionError(`This is not C#: ${what}.`, Math.max(1, row + 1 - rows), column + 1);
}
