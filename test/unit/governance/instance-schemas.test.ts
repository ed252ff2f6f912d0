import fc from 'fast-check';
import type { CallTarget } from '../../../src/governance/call-target.ts';
import type { Governance } from '../../../src/governance/governance.ts';
import { createSchemaCompiler } from '../../../src/governance/compile-schemas.ts';
import { createInstanceChecks, type Instances } from '../../../src/governance/instance-schemas.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { jsonOf } from '../json-of.ts';
import { rejectedBy } from '../thrown-by.ts';
import { endpointEntry, governanceOf, modelEntry } from './governance-of.ts';

const MEASURES = ['sepal_length', 'petal_width'];
const FLOWER = {
  oneOf: [
    { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 },
    {
      type: 'object',
      properties: Object.fromEntries(MEASURES.map((name) => [name, { type: 'number', minimum: 0 }])),
      required: MEASURES,
      additionalProperties: false,
    },
  ],
};
const IRIS = endpointEntry({
  instances: FLOWER,
  parameters: { type: 'object', properties: { top: { type: 'integer' } } },
});
const RESOURCE = { kind: 'endpoint', endpoint: '1234567890' } as const;
const governance = governanceOf({ entries: [IRIS, modelEntry()], grants: [] });
const GOOD = [1, 2];

function sent(instances: readonly unknown[], parameters?: unknown): Instances {
  return {
    instances: jsonOf(instances),
    ...(parameters !== undefined && { parameters: jsonOf(parameters) }),
  };
}

/** Checks the instances of a call on a resource, as the call itself does with the entry that serves it. */
function checkOf(
  governance: Governance,
  resource: CallTarget['resource'],
  instances: Instances | undefined,
): Promise<void> {
  return governance.checkInstances(governance.findEntry(resource), instances);
}

async function violations(instances: readonly unknown[], parameters?: unknown): Promise<string[]> {
  const error = await rejectedBy(checkOf(governance, RESOURCE, sent(instances, parameters)));
  return error.violations.map(({ field, description }) => `${field}: ${description}`);
}

test('instances and parameters that fulfil their schemas pass', async () => {
  const instances = [GOOD, { sepal_length: 1, petal_width: 2 }];
  await checkOf(governance, RESOURCE, sent(instances, { top: 3 }));
  await checkOf(governance, RESOURCE, sent(instances));
});

test.each([
  ['a value of the wrong type', { sepal_length: 1, petal_width: 'x' }, '.petal_width: must be number'],
  ['a value out of bounds', { sepal_length: -1, petal_width: 1 }, '.sepal_length: must be >= 0'],
  ['a part of a list', [1, 'x'], '[1]: must be number'],
  ['a list that is too short', [1], ': must NOT have fewer than 2 items'],
  ['a missing property', { sepal_length: 1 }, ": must have required property 'petal_width'"],
  [
    'an unknown property',
    { sepal_length: 1, petal_width: 1, secret: 1 },
    ': must NOT have additional properties',
  ],
  ['neither of the alternatives', 'secret', ': must be array or must be object'],
  ['null', null, ': must be array or must be object'],
])('%s is refused with its place and its rule', async (_, instance, violation) => {
  expect(await violations([GOOD, GOOD, GOOD, instance])).toEqual([`instances[3]${violation}`]);
});

test('bad parameters are refused with their place', async () => {
  expect(await violations([GOOD], { top: 'secret' })).toEqual(['parameters.top: must be integer']);
});

const RESOURCE_OF_ENTRY = { kind: 'endpoint', endpoint: '1234567890' } as const;

test('at most ten violations are told, however many there are', async () => {
  const all = await violations(
    Array.from({ length: 1000 }, () => 'secret'),
    7,
  );
  expect(all).toHaveLength(10);
  expect(all[9]).toMatch(/^instances\[9\]: /);
});

test('the error is INVALID_REQUEST, and its sentence is the first violation', async () => {
  const error = await rejectedBy(checkOf(governance, RESOURCE, sent([GOOD, [1, null]])));
  expect(error).toMatchObject({
    code: 'INVALID_REQUEST',
    message: 'The body is not valid: instances[1][1]: must be number.',
  });
});

