import type { Node } from 'web-tree-sitter';
import { ExpressionError } from './expression-error.ts';

/** A node of the parsed C#, copied out of the parser's memory. Lines and columns count from 1. */
export interface Syntax {
  readonly kind: string;
  readonly text: string;
  /** Where it begins and ends in the parsed text. */
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
  /** Every child, keywords and punctuation too, without comments. */
  readonly children: readonly Syntax[];
  /** Children that are not keywords or punctuation. */
  readonly named: readonly Syntax[];
  readonly fields: Readonly<Record<string, Syntax>>;
}

// The grammar lets a cast or a prefix operator bind tighter than `?.` and what follows it; C# doesn't.
const POSTFIX: Readonly<Record<string, string>> = {
  member_access_expression: 'expression',
  element_access_expression: 'expression',
  invocation_expression: 'function',
  conditional_access_expression: 'condition',
};
const PREFIX: Readonly<Record<string, string>> = { cast_expression: 'value', prefix_unary_expression: '' };

/** Copies a tree; `rowOffset` rows stand before the source. */
export function copySyntax(node: Node, rowOffset: number): Syntax {
  const children: Syntax[] = [];
  const named: Syntax[] = [];
  const fields: Record<string, Syntax> = {};
  node.children.forEach((child, index) => {
    if (child.type === 'comment') return;
    const copy = copySyntax(child, rowOffset);
    children.push(copy);
    if (child.isNamed) named.push(copy);
    const field = node.fieldNameForChild(index);
    if (field) fields[field] ??= copy;
  });
  const { row, column } = node.startPosition;
  return rotate({
    kind: node.type,
    text: node.text,
    start: node.startIndex,
    end: node.endIndex,
    line: row + 1 - rowOffset,
    column: column + 1,
    children,
    named,
    fields,
  });
}

/** A child by field name; a tree without it is one that this emulator doesn't read. */
export function field(syntax: Syntax, name: string): Syntax {
  return syntax.fields[name] ?? refuse(syntax, `A ${describe(syntax)} of this form is not supported.`);
}

/** The named child at an index. */
export function child(syntax: Syntax, index = 0): Syntax {
  return syntax.named[index] ?? refuse(syntax, `A ${describe(syntax)} of this form is not supported.`);
}

/** Whether a keyword or punctuation is among the children. */
export function hasToken(syntax: Syntax, token: string): boolean {
  return syntax.children.some(({ kind }) => kind === token);
}

/** Throws the refusal of a piece of source. */
export function refuse(syntax: Syntax, message: string): never {
  throw new ExpressionError(message, Math.max(1, syntax.line), syntax.column);
}

/** A kind of node in words. */
export function describe(syntax: Syntax): string {
  return syntax.kind.replaceAll('_', ' ');
}

/** Whether a node of this kind is in the tree. */
export function contains(syntax: Syntax, kind: string): boolean {
  return syntax.kind === kind || syntax.children.some((inner) => contains(inner, kind));
}

function rotate(syntax: Syntax): Syntax {
  const slot = POSTFIX[syntax.kind];
  const prefix = slot === undefined ? undefined : syntax.fields[slot];
  if (slot === undefined || prefix?.kind === undefined || !(prefix.kind in PREFIX)) return syntax;
  const operand = prefix.named.at(-1);
  if (!operand) return syntax;
  const inner = rotate(replaceChild(syntax, prefix, operand));
  return replaceChild(prefix, operand, inner);
}

function replaceChild(parent: Syntax, from: Syntax, to: Syntax): Syntax {
  const swap = (node: Syntax): Syntax => (node === from ? to : node);
  const fields = Object.fromEntries(Object.entries(parent.fields).map(([name, node]) => [name, swap(node)]));
  return { ...parent, children: parent.children.map(swap), named: parent.named.map(swap), fields };
}
