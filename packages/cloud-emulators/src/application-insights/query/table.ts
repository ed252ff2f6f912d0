/** Scalar types of the Kusto Query Language, as far as they are emulated. */
export type ScalarType = 'string' | 'bool' | 'int' | 'long' | 'real' | 'datetime' | 'dynamic';

/** A string is never null; a datetime is ticks; a dynamic value is JSON. */
export type Value = unknown;

export interface Column {
  readonly name: string;
  readonly type: ScalarType;
}

export type Row = Readonly<Record<string, Value>>;

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/** What a column holds in a row that has no value for it. */
export function emptyOf(type: ScalarType): Value {
  return type === 'string' ? '' : null;
}

export function isNumeric(type: ScalarType): boolean {
  return type === 'int' || type === 'long' || type === 'real';
}
