import { type FieldViolation, GatewayError } from './gateway-error.ts';
import { MAXIMUM_VIOLATIONS } from './invalid-body.ts';

/**
 * Creates an INVALID_REQUEST error for a query, with at most ten violations. Its message has the first: parameter and
 * rule, never a value.
 */
export function invalidQuery(violations: readonly FieldViolation[]): GatewayError {
  const [first] = violations;
  return new GatewayError(
    'INVALID_REQUEST',
    `The query is not valid: ${first ? `${first.field}: ${first.description}` : 'wrong shape'}.`,
    { violations: violations.slice(0, MAXIMUM_VIOLATIONS) },
  );
}
