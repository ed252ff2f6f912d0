import { type FieldViolation, GatewayError } from './gateway-error.ts';

/** More violations in one answer would not be read. */
export const MAXIMUM_VIOLATIONS = 10;

/**
 * Creates an INVALID_REQUEST error for a body, with at most ten violations. Its message has the first: path and rule,
 * never a value.
 */
export function invalidBody(violations: readonly FieldViolation[]): GatewayError {
  const [first] = violations;
  return new GatewayError(
    'INVALID_REQUEST',
    `The body is not valid: ${first ? `${first.field}: ${first.description}` : 'wrong shape'}.`,
    { violations: violations.slice(0, MAXIMUM_VIOLATIONS) },
  );
}
