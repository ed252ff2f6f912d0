/** An expression of a query, which has one value for each row. */
export type Expression =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number; readonly isWhole: boolean }
  | { readonly kind: 'datetime' | 'timespan'; readonly value: bigint }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'property'; readonly of: Expression; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly parameters: readonly Expression[] }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'in'; readonly value: Expression; readonly list: readonly Expression[] }
  | {
      readonly kind: 'between';
      readonly value: Expression;
      readonly low: Expression;
      readonly high: Expression;
    }
  /** All columns; allowed in `arg_max(…, *)` and `arg_min(…, *)` alone. */
  | { readonly kind: 'star' };

/** An operator with two operands. */
export type BinaryOperator = 'and' | 'or' | Comparison | TextOperator;
/** An operator that compares two values. */
export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';
/** The operators on text. All are case-sensitive but `=~`. */
export type TextOperator = 'contains_cs' | 'startswith_cs' | 'matches regex' | '=~';

/** An expression and the name of the column that it makes. The service chooses the name when it is left out. */
export interface NamedExpression {
  readonly name: string | undefined;
  readonly expression: Expression;
}

/** One step of a query, which follows a pipe. */
export type Operator =
  | { readonly kind: 'where'; readonly predicate: Expression }
  | { readonly kind: 'extend' | 'project'; readonly columns: readonly NamedExpression[] }
  | {
      readonly kind: 'summarize';
      readonly aggregates: readonly NamedExpression[];
      readonly by: readonly NamedExpression[];
    }
  | {
      readonly kind: 'order';
      readonly keys: readonly { readonly expression: Expression; readonly isDescending: boolean }[];
    }
  | { readonly kind: 'expand'; readonly column: NamedExpression }
  | { readonly kind: 'take'; readonly count: number };

/** A query: a table or a union of queries, and the operators on its rows. */
export interface Query {
  /** The tables that `let` names before the query, in their order. */
  readonly named?: readonly { readonly name: string; readonly query: Query }[];
  readonly source: string | readonly Query[];
  readonly operators: readonly Operator[];
}
