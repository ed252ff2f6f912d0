/** The facts of a request that conditions of role assignments read. */
export interface ConditionFacts {
  readonly action: string;
  /** The suboperation of the action, such as `Blob.List`; undefined where it has none. */
  readonly subOperation: string | undefined;
}

/** The condition of a role assignment. It gives true where the assignment holds for a request. */
export type Condition = (facts: ConditionFacts) => boolean;

const TOKEN = /\s*(?:([()!]|&&|\|\||AND\b|OR\b|NOT\b)|(ActionMatches|SubOperationMatches)\{'([^']+)'\})/y;

type Token = string | { readonly name: string; readonly value: string };

/**
 * Parses a condition, version 2.0, of the functions `ActionMatches` and `SubOperationMatches`, and the operators `!`, `NOT`,
 * `AND`, `&&`, `OR` and `||`. AND binds more tightly than OR.
 * Source: https://learn.microsoft.com/azure/role-based-access-control/conditions-format
 * @throws SyntaxError for anything else: a condition that is not understood must not let anybody in.
 */
export function parseCondition(text: string): Condition {
  const tokens = readTokens(text);
  let next = 0;
  const takes = (...operators: string[]): boolean => {
    const token = tokens[next];
    const found = typeof token === 'string' && operators.includes(token);
    if (found) next += 1;
    return found;
  };
  const either = (): Condition => {
    let left = both();
    while (takes('OR', '||')) left = join(left, both(), (one, other) => one || other);
    return left;
  };
  const both = (): Condition => {
    let left = single();
    while (takes('AND', '&&')) left = join(left, single(), (one, other) => one && other);
    return left;
  };
  const single = (): Condition => {
    if (takes('!', 'NOT')) return negate(single());
    if (takes('(')) {
      const inner = either();
      if (!takes(')')) throw refuse(text);
      return inner;
    }
    const token = tokens[next++];
    if (typeof token !== 'object') throw refuse(text);
    return matches(token.name, token.value);
  };
  const condition = either();
  if (next !== tokens.length) throw refuse(text);
  return condition;
}

function readTokens(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  const whole = text.trim();
  while (pattern.lastIndex < whole.length) {
    const match = pattern.exec(whole);
    if (!match) throw refuse(text);
    const [, operator, name = '', value = ''] = match;
    tokens.push(operator ?? { name, value });
  }
  return tokens;
}

function matches(name: string, value: string): Condition {
  if (name === 'ActionMatches') return ({ action }) => isCovered(value, action);
  return ({ subOperation }) => subOperation?.toLowerCase() === value.toLowerCase();
}

function negate(condition: Condition): Condition {
  return (facts) => !condition(facts);
}

function join(one: Condition, other: Condition, of: (one: boolean, other: boolean) => boolean): Condition {
  return (facts) => of(one(facts), other(facts));
}

function refuse(text: string): SyntaxError {
  return new SyntaxError(`The condition is not supported: ${text}`);
}

/** Tells whether a pattern covers an action. `*` stands for any text, and the case of letters does not matter. */
export function isCovered(pattern: string, action: string): boolean {
  const [first = '', ...rest] = pattern.toLowerCase().split('*');
  const text = action.toLowerCase();
  if (rest.length === 0) return text === first;
  const last = rest.pop() ?? '';
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  let from = first.length;
  const end = text.length - last.length;
  return rest.every((part) => {
    const at = text.indexOf(part, from);
    from = at + part.length;
    return at >= 0 && from <= end;
  });
}
