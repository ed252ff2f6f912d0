/** An expression of a template, as a tree. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number }
  | { readonly kind: 'call'; readonly name: string; readonly parameters: readonly Expression[] }
  | { readonly kind: 'member'; readonly of: Expression; readonly key: Expression };

const TOKEN = /\s*(?:([A-Za-z_][\w.]*(?=\s*\()|[A-Za-z_]\w*)|('(?:[^']|'')*')|(-?\d+)|([()[\],.?]))/y;

/**
 * Parses an expression without its brackets, such as `concat(parameters('name'), '-x')`.
 * Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions
 * @throws SyntaxError for anything else.
 */
export function parseExpression(text: string): Expression {
  const tokens = readTokens(text);
  let next = 0;
  const refuse = (): never => {
    throw new SyntaxError(`It is no expression of a template: ${text}`);
  };
  const takes = (token: string): boolean => {
    const found = tokens[next] === token;
    if (found) next += 1;
    return found;
  };
  const primary = (): Expression => {
    const token = tokens[next++] ?? refuse();
    if (token.startsWith("'")) return { kind: 'literal', value: token.slice(1, -1).replaceAll("''", "'") };
    if (/^-?\d/.test(token)) return { kind: 'literal', value: Number(token) };
    if (!/^[A-Za-z_]/.test(token) || !takes('(')) return refuse();
    const parameters: Expression[] = [];
    if (takes(')')) return { kind: 'call', name: token, parameters };
    do parameters.push(whole());
    while (takes(','));
    if (!takes(')')) refuse();
    return { kind: 'call', name: token, parameters };
  };
  const whole = (): Expression => {
    let expression = primary();
    for (;;) {
      if (takes('.')) {
        const name = tokens[next++] ?? refuse();
        if (!/^[A-Za-z_]\w*$/.test(name)) refuse();
        expression = { kind: 'member', of: expression, key: { kind: 'literal', value: name } };
      } else if (takes('[')) {
        expression = { kind: 'member', of: expression, key: whole() };
        if (!takes(']')) refuse();
      } else return expression;
    }
  };
  const expression = whole();
  return next === tokens.length ? expression : refuse();
}

function readTokens(text: string): string[] {
  const tokens: string[] = [];
  const pattern = new RegExp(TOKEN);
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const match = pattern.exec(text);
    if (!match) throw new SyntaxError(`It is no expression of a template: ${text}`);
    tokens.push(match[0].trim());
  }
  return tokens;
}
