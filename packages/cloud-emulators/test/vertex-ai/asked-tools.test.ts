import { findAskedTools } from '../../src/vertex-ai/asked-tools.ts';

const TOOLS = [{ name: 'read_file' }, { name: 'mcp.files:ls' }];

test.each<[string, unknown[]]>([
  ['Use read_file.', [{ tool: TOOLS[0] }]],
  [
    'mcp.files:ls: {"path": "/"}, then read_file',
    [{ tool: TOOLS[0] }, { tool: TOOLS[1], input: { path: '/' } }],
  ],
  ['read_file {"a": "}"} and read_file {"b": 1}', [{ tool: TOOLS[0], input: { a: '}' } }]],
  ['read_file [1]', [{ tool: TOOLS[0] }]],
  ['read_files, thread_file', []],
  ['', []],
])('%j asks for %j', (text, asked) => {
  expect(findAskedTools(text, TOOLS)).toEqual(asked);
});

test('a name behind 256 Ki characters is not looked for, and an input of 64 Ki is not read', () => {
  expect(findAskedTools(`${'x'.repeat(256 * 1024)} read_file`, TOOLS)).toEqual([]);
  const long = `read_file {"a": "${'x'.repeat(64 * 1024)}"}`;
  expect(findAskedTools(long, TOOLS)).toEqual([{ tool: TOOLS[0] }]);
});
