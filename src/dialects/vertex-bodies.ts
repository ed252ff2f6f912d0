import { z } from 'zod';
import { formatPath } from '../errors/format-path.ts';
import { invalidBody } from '../errors/invalid-body.ts';

/**
 * Body of a custom endpoint's `:predict`. Strict, because it becomes protobuf, which would drop what it doesn't know.
 * https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/predict
 */
export const PredictBody = z.strictObject({
  instances: z.array(z.unknown()).min(1),
  parameters: z.unknown().optional(),
});
export type PredictBody = z.infer<typeof PredictBody>;

/** Google's JSON parser takes one object where a list of them is declared; its own samples use that. */
const oneOrMore = <Item extends z.ZodType>(item: Item) => z.union([item, z.array(item).min(1)]);

const Content = z.looseObject({
  role: z.string().optional(),
  parts: oneOrMore(z.looseObject({})).optional(),
});

/**
 * Envelope of `:generateContent` and `:streamGenerateContent`. Loose, because the bytes pass through to Vertex AI.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference
 */
export const GenerateContentBody = z.looseObject({ contents: oneOrMore(Content) });
export type GenerateContentBody = z.infer<typeof GenerateContentBody>;

/** Of an operation that is decided on but not served yet, the envelope alone. */
export const AnyBody = z.looseObject({});

/** Validates a parsed body. Throws INVALID_REQUEST with at most ten violations: path and rule, never a value. */
export function validateBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw invalidBody(parsed.error.issues.flatMap(toViolations));
}

function toViolations(issue: z.core.$ZodIssue): { field: string; description: string }[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: formatPath([...issue.path, key]),
      description: 'unknown field',
    }));
  }
  const { path, message } = innermost(issue);
  return [{ field: formatPath(path) || 'body', description: message }];
}

/** Of a union, the violation that lies deepest: it belongs to the alternative that was meant. */
function innermost(issue: z.core.$ZodIssue): { path: PropertyKey[]; message: string } {
  if (issue.code !== 'invalid_union') return issue;
  const [deepest] = issue.errors
    .flat()
    .map(innermost)
    .toSorted((one, other) => other.path.length - one.path.length);
  if (!deepest) return issue;
  return { path: [...issue.path, ...deepest.path], message: deepest.message };
}