test('a call by the alias is checked like one by the id; what has no schema is not checked', async () => {
  const aliased = governanceOf({ entries: [{ ...IRIS, alias: 'flowers' }, modelEntry()], grants: [] });
  const bad = sent([7]);
  const byAlias = checkOf(aliased, { kind: 'endpoint', endpoint: 'flowers' }, bad);
  await expect(byAlias).rejects.toThrow(GatewayError);
  await checkOf(aliased, { kind: 'endpoint', endpoint: '42' }, bad);
  const free = governanceOf({ entries: [endpointEntry()], grants: [] });
  await checkOf(free, RESOURCE, bad);
});

test('a body without instances that can be read meets no schema', async () => {
  const [error] = (await rejectedBy(checkOf(governance, RESOURCE, undefined))).violations;
  expect(error).toEqual({
    field: 'body',
    description:
      'must be JSON with instances, and have a JSON content type, because this endpoint has a schema of instances',
  });
  const parameters = governanceOf({ entries: [endpointEntry({ parameters: {} })], grants: [] });
  await expect(checkOf(parameters, RESOURCE_OF_ENTRY, undefined)).rejects.toThrow(GatewayError);
  const free = governanceOf({ entries: [endpointEntry(), modelEntry()], grants: [] });
  await checkOf(free, RESOURCE_OF_ENTRY, undefined);
  const model = { kind: 'model', publisher: 'google', model: 'gemini-3.5-flash' } as const;
  await checkOf(free, model, undefined);
});

test('an error never holds a value', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue({ maxDepth: 3 }), { minLength: 1 }), async (instances) => {
      const tagged = instances.map((instance) =>
        typeof instance === 'string' ? `secret-${instance}` : instance,
      );
      fc.pre(!JSON.stringify(tagged).includes('"__proto__"'));
      try {
        await checkOf(governance, RESOURCE, sent(tagged));
      } catch (error) {
        expect((error as Error).message).not.toContain('secret-');
        expect((error as GatewayError).violations.length).toBeLessThanOrEqual(10);
      }
    }),
  );
});

test('an asynchronous schema is refused', () => {
  const entries = [endpointEntry({ instances: { $async: true, type: 'object' } })];
  expect(() => createInstanceChecks({ entries }, createSchemaCompiler())).toThrow(/asynchronous/);
});

const SLOW = '^(a|a)*$';

test.each<[string, Record<string, unknown>, readonly PropertyKey[]]>([
  ['of a value', { properties: { id: { pattern: SLOW } } }, ['properties', 'id', 'pattern']],
  ['of names', { patternProperties: { [SLOW]: {} } }, ['patternProperties', SLOW]],
  ['of every name', { propertyNames: { pattern: SLOW } }, ['propertyNames', 'pattern']],
  [
    'of a definition',
    { $defs: { id: { pattern: SLOW } }, items: { $ref: '#/$defs/id' } },
    ['$defs', 'id', 'pattern'],
  ],
  ['of an alternative', { oneOf: [{}, { not: { pattern: SLOW } }] }, ['oneOf', 1, 'not', 'pattern']],
  ['of an item', { prefixItems: [{ pattern: SLOW }] }, ['prefixItems', 0, 'pattern']],
  ['of a condition', { if: {}, then: { contains: { pattern: SLOW } } }, ['then', 'contains', 'pattern']],
])('a pattern %s that can backtrack is refused with its place', (_, schema, place) => {
  for (const part of ['instances', 'parameters'] as const) {
    let refusal: unknown;
    try {
      createInstanceChecks(
        { entries: [modelEntry(), endpointEntry({ [part]: schema })] },
        createSchemaCompiler(),
      );
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({
      path: ['entries', 1, part, ...place],
      message: expect.stringMatching(/^the pattern .* can take too long: a text can/) as string,
    });
  }
});

test('patterns that take each character once hold', async () => {
  const instances = {
    type: 'object',
    properties: { day: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' } },
    patternProperties: { '^x-[a-z]+$': { type: 'number' } },
    propertyNames: { pattern: '^[a-z-]{1,20}$' },
  };
  const own = governanceOf({ entries: [endpointEntry({ instances })], grants: [] });
  const check = (instance: object) => checkOf(own, RESOURCE, sent([instance]));
  await check({ day: '2026-01-31', 'x-size': 7 });
  for (const bad of [{ day: '31.01.2026' }, { 'x-size': 'large' }, { A: 1 }])
    await expect(check(bad)).rejects.toThrow(GatewayError);
});
