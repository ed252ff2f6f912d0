import type { FieldViolation } from '../errors/gateway-error.ts';
import { invalidBody, MAXIMUM_VIOLATIONS } from '../errors/invalid-body.ts';
import type { JsonValue } from '../json/json-value.ts';

/**
 * Refuses listed members of an object, in lowerCamelCase and in snake_case: protobuf's JSON takes both. Null stands for a
 * member that is left out.
 * @param reasons the description of each violation, by the lowerCamelCase name.
 * @throws GatewayError INVALID_REQUEST with at most ten violations.
 */
export function refuseMembers(body: JsonValue, reasons: Readonly<Record<string, string>>): void {
  const violations: FieldViolation[] = [];
  for (const [name, value] of body.members()) {
    if (value.kind === 'null') continue;
    const known = lowerCamelCase(name);
    const description = Object.hasOwn(reasons, known) ? reasons[known] : undefined;
    if (description !== undefined) violations.push({ field: name, description });
    if (violations.length === MAXIMUM_VIOLATIONS) break;
  }
  if (violations.length > 0) throw invalidBody(violations);
}

/** The JSON name of a field, as in https://protobuf.dev/programming-guides/json/ */
function lowerCamelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
