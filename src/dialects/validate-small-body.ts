import type { z } from 'zod';
import { describeIssue } from '../errors/describe-issue.ts';
import { formatPath } from '../errors/format-path.ts';
import type { FieldViolation } from '../errors/gateway-error.ts';
import { invalidBody } from '../errors/invalid-body.ts';
import type { JsonValue } from '../json/json-value.ts';

/**
 * Validates a body in one go, by any zod schema. Its purpose must have small bounds. Null stands for a member that is left
 * out, as in Google's JSON: https://protobuf.dev/programming-guides/json/
 * @throws GatewayError INVALID_REQUEST with at most ten violations: path and rule, never a value.
 */
export function validateSmallBody<Schema extends z.ZodType>(
  schema: Schema,
  body: JsonValue,
): z.infer<Schema> {
  const parsed = schema.safeParse(withoutNulls(body.toJson()), { error: describeIssue });
  if (parsed.success) return parsed.data;
  throw invalidBody(parsed.error.issues.flatMap(toViolations));
}

/** The readers of bodies bound the nesting. */
function withoutNulls(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(withoutNulls);
  if (typeof json !== 'object' || json === null) return json;
  const set = Object.entries(json).filter(([, value]) => value !== null);
  return Object.fromEntries(set.map(([name, value]) => [name, withoutNulls(value)]));
}

function toViolations(issue: z.core.$ZodIssue): FieldViolation[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: formatPath([...issue.path, key]),
      description: 'unknown field',
    }));
  }
  const { path, message } = innermost(issue);
  return [{ field: formatPath(path) || 'body', description: message }];
}

/** Picks the deepest violation of a union: it belongs to the alternative that the caller most likely meant. */
function innermost(issue: z.core.$ZodIssue): { path: PropertyKey[]; message: string } {
  if (issue.code !== 'invalid_union') return issue;
  const [deepest] = issue.errors
    .flat()
    .map(innermost)
    .toSorted((one, other) => other.path.length - one.path.length);
  if (!deepest) return issue;
  return { path: [...issue.path, ...deepest.path], message: deepest.message };
}
