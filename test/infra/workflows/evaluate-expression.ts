/** The contexts of a workflow that its expressions read, such as `vars`, `steps` and `github`. */
export type Contexts = Readonly<Record<string, unknown>>;

const TOKEN = /\s*('(?:[^']|'')*'|[A-Za-z_][\w.-]*(?:\(\))?|&&|\|\||==|!=|!|\(|\))/y;

/**
 * Evaluates an expression of GitHub Actions: contexts, texts, comparisons, `&&`, `||`, `!`, `failure()`, `success()` and
 * `always()`.
 * Source: https://docs.github.com/actions/reference/workflows-and-actions/expressions
 * @param hasFailed tells whether a step before has failed.
 * @throws SyntaxError for anything else.
 */
export function evaluateExpression(text: string, contexts: Contexts, hasFailed: boolean): unknown {
  const tokens = readTokens(text);
  let next = 0;
  const takes = (token: string): boolean => {
    const found = tokens[next] === token;
    if (found) next += 1;
    return found;
  };
  const primary = (): unknown => {
    if (takes('!')) return !primary();
    if (takes('(')) {
      const value = either();
      if (!takes(')')) throw refuse(text);
      return value;
    }
    const token = tokens[next++];
    if (token === undefined || /^[^A-Za-z_']/.test(token)) throw refuse(text);
    if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
    if (token === 'failure()') return hasFailed;
    if (token === 'success()') return !hasFailed;
    if (token === 'always()') return true;
    if (token === 'true' || token === 'false') return token === 'true';
    return readContext(token, contexts, text);
  };
  const comparison = (): unknown => {
    const one = primary();
    if (takes('==')) return one === primary();
    if (takes('!=')) return one !== primary();
    return one;
  };
  const both = (): unknown => {
    let value = comparison();
    while (takes('&&')) {
      const other = comparison();
      if (value) value = other;
    }
    return value;
  };
  const either = (): unknown => {
    const values = [both()];
    while (takes('||')) values.push(both());
    return values.find(Boolean) ?? values.at(-1);
  };
  const value = either();
  if (next !== tokens.length) throw refuse(text);
  return value;
}

/** Puts the values of the expressions in a text, `${{ … }}`. Something that is not there is an empty text. */
export function fillExpressions(text: string, contexts: Contexts, hasFailed: boolean): string {
  return text.replaceAll(/\$\{\{(.*?)\}\}/g, (_, expression: string) => {
    const value = evaluateExpression(expression, contexts, hasFailed);
    return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
  });
}

function readTokens(text: string): string[] {
  const tokens: string[] = [];
  const pattern = new RegExp(TOKEN);
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const [, token] = pattern.exec(text) ?? [];
    if (token === undefined) throw refuse(text);
    tokens.push(token);
  }
  return tokens;
}

/** Reads a value by its path. The context itself must be known; what is in it may be missing, as at GitHub. */
function readContext(path: string, contexts: Contexts, text: string): unknown {
  const [context = '', ...names] = path.split('.');
  if (!(context in contexts)) throw refuse(text);
  return names.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined,
    contexts[context],
  );
}

function refuse(text: string): SyntaxError {
  return new SyntaxError(`The expression is not supported: ${text.trim()}`);
}
