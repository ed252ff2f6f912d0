import type { FieldViolation } from '../errors/gateway-error.ts';
import { invalidBody } from '../errors/invalid-body.ts';

/**
 * Refuses members that would reach for what is not the caller's, each with the reason why, in both of the names that
 * protobuf's JSON has for it. @throws GatewayError INVALID_REQUEST.
 */
export function refuseMembers(body: unknown, reasons: Readonly<Record<string, string>>): void {
  const given = typeof body === 'object' && body !== null ? Object.keys(body) : [];
  const violations = given.flatMap((name): FieldViolation[] => {
    const known = lowerCamelCase(name);
    const description = Object.hasOwn(reasons, known) ? reasons[known] : undefined;
    return description === undefined ? [] : [{ field: name, description }];
  });
  if (violations.length > 0) throw invalidBody(violations);
}

/** https://protobuf.dev/programming-guides/json/ */
function lowerCamelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
