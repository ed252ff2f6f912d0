import { bindExpression } from './bind-expression.ts';
import { semanticError } from './query-error.ts';
import type { Expression, NamedExpression } from './syntax.ts';
import { type Column, isNumeric, type Row, type Table, type Value } from './table.ts';

/** One or more columns that are computed from all the rows of a group. */
interface Aggregate {
  readonly columns: readonly Column[];
  readonly reduce: (rows: readonly Row[]) => Row;
}

/**
 * Groups rows and aggregates each group. Without group keys the result is one row, also for an empty table.
 * Source: https://learn.microsoft.com/kusto/query/summarize-operator
 */
export function summarize(
  { columns, rows }: Table,
  aggregates: readonly NamedExpression[],
  by: readonly NamedExpression[],
): Table {
  const keys = by.map(({ name, expression }) => {
    const bound = bindExpression(expression, columns);
    const column = name ?? nameOf(expression);
    if (column === undefined) throw semanticError('A group that is no column needs a name.');
    return { column: { name: column, type: bound.type }, evaluate: bound.evaluate };
  });
  const keyNames = new Set(keys.map(({ column }) => column.name));
  const reductions = aggregates.map((aggregate) => bindAggregate(aggregate, columns, keyNames));
  const groups = new Map<string, { key: Row; rows: Row[] }>();
  if (keys.length === 0) groups.set('[]', { key: {}, rows: [] });
  for (const row of rows) {
    const values = keys.map(({ evaluate }) => evaluate(row));
    const id = JSON.stringify(values, (_, value: Value) => (typeof value === 'bigint' ? `${value}n` : value));
    const group = groups.get(id) ?? {
      key: Object.fromEntries(keys.map(({ column }, index) => [column.name, values[index]])),
      rows: [],
    };
    groups.set(id, group);
    group.rows.push(row);
  }
  return {
    columns: uniqueColumns([
      ...keys.map(({ column }) => column),
      ...reductions.flatMap((reduction) => reduction.columns),
    ]),
    rows: [...groups.values()].map((group) =>
      reductions.reduce((row, { reduce }): Row => ({ ...row, ...reduce(group.rows) }), group.key),
    ),
  };
}

function bindAggregate(
  { name, expression }: NamedExpression,
  columns: readonly Column[],
  keyNames: ReadonlySet<string>,
): Aggregate {
  if (expression.kind !== 'call')
    throw semanticError('summarize takes aggregations, and groups behind "by".');
  const { name: aggregation, parameters } = expression;
  const [first, second] = parameters;
  if (aggregation === 'count' && !first) return ofRows(name ?? 'count_', 'long', (rows) => rows.length);
  const isExtreme = aggregation === 'arg_max' || aggregation === 'arg_min';
  if (isExtreme && first && second?.kind === 'star' && name === undefined)
    return bindExtremeRow(aggregation, first, columns, keyNames);
  if (first && !second) {
    const value = bindExpression(first, columns);
    if (aggregation === 'countif' && value.type === 'bool')
      return ofRows(
        name ?? 'countif_',
        'long',
        (rows) => rows.filter((row) => value.evaluate(row) === true).length,
      );
    if (aggregation === 'sum' && isNumeric(value.type))
      return ofRows(name ?? `sum_${nameOf(first) ?? ''}`, value.type === 'real' ? 'real' : 'long', (rows) =>
        rows.reduce((total, row) => total + ((value.evaluate(row) as number | null) ?? 0), 0),
      );
    if (
      (aggregation === 'min' || aggregation === 'max') &&
      (isNumeric(value.type) || value.type === 'datetime')
    )
      return ofRows(name ?? `${aggregation}_${nameOf(first) ?? ''}`, value.type, (rows) =>
        extremeOf(rows.map(value.evaluate), aggregation),
      );
  }
  throw semanticError(`The aggregation ${aggregation}() is not emulated for what it is given here.`);
}

/** Finds the smallest or largest value. Nulls do not count; the result is null when there are only nulls. */
function extremeOf(values: readonly Value[], aggregation: 'min' | 'max'): Value {
  return values.reduce((extreme, value) => {
    if (value === null || extreme === null) return value ?? extreme;
    const isLess = (value as number) < (extreme as number);
    return isLess === (aggregation === 'min') ? value : extreme;
  }, null);
}

/**
 * Binds `arg_max` or `arg_min`, which give the row of a group where a column is largest or smallest. A row without a value
 * counts only where no row has one.
 * Source: https://learn.microsoft.com/kusto/query/arg-min-aggregation-function
 */
function bindExtremeRow(
  aggregation: 'arg_max' | 'arg_min',
  expression: Expression,
  columns: readonly Column[],
  keyNames: ReadonlySet<string>,
): Aggregate {
  const column = nameOf(expression);
  const { type, evaluate } = bindExpression(expression, columns);
  if (column === undefined || !(isNumeric(type) || type === 'datetime'))
    throw semanticError(`${aggregation}() is emulated for a column of numbers or datetimes alone.`);
  const others = columns.filter(({ name }) => name !== column && !keyNames.has(name));
  const kept = [{ name: column, type }, ...others];
  const isBetter = (value: Value, best: Value): boolean => {
    if (value === null || best === null) return value !== null;
    return aggregation === 'arg_max'
      ? (value as number) > (best as number)
      : (value as number) < (best as number);
  };
  return {
    columns: kept,
    reduce: (rows) => {
      const found = rows.reduce((best, row) => (isBetter(evaluate(row), evaluate(best)) ? row : best));
      return Object.fromEntries(kept.map(({ name }) => [name, found[name]]));
    },
  };
}

function ofRows(name: string, type: Column['type'], reduce: (rows: readonly Row[]) => Value): Aggregate {
  return { columns: [{ name, type }], reduce: (rows) => ({ [name]: reduce(rows) }) };
}

/** Gives the name that the service chooses for a column without one. */
function nameOf(expression: Expression): string | undefined {
  return expression.kind === 'name' ? expression.name : undefined;
}

function uniqueColumns(columns: readonly Column[]): readonly Column[] {
  const names = new Set(columns.map(({ name }) => name));
  if (names.size !== columns.length) throw semanticError('Two columns would have the same name.');
  return columns;
}
