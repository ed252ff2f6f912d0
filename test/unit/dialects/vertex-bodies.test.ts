import fc from 'fast-check';
import { GenerateContentBody, PredictBody, validateBody } from '../../../src/dialects/vertex-bodies.ts';
import { thrownBy } from '../thrown-by.ts';

const SECRET = 'secret-value';

function refusal(schema: typeof PredictBody | typeof GenerateContentBody, body: unknown) {
  const error = thrownBy(() => validateBody(schema, body));
  expect(error.code).toBe('INVALID_REQUEST');
  return error;
}

test('a predict body with instances and parameters is accepted', () => {
  const body = { instances: [{ sepal_length: 5.1 }, [1, 2], null, 'text'], parameters: { threshold: 0.5 } };
  expect(validateBody(PredictBody, body)).toEqual(body);
});

test('1,000 instances are accepted', () => {
  const body = { instances: Array.from({ length: 1000 }, (_, index) => index) };
  expect(validateBody(PredictBody, body)).toEqual(body);
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
])('a predict body of %s is refused at its path', (_, body, field) => {
  const error = refusal(PredictBody, body);
  expect(error.violations.map((violation) => violation.field)).toEqual([field]);
  expect(error.message).toMatch(new RegExp(`^The body is not valid: ${field}: .+\\.$`));
});

test('every unknown field is named, ten at most', () => {
  const unknown = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`field${index}`, SECRET]));
  const { violations } = refusal(PredictBody, { instances: [1], ...unknown });
  expect(violations).toHaveLength(10);
  expect(violations[0]).toEqual({ field: 'field0', description: 'unknown field' });
});

test.each([
  ['a list of contents', { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] }],
  ['one content', { contents: { role: 'user', parts: { text: 'Hi' } } }],
  ['fields that the gateway does not know', { contents: [{ parts: [{ future: 1 }], more: 2 }], tools: [] }],
])('a generate body with %s is accepted as it is', (_, body) => {
  expect(validateBody(GenerateContentBody, body)).toEqual(body);
});

test.each([
  ['no contents', {}, 'contents'],
  ['no content in the list', { contents: [] }, 'contents'],
  ['contents of text', { contents: SECRET }, 'contents'],
  ['a content of text', { contents: [{ parts: [{}] }, SECRET] }, 'contents[1]'],
  ['a role that is no text', { contents: [{ role: 7 }] }, 'contents[0].role'],
  ['a part that is no object', { contents: [{ parts: [{}, SECRET] }] }, 'contents[0].parts[1]'],
  ['no part in the list', { contents: [{ parts: [] }] }, 'contents[0].parts'],
])('a generate body with %s is refused at its path', (_, body, field) => {
  expect(refusal(GenerateContentBody, body).violations.map((violation) => violation.field)).toEqual([field]);
});

test('a refusal never tells a value', () => {
  const value = fc.anything({ values: [fc.constant(SECRET)], maxDepth: 3 });
  const body = fc.oneof(
    value,
    fc.record({ instances: value, contents: value, parameters: value }, { requiredKeys: [] }),
    fc.record({ contents: fc.array(fc.record({ role: value, parts: value })) }),
  );
  fc.assert(
    fc.property(fc.constantFrom(PredictBody, GenerateContentBody), body, (schema, json) => {
      fc.pre(!JSON.stringify(keysOf(json)).includes(SECRET));
      try {
        validateBody(schema, json);
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
