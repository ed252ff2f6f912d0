import type { z } from 'zod';
import { describeIssue } from '../errors/describe-issue.ts';
import { formatPath } from '../errors/format-path.ts';
import type { FieldViolation } from '../errors/gateway-error.ts';
import { invalidQuery } from '../errors/invalid-query.ts';

/** The parameter of the APIM subscription key, which API Management reads. It is ignored here. */
const KEY_PARAMETER = 'subscription-key';

/**
 * Reads a query by the schema of its parameters.
 * @throws GatewayError INVALID_REQUEST for parameters that are unknown, repeated or invalid. It has at most ten violations,
 *   each with a parameter's name and rule, never a value.
 */
export function readQuery<Schema extends z.ZodType>(schema: Schema, query: URLSearchParams): z.infer<Schema> {
  const names = [...new Set(query.keys())].filter((name) => name !== KEY_PARAMETER);
  const repeated = names.filter((name) => query.getAll(name).length > 1);
  if (repeated.length > 0)
    throw invalidQuery(
      repeated.map((name) => ({ field: formatPath([name]), description: 'may be given once' })),
    );
  const given = Object.fromEntries(names.map((name) => [name, query.get(name)]));
  const parsed = schema.safeParse(given, { error: describeIssue });
  if (parsed.success) return parsed.data;
  throw invalidQuery(parsed.error.issues.flatMap(toViolations));
}

function toViolations(issue: z.core.$ZodIssue): FieldViolation[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ field: formatPath([key]), description: 'unknown parameter' }));
  return [{ field: formatPath(issue.path), description: issue.message }];
}
