import { writeMarkdownTable, writeTextTable } from '../../../scripts/policy/write-table.ts';

const HEADER = ['Caller', 'May'];
const ROWS = [
  ['Team', 'read'],
  ['Team', 'write a lot'],
  ['Other', 'read'],
];

test('a text table lines its columns up and says a caller once', () => {
  expect(writeTextTable(HEADER, ROWS).split('\n')).toEqual([
    'Caller  May',
    '──────  ───────────',
    'Team    read',
    '        write a lot',
    'Other   read',
  ]);
});

test('a cell is repeated when one before it is new', () => {
  const rows = [
    ['Team', 'read'],
    ['Other', 'read'],
  ];
  expect(writeTextTable(HEADER, rows).split('\n')).toContain('Other   read');
});

test('a cell that is too wide goes on below, and a name is never broken', () => {
  const header = ['Models', 'Rules', 'May'];
  const rows = [
    [
      'gemini-3.5-flash, gemini-3.1-pro-preview, a-model-with-quite-a-long-name-1',
      'some-rule-of-a-role+some-agent',
      'all',
    ],
    ['iris', 'default-deny', '–'],
  ];
  expect(writeTextTable(header, rows).split('\n')).toEqual([
    'Models                            Rules                 May',
    '────────────────────────────────  ────────────────────  ───',
    'gemini-3.5-flash,                 some-rule-of-a-role+  all',
    'gemini-3.1-pro-preview,           some-agent',
    'a-model-with-quite-a-long-name-1',
    'iris                              default-deny          –',
  ]);
});

test('a Markdown table escapes what would end a cell', () => {
  expect(writeMarkdownTable(HEADER, [['a|b', '–']])).toBe('| Caller | May |\n| --- | --- |\n| a\\|b | – |');
});
