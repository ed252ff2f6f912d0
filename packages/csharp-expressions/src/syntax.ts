import type { Node } from 'web-tree-sitter';
import { ExpressionError } from './expression-error.ts';

/** A node of the parsed C#, copied out of the parser's memory. Lines and columns count from 1. */
export interface Syntax {
  readonly kind: string;
  readonly text: string;
  /** The offsets of its begin and end in the parsed text. */
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

/** The places at which the parsed text differs from the source, since the grammar would misread the source there. */
export interface Corrections {
  /** Names whose type arguments the tree lacks. */
  readonly generics: ReadonlyMap<number, Syntax>;
  /** Operators that another one stands for, which binds alike. */
  readonly operators: ReadonlyMap<number, string>;
}

const NONE: Corrections = { generics: new Map(), operators: new Map() };

/**
 * Copies a tree; `rowOffset` rows stand before the source.
 */
export function copySyntax(node: Node, rowOffset: number, corrections: Corrections = NONE): Syntax {
  const generic = node.type === 'identifier' ? corrections.generics.get(node.startIndex) : undefined;
  if (generic) return generic;
  const children: Syntax[] = [];
  const named: Syntax[] = [];
  const fields: Record<string, Syntax> = {};
  node.children.forEach((child, index) => {
    if (child.type === 'comment') return;
    const copy = copySyntax(child, rowOffset, corrections);
    children.push(copy);
    if (child.isNamed) named.push(copy);
    const field = node.fieldNameForChild(index);
    if (field) fields[field] ??= copy;
  });
  const { row, column } = node.startPosition;
  const operator = node.childCount === 0 ? corrections.operators.get(node.startIndex) : undefined;
  return regroup({
    kind: operator ?? node.type,
    text: operator ?? node.text,
    start: node.startIndex,
    end: node.endIndex,
    line: row + 1 - rowOffset,
    column: column + 1,
    children,
    named,
    fields,
  });
}

/** Returns a child by field name; a tree without it is one that this emulator doesn't read. */
export function field(syntax: Syntax, name: string): Syntax {
  return syntax.fields[name] ?? refuse(syntax, `A ${describe(syntax)} of this form is not supported.`);
}

/** Returns the named child at an index. */
export function child(syntax: Syntax, index = 0): Syntax {
  return syntax.named[index] ?? refuse(syntax, `A ${describe(syntax)} of this form is not supported.`);
}

/** Returns whether a keyword or punctuation is among the children. */
export function hasToken(syntax: Syntax, token: string): boolean {
  return syntax.children.some(({ kind }) => kind === token);
}

/** Throws the refusal of a piece of source. */
export function refuse(syntax: Syntax, message: string): never {
  throw new ExpressionError(message, Math.max(1, syntax.line), syntax.column);
}

/** Returns a kind of node in words. */
export function describe(syntax: Syntax): string {
  return syntax.kind.replaceAll('_', ' ');
}

/** Returns whether a node of this kind is in the tree. */
export function contains(syntax: Syntax, kind: string): boolean {
  return syntax.kind === kind || syntax.children.some((inner) => contains(inner, kind));
}

function regroup(syntax: Syntax): Syntax {
  const postfix = POSTFIX[syntax.kind];
  const prefix = postfix === undefined ? undefined : syntax.fields[postfix];
  if (prefix && PREFIX.has(prefix.kind)) return moveInto(prefix, syntax);
  if (prefix?.kind === 'is_pattern_expression') return moveIntoPattern(prefix, syntax);
  const swallowed = operationInPattern(syntax);
  if (swallowed) return moveOut(swallowed, syntax);
  const right = syntax.kind === 'binary_expression' ? syntax.fields.right : undefined;
  if (right?.kind === 'binary_expression' && bindsNoTighter(right, syntax))
    return regroup(rotate(syntax, right));
  const infix = INFIX[syntax.kind];
  const left = infix === undefined ? undefined : syntax.fields[infix];
  return left?.kind === 'binary_expression' && bindsLooser(left, syntax) ? moveInto(left, syntax) : syntax;
}

/** `a is N.B || c`, where the grammar takes all that follows `is` for a constant. */
function operationInPattern(syntax: Syntax): Syntax | undefined {
  if (syntax.kind !== 'is_pattern_expression') return undefined;
  const { pattern } = syntax.fields;
  const operation = pattern?.kind === 'constant_pattern' ? pattern.named[0] : undefined;
  return operation?.kind === 'binary_expression' && precedence(operation) <= precedence(syntax)
    ? operation
    : undefined;
}

/** `a | b is C && d`: what was moved out of the pattern on the right goes around the whole. */
function rotate(syntax: Syntax, right: Syntax): Syntax {
  const { left } = right.fields;
  if (!left) return syntax;
  const inner = regroup({ ...replaceChild(syntax, right, left), end: left.end });
  const { start, line, column } = syntax;
  return { ...replaceChild(right, left, inner), start, line, column };
}

/** `a is N.B`, where the grammar takes `(a is N).B`. */
function moveIntoPattern(test: Syntax, around: Syntax): Syntax {
  const { pattern } = test.fields;
  const name = pattern?.kind === 'constant_pattern' ? pattern.named[0] : undefined;
  if (!pattern || !name) return around;
  const { start, line, column } = name;
  const text = `${name.text}.${field(around, 'name').text}`;
  const inner = { ...replaceChild(around, test, name), text, start, line, column };
  const whole = { ...replaceChild(pattern, name, inner), text: inner.text, end: around.end };
  return { ...replaceChild(test, pattern, whole), end: around.end };
}

/** Leaves the operation's first operand to the pattern, and puts the test in its place. */
function moveOut(operation: Syntax, test: Syntax): Syntax {
  const { pattern } = test.fields;
  const { left } = operation.fields;
  if (!pattern || !left) return test;
  const constant = replaceChild({ ...pattern, text: left.text, end: left.end }, operation, left);
  const inner = regroup({ ...replaceChild(test, pattern, constant), end: left.end });
  const { start, line, column } = test;
  return { ...replaceChild(operation, left, inner), start, line, column };
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

function bindsNoTighter(right: Syntax, around: Syntax): boolean {
  const [inner, outer] = [precedence(right), precedence(around)];
  return inner < outer || (inner === outer && right.fields.operator?.text !== '??');
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
