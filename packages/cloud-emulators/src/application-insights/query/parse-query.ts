import { syntaxError, type QueryError } from './query-error.ts';
import { readTokens, type Token } from './read-tokens.ts';
import type { Comparison, Expression, NamedExpression, Operator, Query, TextOperator } from './syntax.ts';

const COMPARISONS: ReadonlySet<string> = new Set<Comparison>(['==', '!=', '<', '<=', '>', '>=']);
const TEXT_WORDS = ['contains_cs', 'startswith_cs'] as const satisfies readonly TextOperator[];
/**
 * Keywords of the language. A column with such a name must be quoted: `['project']`.
 * Source: https://learn.microsoft.com/kusto/query/schema-entities/entity-names
 */
const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'and as asc between by consume contains count datatable declare desc distinct evaluate extend externaldata facet find ' +
    'fork from getschema has in invoke join kind let limit lookup mv-apply mv-expand not of on or order parse partition ' +
    'pattern print project range reduce render sample scan search serialize set sort step summarize take to top typeof ' +
    'union where with'
  ).split(' '),
);
/** The maximum depth of nested expressions. It keeps a query from exhausting the stack. */
const MAXIMUM_DEPTH = 100;

/**
 * Parses the supported part of the Kusto Query Language.
 * Source: https://learn.microsoft.com/kusto/query/
 * @throws QueryError for everything else.
 */
