import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FILES = readdirSync('infra', { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(tf|tfvars)$/.test(name))
  .map((name) => join('infra', name));

const ARGUMENT = /^( *)([\w"-]+)( *) = ?(.*)$/;

/**
 * Finds lines that `terraform fmt` would change: tabs and spaces at the end, indentation by anything but two spaces a level,
 * and equals signs of neighbouring lines that are not below one another.
 * Source: https://developer.hashicorp.com/terraform/language/style#code-formatting
 */
function findUnformatted(text: string): string[] {
  const found: string[] = [];
  // Brackets that one line opens indent what follows by one level, however many they are.
  let levels = 0;
  let group: { readonly line: string; readonly column: number; readonly needed: number }[] = [];
  const endGroup = (): void => {
    const column = Math.max(...group.map(({ needed }) => needed));
    found.push(...group.filter((one) => one.column !== column).map(({ line }) => line));
    group = [];
  };
  for (const line of text.split('\n')) {
    const bare = line.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').replace(/ *#.*$/, '');
    const closes = /^ *[}\])]/.test(bare);
    const indentation = line.length - line.trimStart().length;
    if (line !== line.trimEnd() || line.includes('\t')) found.push(line);
    else if (line !== '' && indentation !== 2 * (levels - (closes ? 1 : 0))) found.push(line);
    const [, indent = '', name = '', space = ''] = ARGUMENT.exec(line) ?? [];
    const opens = count(bare, /[{[(]/g) - count(bare, /[}\])]/g);
    if (name === '' || opens !== 0) endGroup();
    else {
      const needed = indent.length + name.length;
      group.push({ line, needed, column: needed + space.length });
    }
    levels += Math.sign(opens);
  }
  endGroup();
  return found;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

test.each(FILES)('%s has the format of terraform fmt', (file) => {
  const text = readFileSync(file, 'utf8');
  expect(findUnformatted(text)).toEqual([]);
  expect(text).toMatch(/[^\n]\n$/);
});

test.each([
  ['three spaces', 'a {\n   b = 1\n}\n'],
  ['a tab', 'a {\n\tb = 1\n}\n'],
  ['a space at the end', 'a = 1 \n'],
  ['signs that are not below one another', 'a {\n  b = 1\n  long = 2\n}\n'],
  ['a sign that is too far', 'a {\n  b   = 1\n}\n'],
  ['a brace that is too deep', 'a {\n  b = 1\n  }\n'],
])('%s is found', (_, text) => {
  expect(findUnformatted(text)).not.toEqual([]);
});
