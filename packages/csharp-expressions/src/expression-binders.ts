import { CALLS } from './bind-calls.ts';
import { bindElementAccess } from './bind-elements.ts';
import { bindLambda } from './bind-lambda.ts';
import { LITERALS } from './bind-literals.ts';
import { NAMES } from './bind-names.ts';
import { OPERATORS } from './bind-operators.ts';
import type { Bind } from './binder.ts';

/** The binder of every kind of expression, by the kind of its syntax node. */
export const EXPRESSION_BINDERS: Readonly<Record<string, Bind>> = {
  ...LITERALS,
  ...NAMES,
  ...OPERATORS,
  ...CALLS,
  element_access_expression: bindElementAccess,
  lambda_expression: bindLambda,
};
