/** The scalar types of the Kusto Query Language that are emulated. A timespan is a parameter of `bin()` alone. */
export type ScalarType = 'string' | 'bool' | 'int' | 'long' | 'real' | 'datetime' | 'timespan' | 'dynamic';

/** The value of a cell. A string is never null; a datetime is ticks; a dynamic value is JSON. */
export type Value = unknown;

/** A column of a table. */
export interface Column {
  readonly name: string;
  readonly type: ScalarType;
}

/** The values of a row by the names of the columns. */
export type Row = Readonly<Record<string, Value>>;

/** A table of telemetry, or the result of an operator. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/**
 * The name under which a row of a table holds the time of its ingestion. It is no column, as in the service: operators
 * that make new rows leave it out.
 */
export const INGESTED_AT = '$ingestedAt';

/** Gives the value of a column in a row that has none for it. */
export function emptyOf(type: ScalarType): Value {
  return type === 'string' ? '' : null;
}

/** True for the types of numbers. */
export function isNumeric(type: ScalarType): boolean {
  return type === 'int' || type === 'long' || type === 'real';
}
