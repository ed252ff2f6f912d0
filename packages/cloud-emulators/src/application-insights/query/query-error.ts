/** The reason of a refusal: a query that cannot be parsed, or one that cannot be resolved. */
type QueryErrorKind = 'SyntaxError' | 'SemanticError';

/** A query that is refused; the service answers it with 400. */
export class QueryError extends Error {
  readonly kind: QueryErrorKind;

  constructor(kind: QueryErrorKind, message: string) {
    super(message);
    this.name = 'QueryError';
    this.kind = kind;
  }
}

/** Creates the error of a query that cannot be parsed. */
export function syntaxError(message: string): QueryError {
  return new QueryError('SyntaxError', message);
}

/** Creates the error of a query that cannot be bound to tables and columns. */
export function semanticError(message: string): QueryError {
  return new QueryError('SemanticError', message);
}
