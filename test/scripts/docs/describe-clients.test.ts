import {
  describeClients,
  readClientResults,
  replaceClients,
} from '../../../scripts/docs/describe-clients.ts';

const RESULTS = { one: { text: true, pdf: 'It has none.' }, two: { text: true, cache: true } } as const;

test('a client is a row, an operation a column, and what fails is said below', () => {
  expect(describeClients(RESULTS).split('\n')).toEqual([
    '| client | text | pdf | cache |',
    expect.stringMatching(/^\|[ -|]+\|$/) as string,
    '| one | yes | no |  |',
    '| two | yes |  | yes |',
    '',
    '- one, pdf: It has none.',
  ]);
});

test('the table takes the place of an older one, up to the next heading', () => {
  const before = [
    '# Clients',
    '',
    '| client | text |',
    '| --- | --- |',
    '',
    '- old',
    '',
    '## Next',
    'x',
  ].join('\n');
  expect(replaceClients(before, RESULTS)).toBe(
    ['# Clients', '', describeClients(RESULTS), '', '## Next', 'x'].join('\n'),
  );
  expect(() => replaceClients('# Clients', RESULTS)).toThrow('no table of clients');
});

test('clients that run and clients that are recorded have results', () => {
  const clients = Object.keys(readClientResults());
  expect(clients).toEqual(expect.arrayContaining(['`@google/genai`', '.NET: OpenAI', 'Python: `anthropic`']));
});
