import fc from 'fast-check';
import type { z } from 'zod';
import { validateBody } from '../../../src/dialects/validate-body.ts';
import {
  ChatCompletionsBody,
  ClaudeBody,
  GenerateContentBody,
  ModelInstancesBody,
  PredictBody,
} from '../../../src/dialects/vertex-bodies.ts';
import { jsonOf } from '../json-of.ts';
import { rejectedBy } from '../thrown-by.ts';

const SECRET = 'secret-value';

async function refusal(schema: z.ZodType, body: unknown) {
  const error = await rejectedBy(validateBody(schema, jsonOf(body)));
  expect(error.code).toBe('INVALID_REQUEST');
  return error;
}

test('a predict body with instances and parameters is accepted', async () => {
  const body = { instances: [{ sepal_length: 5.1 }, [1, 2], null, 'text'], parameters: { threshold: 0.5 } };
  await validateBody(PredictBody, jsonOf(body));
});

test('an endpoint is sent as many instances as there are, and a model 250', async () => {
  const body = (count: number) => ({ instances: Array.from({ length: count }, (_, index) => index) });
  await validateBody(PredictBody, jsonOf(body(100_000)));
  await validateBody(ModelInstancesBody, jsonOf(body(250)));
  expect((await refusal(ModelInstancesBody, body(251))).violations).toEqual([
    { field: 'instances', description: 'must have at most 250 items' },
  ]);
});

test.each([
  ['contents', GenerateContentBody, { parts: [{ text: 'Hi' }] }, {}],
  ['messages', ChatCompletionsBody, { role: 'user' }, {}],
  ['messages', ClaudeBody, { role: 'user' }, { anthropic_version: 'vertex-2023-10-16' }],
])('a call has at most 100,000 %s', async (name, schema, item, others) => {
  const body = (count: number) => ({ ...others, [name]: Array.from({ length: count }, () => item) });
  await validateBody(schema, jsonOf(body(100_000)));
  expect((await refusal(schema, body(100_001))).violations).toEqual([
    { field: name, description: 'must have at most 100000 items' },
  ]);
});

test.each([
  ['no instances', {}, 'instances'],
  ['an empty list of instances', { instances: [] }, 'instances'],
  ['instances that are no list', { instances: { 0: SECRET } }, 'instances'],
  ['instances that are text', { instances: SECRET }, 'instances'],
  ['an unknown field', { instances: [1], labels: SECRET }, 'labels'],
  ['a list', [SECRET], 'body'],
  ['text', SECRET, 'body'],
  ['null', null, 'body'],
])('a predict body of %s is refused at its path', async (_, body, field) => {
  const error = await refusal(PredictBody, body);
  expect(error.violations.map((violation) => violation.field)).toEqual([field]);
  expect(error.message).toMatch(new RegExp(`^The body is not valid: ${field}: .+\\.$`));
});

test('every unknown field is named, ten at most', async () => {
  const unknown = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`field${index}`, SECRET]));
  const { violations } = await refusal(PredictBody, { instances: [1], ...unknown });
  expect(violations).toHaveLength(10);
  expect(violations[0]).toEqual({ field: 'field0', description: 'unknown field' });
});

test.each([
  ['a list of contents', { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] }],
  ['one content', { contents: { role: 'user', parts: { text: 'Hi' } } }],
  ['fields that the gateway does not know', { contents: [{ parts: [{ future: 1 }], more: 2 }], tools: [] }],
])('a generate body with %s is accepted', async (_, body) => {
  await validateBody(GenerateContentBody, jsonOf(body));
});

test.each([
  ['no contents', {}, 'contents'],
  ['no content in the list', { contents: [] }, 'contents'],
  ['contents of text', { contents: SECRET }, 'contents'],
  ['a content of text', { contents: [{ parts: [{}] }, SECRET] }, 'contents[1]'],
  ['a role that is no text', { contents: [{ role: 7 }] }, 'contents[0].role'],
  ['a part that is no object', { contents: [{ parts: [{}, SECRET] }] }, 'contents[0].parts[1]'],
  ['no part in the list', { contents: [{ parts: [] }] }, 'contents[0].parts'],
])('a generate body with %s is refused at its path', async (_, body, field) => {
  const { violations } = await refusal(GenerateContentBody, body);
  expect(violations.map((violation) => violation.field)).toEqual([field]);
});

test('a refusal never tells a value', async () => {
  const value = fc.anything({ values: [fc.constant(SECRET)], maxDepth: 3 });
  const body = fc.oneof(
    value,
    fc.record({ instances: value, contents: value, parameters: value }, { requiredKeys: [] }),
    fc.record({ contents: fc.array(fc.record({ role: value, parts: value })) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(PredictBody, GenerateContentBody), body, async (schema, json) => {
      const keys = JSON.stringify(keysOf(json));
      fc.pre(json !== undefined && !keys.includes(SECRET) && !keys.includes('__proto__'));
      try {
        await validateBody(schema, jsonOf(json));
      } catch (error) {
        expect(error).toMatchObject({ code: 'INVALID_REQUEST' });
        const { message, violations } = error as { message: string; violations: unknown };
        expect(message + JSON.stringify(violations)).not.toContain(SECRET);
      }
    }),
    { numRuns: 500 },
  );
});

function keysOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [key, ...keysOf(child)]);
}
