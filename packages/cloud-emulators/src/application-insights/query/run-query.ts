import { bindExpression } from './bind-expression.ts';
import { parseQuery } from './parse-query.ts';
import { semanticError } from './query-error.ts';
import { summarize } from './summarize.ts';
import type { NamedExpression, Operator, Query } from './syntax.ts';
import { type Column, emptyOf, type Row, type Table, type Value } from './table.ts';

/** Runs a query over tables. @throws QueryError for what the emulator does not support or can't resolve. */
export function runQuery(text: string, tables: ReadonlyMap<string, Table>): Table {
  const query = parseQuery(text);
  const all = new Map(tables);
  for (const { name, query: named } of query.named ?? []) all.set(name, run(named, all));
  return run(query, all);
}

function run({ source, operators }: Query, tables: ReadonlyMap<string, Table>): Table {
  const table =
    typeof source === 'string' ? findTable(source, tables) : union(source.map((part) => run(part, tables)));
  return operators.reduce(apply, table);
}

function findTable(name: string, tables: ReadonlyMap<string, Table>): Table {
  const table = tables.get(name);
  if (table) return table;
  throw semanticError(
    `Failed to resolve table named '${name}'. There are: ${[...tables.keys()].join(', ')}.`,
  );
}

/**
 * Makes an outer union: it has every column of any part. The service would split a column with two types into two; here
 * such a union is refused.
 */
function union(parts: readonly Table[]): Table {
  const columns = new Map<string, Column>();
  for (const column of parts.flatMap((part) => part.columns)) {
    if ((columns.get(column.name)?.type ?? column.type) !== column.type)
      throw semanticError(`The column '${column.name}' has two types in this union.`);
    columns.set(column.name, column);
  }
  const missing = Object.fromEntries([...columns.values()].map(({ name, type }) => [name, emptyOf(type)]));
  return {
    columns: [...columns.values()],
    rows: parts.flatMap((part) =>
      part.rows.map((row) => ({
        ...missing,
        ...Object.fromEntries(part.columns.map(({ name, type }) => [name, row[name] ?? emptyOf(type)])),
      })),
    ),
  };
}

function apply(table: Table, operator: Operator): Table {
  const { columns, rows } = table;
  switch (operator.kind) {
    case 'where': {
      const { type, evaluate } = bindExpression(operator.predicate, columns);
      if (type !== 'bool') throw semanticError(`where takes bool, not ${type}.`);
      return { columns, rows: rows.filter((row) => evaluate(row) === true) };
    }
    case 'extend':
      return extend(table, operator.columns);
    case 'project':
      return project(table, operator.columns);
    case 'summarize':
      return summarize(table, operator.aggregates, operator.by);
    case 'order': {
      const keys = operator.keys.map(({ expression, isDescending }) => {
        const { type, evaluate } = bindExpression(expression, columns);
        if (type === 'dynamic') throw semanticError('order by takes no dynamic value; use tostring().');
        return { evaluate, sign: isDescending ? -1 : 1 };
      });
      const difference = (one: Row, other: Row): number => {
        for (const { evaluate, sign } of keys) {
          const order = orderOf(evaluate(one), evaluate(other));
          if (order !== 0) return order * sign;
        }
        return 0;
      };
      return { columns, rows: rows.toSorted(difference) };
    }
    case 'expand':
      return expand(table, operator.column);
    case 'take':
      return { columns, rows: rows.slice(0, operator.count) };
  }
}

/** Adds columns to a table. They see the columns that were there before, not each other. */
function extend({ columns, rows }: Table, added: readonly NamedExpression[]): Table {
  const bound = added.map(({ name, expression }) => {
    if (name === undefined) throw semanticError('A column of extend needs a name here.');
    return { name, ...bindExpression(expression, columns) };
  });
  const names = new Set(bound.map(({ name }) => name));
  if (names.size !== bound.length) throw semanticError('Two columns of extend have the same name.');
  return {
    columns: [
      ...columns.filter(({ name }) => !names.has(name)),
      ...bound.map(({ name, type }) => ({ name, type })),
    ],
    rows: rows.map((row) => ({
      ...row,
      ...Object.fromEntries(bound.map(({ name, evaluate }) => [name, evaluate(row)])),
    })),
  };
}

/**
 * Makes a row of each item of an array, with the item in a column. An empty array and what is no array make no row.
 * Source: https://learn.microsoft.com/kusto/query/mv-expand-operator
 */
function expand({ columns, rows }: Table, { name, expression }: NamedExpression): Table {
  const { type, evaluate } = bindExpression(expression, columns);
  const column = name ?? (expression.kind === 'name' ? expression.name : undefined);
  if (column === undefined) throw semanticError('A column of mv-expand that is made needs a name here.');
  if (type !== 'dynamic') throw semanticError(`mv-expand takes a dynamic value, not ${type}.`);
  return {
    columns: [...columns.filter((one) => one.name !== column), { name: column, type }],
    rows: rows.flatMap((row) => {
      const items: unknown = evaluate(row);
      return Array.isArray(items) ? items.map((item: unknown) => ({ ...row, [column]: item })) : [];
    }),
  };
}

function project({ columns, rows }: Table, chosen: readonly NamedExpression[]): Table {
  const bound = chosen.map(({ name, expression }) => {
    const column = name ?? (expression.kind === 'name' ? expression.name : undefined);
    if (column === undefined) throw semanticError('A column of project that is made needs a name here.');
    return { name: column, ...bindExpression(expression, columns) };
  });
  if (new Set(bound.map(({ name }) => name)).size !== bound.length)
    throw semanticError('Two columns of project have the same name.');
  return {
    columns: bound.map(({ name, type }) => ({ name, type })),
    rows: rows.map((row) => Object.fromEntries(bound.map(({ name, evaluate }) => [name, evaluate(row)]))),
  };
}

/** Compares two values. Nulls come first in ascending order; text is in the order of its bytes. */
function orderOf(one: Value, other: Value): number {
  if (one === null || other === null) return Number(other === null) - Number(one === null);
  if (typeof one === 'string' && typeof other === 'string')
    return Buffer.compare(Buffer.from(one), Buffer.from(other));
  const [low, high] = [one as number, other as number];
  return low < high ? -1 : low > high ? 1 : 0;
}
