import fc from 'fast-check';
import { z } from 'zod';
import { validateBody } from '../../../src/dialects/validate-body.ts';
import { validateSmallBody } from '../../../src/dialects/validate-small-body.ts';
import type { GatewayError } from '../../../src/errors/gateway-error.ts';
import { jsonOf } from '../json-of.ts';
import { rejectedBy } from '../thrown-by.ts';

const Item = z.looseObject({ role: z.string(), parts: z.array(z.looseObject({})).min(1).optional() });
const Body = z.strictObject({
  model: z.string().min(2).optional(),
  count: z.int().min(1).nullish(),
  kind: z.enum(['a', 'b']).optional(),
  stream: z.boolean().nullish(),
  anything: z.unknown().optional(),
  options: z.looseObject({ deep: z.looseObject({ on: z.boolean().optional() }).optional() }).nullish(),
  items: z.union([Item, z.array(Item).min(1).max(3)]),
});

const found = (error: GatewayError) =>
  error.violations.map(({ field, description }) => `${field}: ${description}`);

async function refusal(body: unknown): Promise<string[]> {
  return found(await rejectedBy(validateBody(Body, jsonOf(body))));
}

test('returns the members that are neither lists nor objects', async () => {
  const body = {
    model: 'xy',
    count: null,
    stream: true,
    items: [{ role: 'user', parts: [{}] }],
    options: {},
  };
  expect(await validateBody(Body, jsonOf(body))).toEqual({ model: 'xy', count: null, stream: true });
});

test('a missing body is validated as an empty object', async () => {
  expect(found(await rejectedBy(validateBody(Body, undefined)))).toEqual(['items: is missing']);
});

test.each([
  [[], ['body: must be an object']],
  [{}, ['items: is missing']],
  [{ items: [] }, ['items: must not be empty']],
  [{ items: 'x' }, ['items: must be an object']],
  [{ items: [{ role: 'a' }, { role: 'a' }, { role: 'a' }, 7] }, ['items: must have at most 3 items']],
  [
    { items: [{ role: 'a' }, { role: 7 }, 8] },
    ['items[1].role: must be a text', 'items[2]: must be an object'],
  ],
  [
    { items: { role: 'a', parts: [{}, 1, []] } },
    ['items.parts[1]: must be an object', 'items.parts[2]: must be an object'],
  ],
  [{ items: { role: 'a', parts: [] } }, ['items.parts: must not be empty']],
  [{ items: { role: 'a' }, model: 'x' }, ['model: must have at least 2 characters']],
  [{ items: { role: 'a' }, kind: 'c' }, ['kind: must be one of a, b']],
  [{ items: { role: 'a' }, options: { deep: { on: 1 } } }, ['options.deep.on: must be true or false']],
  [{ items: { role: 'a' }, a: 1, b: [] }, ['a: unknown field', 'b: unknown field']],
  [{ items: { role: 'a' }, other: null }, ['other: unknown field']],
])('%j is refused with its places', async (body, violations) => {
  expect(await refusal(body)).toEqual(violations);
});

test.each([
  { items: { role: 'a', parts: null }, model: null, kind: null, options: { deep: { on: null } } },
  { items: [{ role: 'a' }], count: null, stream: null, options: null },
])('null stands for an optional member that is left out: %j', async (body) => {
  expect(await validateBody(Body, jsonOf(body))).toMatchObject({});
});

test.each([{ items: null }, { items: [null] }, { items: { role: null } }, null])(
  'null is no value of a member that is needed: %j',
  async (body) => {
    expect(await refusal(body)).toHaveLength(1);
  },
);

/** A member that no schema here has: it is refused whatever its value is. */
const UNKNOWN = 'other';

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const set = Object.entries(value).filter(([name, member]) => member !== null || name === UNKNOWN);
  return Object.fromEntries(set.map(([name, member]) => [name, withoutNulls(member)]));
}

test('whatever a body is, it is refused exactly when zod refuses it without known members that are null', async () => {
  const scalar = fc.oneof(
    fc.constantFrom('', 'x', 'xy', 'a', null, true, 0, 1, 1.5),
    fc.jsonValue({ maxDepth: 1 }),
  );
  const item = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record(
        { role: scalar, parts: fc.oneof(scalar, fc.array(fc.oneof(fc.constant({}), scalar))) },
        { requiredKeys: [] },
      ),
    },
    scalar,
  );
  const body = fc.record(
    {
      model: scalar,
      count: scalar,
      kind: scalar,
      stream: scalar,
      anything: scalar,
      [UNKNOWN]: scalar,
      options: fc.oneof(scalar, fc.record({ deep: fc.oneof(scalar, fc.record({ on: scalar })) })),
      items: fc.oneof(item, fc.array(item, { maxLength: 4 })),
    },
    { requiredKeys: ['items'] },
  );
  await fc.assert(
    fc.asyncProperty(body, async (value) => {
      fc.pre(!JSON.stringify(value).includes('"__proto__"'));
      const isValid = Body.safeParse(withoutNulls(value)).success;
      const isTaken = await validateBody(Body, jsonOf(value)).then(
        () => true,
        () => false,
      );
      expect(isTaken).toBe(isValid);
    }),
    { numRuns: 2_000 },
  );
});

test('the work ends with the tenth violation', async () => {
  const Messages = z.looseObject({ messages: z.array(z.looseObject({ role: z.string() })) });
  let turns = 0;
  const next = () => {
    turns += 1;
    return Promise.resolve();
  };
  const numbers = jsonOf({ messages: Array.from({ length: 100_000 }, () => 1) });
  const error = await rejectedBy(validateBody(Messages, numbers, { next }));
  expect(error.violations).toHaveLength(10);
  expect(turns).toBe(0);
});

test('a long list is validated in turns of the event loop', async () => {
  const Messages = z.looseObject({ messages: z.array(z.looseObject({ role: z.string() })) });
  let turns = 0;
  const next = () => {
    turns += 1;
    return Promise.resolve();
  };
  await validateBody(Messages, jsonOf({ messages: Array.from({ length: 50_000 }, () => ({ role: '' })) }), {
    next,
  });
  expect(turns).toBe(50);
});

test('a text that the schema describes has at most a megabyte', async () => {
  expect(await refusal({ items: { role: 'x'.repeat(1_048_576) } })).toEqual([
    'items.role: must have at most 1048576 bytes',
  ]);
});

test('refuses a schema with a rule for a whole object', async () => {
  const Refined = z.object({ a: z.string() }).refine(() => false);
  await expect(validateBody(Refined, jsonOf({ a: '' }))).rejects.toThrow(TypeError);
  await expect(validateBody(z.record(z.string(), z.string()), jsonOf({ a: 1 }))).rejects.toThrow(TypeError);
});

test('a small body is validated as a whole, with the deepest violation of alternatives', () => {
  const Small = z.strictObject({ list: z.union([z.string(), z.array(z.string().min(1))]) });
  expect(validateSmallBody(Small, jsonOf({ list: ['a'] }))).toEqual({ list: ['a'] });
  expect(() => validateSmallBody(Small, jsonOf({ list: ['a', ''] }))).toThrow('list[1]: must not be empty');
  expect(() => validateSmallBody(Small, jsonOf({ list: 'a', more: 1 }))).toThrow('more: unknown field');
});
