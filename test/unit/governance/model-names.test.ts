import { keysOf, namesOf } from '../../../src/governance/find-entries.ts';
import { endpointEntry, governanceOf, modelEntry } from './governance-of.ts';

const HAIKU = modelEntry({
  name: 'haiku',
  alias: 'small',
  publisher: 'anthropic',
  model: 'claude-haiku-4-5@20251001',
});

test('a model has its own name, Anthropic’s spelling of it, and those of the catalog', () => {
  expect(namesOf(HAIKU)).toEqual([
    'claude-haiku-4-5@20251001',
    'claude-haiku-4-5-20251001',
    'haiku',
    'small',
  ]);
  expect(keysOf(HAIKU)).toEqual([
    'publishers/anthropic/models/claude-haiku-4-5@20251001',
    'publishers/anthropic/models/claude-haiku-4-5-20251001',
    'publishers/anthropic/models/haiku',
    'publishers/anthropic/models/small',
    'haiku',
    'small',
  ]);
});

test.each([
  'claude@default',
  'claude@2025100',
  'claude@20251001x',
  'claude-20251001',
  'claude@20251001@20251001',
])('only a date at the end of a name has two spellings: %s', (model) => {
  const [, ...others] = namesOf(modelEntry({ name: 'n', publisher: 'anthropic', model }));
  expect(others).toEqual(/@\d{8}$/.test(model) ? [model.replace(/@(\d{8})$/, '-$1'), 'n'] : ['n']);
});

test('an endpoint has its id and the names of the catalog', () => {
  expect(keysOf(endpointEntry({ alias: 'flowers' }))).toEqual([
    'endpoints/1234567890',
    'endpoints/iris',
    'endpoints/flowers',
    'iris',
    'flowers',
  ]);
});

test('a call by either spelling goes to the model by its own name', () => {
  const governance = governanceOf({
    entries: [HAIKU],
    grants: [{ id: 'all', reason: 'Tests.', roles: ['Team'], entries: ['haiku'] }],
  });
  for (const model of namesOf(HAIKU)) {
    const decision = governance.decide(
      { roles: ['Team'], applicationId: 'a', isDelegated: false },
      {
        project: undefined,
        location: undefined,
        operation: 'generateContent',
        resource: { kind: 'model', publisher: 'anthropic', model },
      },
    );
    expect(decision).toMatchObject({
      call: { resource: { publisher: 'anthropic', model: 'claude-haiku-4-5@20251001' } },
    });
  }
});
