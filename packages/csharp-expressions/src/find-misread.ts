import type { Node } from 'web-tree-sitter';

/** A generic call whose type arguments the grammar took for comparisons: where its name starts, and both its ends. */
interface GenericCall {
  readonly name: number;
  readonly open: number;
  readonly stop: number;
}

/** An operator, where it is, and the one that is read as it should be. */
interface MisreadOperator {
  readonly start: number;
  readonly sign: string;
  readonly standIn: string;
}

const NAME = String.raw`[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*`;
const TYPE = String.raw`${NAME}(?:\s*(?:\?|\[\s*\]))*`;
/** A list of types without lists of their own. */
const TYPE_ARGUMENTS = String.raw`<\s*${TYPE}(?:\s*,\s*${TYPE})*\s*>`;

/**
 * Finds a generic call that the grammar takes for comparisons: `(string)a.As<JObject>(true)["b"]`, read as
 * `((string)a.As < JObject) > (true)["b"]`. In C#, possible type arguments before a parenthesis are type arguments.
 * Source: https://learn.microsoft.com/dotnet/csharp/language-reference/language-specification/lexical-structure#625-grammar-ambiguities
 */
export function findMisreadGenericCall(root: Node): GenericCall | undefined {
  for (const comparison of root.descendantsOfType('binary_expression')) {
    const operator = comparison.childForFieldName('operator');
    if (operator?.text !== '<') continue;
    const open = operator.startIndex;
    const length = lengthOfTypeArguments(root.text.slice(open - root.startIndex));
    const name = lastIdentifier(comparison.childForFieldName('left'));
    if (length > 0 && name) return { name: name.startIndex, open, stop: open + length };
  }
  return undefined;
}

/**
 * Finds parentheses that only the grammar takes for a cast. In C#, `(a) - b` subtracts unless `a` is a keyword type, and
 * `(a)[0]`, `(a) * b`, `(a) & b` and `(a) ^ b` are not casts of a collection, a pointer or an index from the end.
 */
export function findMisreadCast(root: Node): Node | undefined {
  return root.descendantsOfType('cast_expression').find((cast) => {
    const type = cast.childForFieldName('type');
    const value = leftmost(cast.childForFieldName('value'));
    if (value?.text.startsWith('[')) return true;
    if (value?.type !== 'prefix_unary_expression') return false;
    if (/^[*&^]/.test(value.text)) return true;
    return (type?.type === 'identifier' || type?.type === 'qualified_name') && /^[-+]/.test(value.text);
  });
}

/**
 * Finds an operator that the grammar doesn't see: in `F(a * b)`, which it takes for the declaration of a pointer, and in
 * `a < b >> c`, where it takes `a<b>` for a type. The operator to read in its place has equal length and precedence.
 */
export function findMisreadOperator(root: Node): MisreadOperator | undefined {
  const [pointer] = root.descendantsOfType('pointer_type');
  const star = pointer?.children.find((child) => child.type === '*');
  if (star) return { start: star.startIndex, sign: '*', standIn: '/' };
  for (const comparison of root.descendantsOfType('binary_expression')) {
    const operator = comparison.childForFieldName('operator');
    const left = comparison.childForFieldName('left');
    if (operator?.text === '>' && left?.text.endsWith('>') && left.endIndex === operator.startIndex)
      return { start: operator.startIndex - 1, sign: '>>', standIn: '<<' };
  }
  return undefined;
}

/** The innermost node that begins where this one does; an operator before its operand counts. */
function leftmost(value: Node | null): Node | null {
  const first = value?.namedChildren.at(0);
  return first && first.startIndex === value?.startIndex ? leftmost(first) : value;
}

/** The name that an operand ends with. */
function lastIdentifier(operand: Node | null): Node | undefined {
  for (let node = operand; node; node = node.namedChildren.at(-1) ?? null) {
    if (node.endIndex !== operand?.endIndex) return undefined;
    if (node.type === 'identifier') return node;
  }
  return undefined;
}

/** Returns the length of the type arguments at the start of a text; 0 where there are none, or no call follows. */
function lengthOfTypeArguments(text: string): number {
  const [candidate = ''] = /^<[\w\s.,?[\]<>]*>(?=\s*\()/.exec(text) ?? [];
  // Inner lists of types go first, until there is only the outer one.
  const inner = new RegExp(`(?<=.)${TYPE_ARGUMENTS}`, 'gs');
  let rest = candidate;
  for (let next = rest.replace(inner, ''); next !== rest; next = rest.replace(inner, '')) rest = next;
  return new RegExp(`^${TYPE_ARGUMENTS}$`).test(rest) ? candidate.length : 0;
}
