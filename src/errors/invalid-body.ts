import { type FieldViolation, GatewayError } from './gateway-error.ts';

/** More than these help nobody. */
export const MAXIMUM_VIOLATIONS = 10;

/** INVALID_REQUEST with at most ten violations, the first of them in its sentence: path and rule, never a value. */
export function invalidBody(violations: readonly FieldViolation[]): GatewayError {
  const [first] = violations;
  return new GatewayError(
    'INVALID_REQUEST',
    `The body is not valid: ${first ? `${first.field}: ${first.description}` : 'wrong shape'}.`,
    { violations: violations.slice(0, MAXIMUM_VIOLATIONS) },
  );
}