export function parseQuery(text: string): Query {
  const parser = new Parser(readTokens(text));
  const named = parser.named();
  const query = parser.query();
  parser.end();
  return { ...query, named };
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** Parses `let name = query;`, as often as it stands there. */
  named(): { name: string; query: Query }[] {
    const named: { name: string; query: Query }[] = [];
    while (this.#takesWord('let')) {
      const name = this.#takesName();
      if (name === undefined) throw this.#unexpected('a name');
      this.#sign('=');
      named.push({ name, query: this.query() });
      this.#sign(';');
    }
    return named;
  }

  query(): Query {
    const source = this.#takesWord('union') ? this.#list(() => this.#unionPart()) : this.#word('a table');
    const operators: Operator[] = [];
    while (this.#takesSign('|')) operators.push(this.#operator());
    return { source, operators };
  }

  end(): void {
    if (this.#peek().kind !== 'end') throw this.#unexpected('the end of the query');
  }

  #unionPart(): Query {
    if (!this.#takesSign('(')) return { source: this.#word('a table'), operators: [] };
    const part = this.#nested(() => this.query());
    this.#sign(')');
    return part;
  }

  #operator(): Operator {
    const name = this.#word('an operator');
    switch (name) {
      case 'where':
        return { kind: 'where', predicate: this.#expression() };
      case 'extend':
      case 'project':
        return { kind: name, columns: this.#list(() => this.#named()) };
      case 'summarize':
        return {
          kind: 'summarize',
          aggregates: this.#isWord('by') ? [] : this.#list(() => this.#named()),
          by: this.#takesWord('by') ? this.#list(() => this.#named()) : [],
        };
      case 'order':
      case 'sort':
        this.#keyword('by');
        return { kind: 'order', keys: this.#list(() => this.#orderKey()) };
      case 'mv-expand':
        return { kind: 'expand', column: this.#named() };
      case 'take':
      case 'limit':
        return { kind: 'take', count: this.#wholeNumber() };
      default:
        throw syntaxError(`The operator "${name}" is not emulated.`);
    }
  }

  /** Parses `name = expression`, or an expression alone. */
  #named(): NamedExpression {
    const start = this.#next;
    const name = this.#takesName();
    if (name !== undefined && this.#takesSign('=')) return { name, expression: this.#expression() };
    this.#next = start;
    return { name: undefined, expression: this.#expression() };
  }

  /** Reads a column's name, which is quoted when it is a keyword. */
  #takesName(): string | undefined {
    const token = this.#peek();
    if (token.kind === 'word') {
      if (KEYWORDS.has(token.text)) return undefined;
      this.#next += 1;
      return token.text;
    }
    const [quoted, end] = [this.#peek(1), this.#peek(2)];
    const isQuoted = token.kind === 'sign' && token.text === '[' && end.kind === 'sign' && end.text === ']';
    if (!isQuoted || quoted.kind !== 'string') return undefined;
    this.#next += 3;
    return quoted.value;
  }

  /** Parses a key of `order by`; the order is descending unless the query says otherwise, as in the service. */
  #orderKey(): { expression: Expression; isDescending: boolean } {
    const expression = this.#expression();
    const isAscending = this.#takesWord('asc');
    if (!isAscending) this.#takesWord('desc');
    return { expression, isDescending: !isAscending };
  }

  #expression(): Expression {
    return this.#nested(() => {
      let left = this.#conjunction();
      while (this.#takesWord('or'))
        left = { kind: 'binary', operator: 'or', left, right: this.#conjunction() };
      return left;
    });
  }

  #conjunction(): Expression {
    let left = this.#comparison();
    while (this.#takesWord('and'))
      left = { kind: 'binary', operator: 'and', left, right: this.#comparison() };
    return left;
  }

  #comparison(): Expression {
    const left = this.#postfix();
    const sign = this.#peek();
    if (sign.kind === 'sign' && COMPARISONS.has(sign.text)) {
      this.#next += 1;
      return { kind: 'binary', operator: sign.text as Comparison, left, right: this.#postfix() };
    }
    const textOperator = this.#takesTextOperator();
    if (textOperator !== undefined)
      return { kind: 'binary', operator: textOperator, left, right: this.#postfix() };
    if (this.#takesWord('in')) {
      this.#sign('(');
      const list = this.#list(() => this.#expression());
      this.#sign(')');
      return { kind: 'in', value: left, list };
    }
    if (this.#takesWord('between')) {
      this.#sign('(');
      const low = this.#postfix();
      this.#sign('..');
      const high = this.#postfix();
      this.#sign(')');
      return { kind: 'between', value: left, low, high };
    }
    return left;
  }

  #takesTextOperator(): TextOperator | undefined {
    if (this.#takesSign('=~')) return '=~';
    if (!this.#takesWord('matches')) return TEXT_WORDS.find((word) => this.#takesWord(word));
    this.#keyword('regex');
    return 'matches regex';
  }

  #postfix(): Expression {
    let expression = this.#primary();
    for (;;) {
      if (this.#takesSign('.'))
        expression = { kind: 'property', of: expression, name: this.#word('a property') };
      else if (this.#takesSign('[')) {
        const token = this.#take();
        if (token.kind !== 'string') throw this.#unexpected('the name of a property', token);
        this.#sign(']');
        expression = { kind: 'property', of: expression, name: token.value };
      } else return expression;
    }
  }

  #primary(): Expression {
    const [next, after] = [this.#peek(), this.#peek(1)];
    const isCall = next.kind === 'word' && after.kind === 'sign' && after.text === '(';
    const name = isCall ? undefined : this.#takesName();
    if (name !== undefined) return { kind: 'name', name };
    const token = this.#take();
    switch (token.kind) {
      case 'string':
        return { kind: 'string', value: token.value };
      case 'number':
        return { kind: 'number', value: token.value, isWhole: token.isWhole };
      case 'datetime':
        return { kind: 'datetime', value: token.value };
      case 'word':
        if (!this.#takesSign('(')) throw this.#unexpected('an expression, not a keyword', token);
        return { kind: 'call', name: token.text, parameters: this.#parameters() };
      case 'sign': {
        if (token.text === '*') return { kind: 'star' };
        if (token.text !== '(') throw this.#unexpected('an expression', token);
        const inner = this.#expression();
        this.#sign(')');
        return inner;
      }
      case 'timespan':
      case 'end':
        throw this.#unexpected('an expression', token);
    }
  }

  #parameters(): Expression[] {
    if (this.#takesSign(')')) return [];
    const parameters = this.#list(() => this.#parameter());
    this.#sign(')');
    return parameters;
  }

  #parameter(): Expression {
    const token = this.#peek();
    if (token.kind !== 'timespan') return this.#expression();
    this.#next += 1;
    return { kind: 'timespan', value: token.value };
  }

  #list<Item>(read: () => Item): Item[] {
    const items = [read()];
    while (this.#takesSign(',')) items.push(read());
    return items;
  }

  #nested<Result>(read: () => Result): Result {
    if (this.#depth === MAXIMUM_DEPTH) throw syntaxError('The query is nested too deeply.');
    this.#depth += 1;
    const result = read();
    this.#depth -= 1;
    return result;
  }

  #wholeNumber(): number {
    const token = this.#take();
    if (token.kind === 'number' && token.isWhole) return token.value;
    throw this.#unexpected('a whole number', token);
  }

  #word(expected: string): string {
    const token = this.#take();
    if (token.kind === 'word') return token.text;
    throw this.#unexpected(expected, token);
  }

  #keyword(text: string): void {
    if (!this.#takesWord(text)) throw this.#unexpected(`"${text}"`);
  }

  #sign(text: string): void {
    if (!this.#takesSign(text)) throw this.#unexpected(`"${text}"`);
  }

  #isWord(text: string): boolean {
    const token = this.#peek();
    return token.kind === 'word' && token.text === text;
  }

  #takesWord(text: string): boolean {
    if (!this.#isWord(text)) return false;
    this.#next += 1;
    return true;
  }

  #takesSign(text: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'sign' || token.text !== text) return false;
    this.#next += 1;
    return true;
  }

  #take(): Token {
    const token = this.#peek();
    this.#next += 1;
    return token;
  }

  #peek(ahead = 0): Token {
    return this.#tokens[this.#next + ahead] ?? { kind: 'end', at: -1 };
  }

  #unexpected(expected: string, { at } = this.#peek()): QueryError {
    return syntaxError(`Query could not be parsed at offset ${at}: expected ${expected}.`);
  }
}
