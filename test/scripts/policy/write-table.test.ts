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

test('a Markdown table escapes what would end a cell', () => {
  expect(writeMarkdownTable(HEADER, [['a|b', '–']])).toBe('| Caller | May |\n| --- | --- |\n| a\\|b | – |');
});
