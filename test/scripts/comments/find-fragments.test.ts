import { findFragments } from '../../../scripts/comments/find-fragments.ts';

test('summaries and descriptions that open with a fragment are found, with their place', () => {
  const document = {
    info: { description: 'Of the gateway.' },
    paths: { '/v1/whoami': { get: { summary: 'Who am I', description: 'Returns the caller.' } } },
    components: { schemas: [{ properties: { name: { type: 'string', description: 'Its name.' } } }] },
  };
  expect(findFragments(document)).toEqual([
    { path: 'info.description', text: 'Of the gateway.' },
    { path: 'paths./v1/whoami.get.summary', text: 'Who am I' },
    { path: 'components.schemas.0.properties.name.description', text: 'Its name.' },
  ]);
});

test('texts that callers write are left alone', () => {
  const document = {
    example: { description: 'What I like.' },
    examples: [{ summary: 'How it went.' }],
    properties: { description: { type: 'string', description: 'The description of the job.' } },
    title: 'What is new',
    values: ['Of course', 1, null],
  };
  expect(findFragments(document)).toEqual([]);
});

test('a document without an object has no texts', () => {
  expect([findFragments(null), findFragments('What?'), findFragments(1)]).toEqual([[], [], []]);
});
