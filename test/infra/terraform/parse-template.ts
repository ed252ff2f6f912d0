/** An expression of Terraform, as a tree. */
export type TerraformExpression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean }
  | { readonly kind: 'template'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly TerraformExpression[] }
  | { readonly kind: 'call'; readonly name: string; readonly parameters: readonly TerraformExpression[] }
  | {
      readonly kind: 'equals' | 'greater';
      readonly one: TerraformExpression;
      readonly other: TerraformExpression;
    }
  | {
      readonly kind: 'condition';
      readonly if: TerraformExpression;
      readonly yes: TerraformExpression;
      readonly no: TerraformExpression;
    }
  | {
      readonly kind: 'reference';
      /** The parts of the reference without its index, such as `google_service_account`, `gateway`, `email`. */
      readonly names: readonly string[];
      /** The key of the resource, which stands behind its name. */
      readonly index?: TerraformExpression | undefined;
    };

const TOKEN = /\s*([A-Za-z_][\w-]*|"(?:[^"\\]|\\.)*"|\d+|==|[[\](),.?:>])/y;

/**
 * Parses a text with expressions in `${…}`, as the parser of HCL gives it, into its parts.
 * Source: https://developer.hashicorp.com/terraform/language/expressions/strings#interpolation
 * @throws SyntaxError for an expression of another form than Terraform files here have.
 */
export function parseTemplate(text: string): TerraformExpression[] {
  const start = text.indexOf('${');
  if (start < 0) return [{ kind: 'literal', value: text }];
  const end = endOfExpression(text, start + 2);
  const parts: TerraformExpression[] = [parseExpression(text.slice(start + 2, end))];
  if (start > 0) parts.unshift({ kind: 'literal', value: text.slice(0, start) });
  return end + 1 < text.length ? [...parts, ...parseTemplate(text.slice(end + 1))] : parts;
}

/** Finds the brace that ends an expression. Strings in it may have braces of their own. */
function endOfExpression(text: string, start: number): number {
  let depth = 1;
  for (let at = start; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === '"') at = text.indexOf('"', at + 1);
    else if (letter === '{') depth += 1;
    else if (letter === '}') depth -= 1;
    if (depth === 0) return at;
    if (at < 0) break;
  }
  throw new SyntaxError(`An expression does not end: ${text}`);
}

function parseExpression(text: string): TerraformExpression {
  const tokens = readTokens(text);
  let next = 0;
  const refuse = (): never => {
    throw new SyntaxError(`The expression is not supported: ${text}`);
  };
  const takes = (token: string): boolean => {
    const found = tokens[next] === token;
    if (found) next += 1;
    return found;
  };
  const list = (end: string): TerraformExpression[] => {
    const items: TerraformExpression[] = [];
    if (takes(end)) return items;
    do items.push(whole());
    while (takes(','));
    return takes(end) ? items : refuse();
  };
  const primary = (): TerraformExpression => {
    const token = tokens[next++] ?? refuse();
    if (token === '[') return { kind: 'list', items: list(']') };
    if (token.startsWith('"')) return { kind: 'template', text: JSON.parse(token) as string };
    if (/^\d/.test(token)) return { kind: 'literal', value: Number(token) };
    if (token === 'true' || token === 'false') return { kind: 'literal', value: token === 'true' };
    if (!/^[A-Za-z_]/.test(token)) return refuse();
    if (takes('(')) return { kind: 'call', name: token, parameters: list(')') };
    const names = [token];
    let index: TerraformExpression | undefined;
    for (;;) {
      if (takes('.')) names.push(tokens[next++] ?? refuse());
      else if (names.length === 2 && takes('[')) {
        index = whole();
        if (!takes(']')) refuse();
      } else return { kind: 'reference', names, ...(index && { index }) };
    }
  };
  const comparison = (): TerraformExpression => {
    const one = primary();
    if (takes('==')) return { kind: 'equals', one, other: primary() };
    return takes('>') ? { kind: 'greater', one, other: primary() } : one;
  };
  const whole = (): TerraformExpression => {
    const condition = comparison();
    if (!takes('?')) return condition;
    const yes = whole();
    if (!takes(':')) refuse();
    return { kind: 'condition', if: condition, yes, no: whole() };
  };
  const expression = whole();
  return next === tokens.length ? expression : refuse();
}

function readTokens(text: string): string[] {
  const tokens: string[] = [];
  const pattern = new RegExp(TOKEN);
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const [, token] = pattern.exec(text) ?? [];
    if (token === undefined) throw new SyntaxError(`The expression is not supported: ${text}`);
    tokens.push(token);
  }
  return tokens;
}
