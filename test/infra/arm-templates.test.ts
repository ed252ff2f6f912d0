import { deployTemplate, type Template } from './arm/deploy-template.ts';
import { parseExpression } from './arm/parse-expression.ts';
import type { Value, ValueObject } from './arm/functions.ts';
import { SUBSCRIPTION } from './read-azure.ts';

const IDENTITY = 'Microsoft.ManagedIdentity/userAssignedIdentities';

function outputOf(value: Value, template: Partial<Template> = {}, parameters: ValueObject = {}): Value {
  const deployed = deployTemplate(
    { resources: {}, ...template, outputs: { it: { value } } },
    parameters,
    SUBSCRIPTION,
  );
  return deployed.outputs.it ?? null;
}

test.each<[expression: string, value: Value]>([
  ["[concat('it''s ', 'so')]", "it's so"],
  ["[format('{0}-{1}', 'a', 2)]", 'a-2'],
  ['[[not an expression]', '[not an expression]'],
  ['plain', 'plain'],
  ["[if(equals('a', 'a'), createArray(1, true()), fail())]", [1, true]],
  [
    "[union(createObject('a', createObject('b', 1)), createObject('a', createObject('c', 2)))]",
    { a: { b: 1, c: 2 } },
  ],
  ["[map(items(createObject('b', 2, 'a', 1)), lambda('one', lambdaVariables('one').key))]", ['a', 'b']],
  [
    "[reduce(createArray(1, 2), 10, lambda('sum', 'one', add(lambdaVariables('sum'), lambdaVariables('one'))))]",
    13,
  ],
  ["[toObject(createArray('x'), lambda('i', lambdaVariables('i')), lambda('i', 1))]", { x: 1 }],
  ["[tryGet(createObject('a', 1), 'b')]", null],
  ["[last(split('a/b/c', '/'))]", 'c'],
  ["[cidrSubnet('10.60.0.0/24', 26, 2)]", '10.60.0.128/26'],
  ['[environment().suffixes.storage]', 'core.windows.net'],
  ["[createArray('x', 'y')[1]]", 'y'],
  // Azure's own example: the id depends on the parts alone.
  ["[equals(guid('a', 'b'), guid('a', 'b'))]", true],
])('%s is %p', (expression, value) => {
  expect(outputOf(expression)).toEqual(value);
});

test.each([
  ["[dateTimeAdd('a')]", 'main: The function dateTimeAdd is not supported.'],
  ["[variables('x')]", 'main: There is no variable "x".'],
  ["[parameters('x')]", 'main: There is no parameter "x".'],
  ["[reference('x')]", 'main: There is no resource "x".'],
  ["[createObject('a', 1).b]", 'main: There is no member "b" in {"a":1}.'],
  ["[concat('a'", "It is no expression of a template: concat('a'"],
])('%s is refused, and nothing is guessed', (expression, problem) => {
  const text = expression.endsWith(']') ? expression : `${expression}]`;
  expect(() => outputOf(text)).toThrow(problem);
});

test.each(["a'b", "f('a') g('b')", 'f(,)', "f('a').", "f('a')[", '1 + 2', ''])(
  '%p is no expression',
  (text) => {
    expect(() => parseExpression(text)).toThrow(SyntaxError);
  },
);

test('parameters have what is given, or their defaults, and an unknown one is refused', () => {
  const template = { parameters: { a: { defaultValue: "[toLower('X')]" }, b: {} } };
  expect(outputOf("[concat(parameters('a'), parameters('b'))]", template, { b: 'y' })).toBe('xy');
  expect(() => outputOf("[parameters('b')]", template)).toThrow('The parameter "b" has no value.');
  expect(() => outputOf('', template, { c: 1 })).toThrow('There is no parameter "c".');
});

test('a function of the template is worked out with its own parameters', () => {
  const functions = [
    {
      namespace: 'my',
      members: {
        twice: {
          parameters: [{ name: 'text' }],
          output: { value: "[format('{0}{0}', parameters('text'))]" },
        },
      },
    },
  ];
  expect(outputOf("[my.twice('a')]", { functions })).toBe('aa');
});

test('loops make resources and members, conditions leave them out, and existing ones are not made', () => {
  const { resources } = deployTemplate(
    {
      resources: {
        each: {
          type: IDENTITY,
          copy: { name: 'each', count: 2 },
          name: "[format('i{0}', copyIndex())]",
          properties: { copy: [{ name: 'list', count: 2, input: "[copyIndex('list')]" }] },
        },
        off: { type: IDENTITY, name: 'off', condition: '[equals(1, 2)]' },
        there: { type: IDENTITY, name: 'there', existing: true },
      },
    },
    {},
    SUBSCRIPTION,
  );
  expect(resources.map(({ name, properties }) => [name, properties])).toEqual([
    ['i0', { list: [0, 1] }],
    ['i1', { list: [0, 1] }],
  ]);
});

test('a module gets its parameters and gives its outputs, and refers to identities by what Azure makes', () => {
  const module: Template = {
    parameters: { name: {} },
    resources: { one: { type: IDENTITY, name: "[parameters('name')]" } },
    outputs: { id: { value: "[reference('one').principalId]" } },
  };
  const deployed = deployTemplate(
    {
      resources: {
        inner: {
          type: 'Microsoft.Resources/deployments',
          properties: {
            parameters: { name: { value: "[concat('a', 'b')]" } },
            template: module as unknown as Value,
          },
        },
      },
      outputs: { id: { value: "[reference('inner').outputs.id.value]" } },
    },
    {},
    SUBSCRIPTION,
  );
  const [identity] = deployed.resources;
  expect(identity?.id).toMatch(
    /\/resourceGroups\/vertex-gateway\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/ab$/,
  );
  expect(deployed.outputs.id).toBe(SUBSCRIPTION.propertiesOf(IDENTITY, identity?.id ?? '').principalId);
});
