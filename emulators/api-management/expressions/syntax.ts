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

// The grammar lets a cast, a prefix operator or a binary one bind tighter than `?.` and what follows it; C# doesn't.
const POSTFIX: Readonly<Record<string, string>> = {
  member_access_expression: 'expression',
  element_access_expression: 'expression',
  invocation_expression: 'function',
  conditional_access_expression: 'condition',
};
const PREFIX: ReadonlySet<string> = new Set([
  'cast_expression',
  'prefix_unary_expression',
  'binary_expression',
]);

// Tests of a type are relational.
const INFIX: Readonly<Record<string, string>> = {
  binary_expression: 'left',
  is_expression: 'left',
  as_expression: 'left',
  is_pattern_expression: 'expression',
};

// From the loosest to the tightest: https://learn.microsoft.com/dotnet/csharp/language-reference/operators/#operator-precedence
const OPERATORS: readonly (readonly string[])[] = [
  ['??'],
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>=', 'is', 'as'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

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
  return regroup({
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

function regroup(syntax: Syntax): Syntax {
  const postfix = POSTFIX[syntax.kind];
  const prefix = postfix === undefined ? undefined : syntax.fields[postfix];
  if (prefix && PREFIX.has(prefix.kind)) return moveInto(prefix, syntax);
  const infix = INFIX[syntax.kind];
  const left = infix === undefined ? undefined : syntax.fields[infix];
  return left?.kind === 'binary_expression' && bindsLooser(left, syntax) ? moveInto(left, syntax) : syntax;
}

/** Gives what stands around an operation to the operation's last operand. */
function moveInto(operation: Syntax, around: Syntax): Syntax {
  const operand = operation.named.at(-1);
  if (!operand) return around;
  const { start, line, column } = operand;
  const inner = regroup({ ...replaceChild(around, operation, operand), start, line, column });
  return replaceChild({ ...operation, end: around.end }, operand, inner);
}

function bindsLooser(left: Syntax, around: Syntax): boolean {
  const [inner, outer] = [precedence(left), precedence(around)];
  return inner < outer || (inner === outer && left.fields.operator?.text === '??');
}

function precedence(syntax: Syntax): number {
  const operator = syntax.kind === 'binary_expression' ? (syntax.fields.operator?.text ?? '') : 'is';
  return OPERATORS.findIndex((operators) => operators.includes(operator));
}

function replaceChild(parent: Syntax, from: Syntax, to: Syntax): Syntax {
  const swap = (node: Syntax): Syntax => (node === from ? to : node);
  const fields = Object.fromEntries(Object.entries(parent.fields).map(([name, node]) => [name, swap(node)]));
  return { ...parent, children: parent.children.map(swap), named: parent.named.map(swap), fields };
}
