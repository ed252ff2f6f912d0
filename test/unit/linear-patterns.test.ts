import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { z } from 'zod';
import { findBacktracking } from '../../src/governance/find-backtracking.ts';

const ROOT = join(__dirname, '../..');

/** Patterns that the check cannot decide or need not decide, each with the reason why it is fast nevertheless. */
const OTHERWISE: Readonly<Record<string, string>> = {
  'src/credentials/google-token-exchange.ts': 'looks ahead once, at one place',
  'src/dialects/chat-completions.ts': 'looks behind at three characters',
  'src/dialects/responses/claude-request.ts': 'looks ahead at one character',
  'src/dialects/responses/read-parts.ts': 'looks behind and ahead at one character',
  'src/governance/storage-place.ts': 'looks behind at one character',
  'src/governance/pattern-machine.ts': 'reads patterns of the catalog',
  'src/governance/check-places.ts': 'reads places of the access document',
  'src/governance/find-entries.ts': 'looks ahead at eight characters',
  'src/governance/tool-source.ts': 'looks ahead at one character',
  'src/governance/web-place.ts':
    'looks ahead once, over 253 characters; and takes every text at the first try',
  'src/governance/yaml-document.ts': 'reads sentences of the YAML parser',
  'packages/audit-ledger/src/bundles/bundle-manifest.ts':
    'reads names of files of a bundle, on the command line',
};

/** Lists the regular expressions in a file. */
function patternsIn(file: string): { pattern: string; flags: string }[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const found: { pattern: string; flags: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      found.push({ pattern: node.text.slice(1, end), flags: node.text.slice(end + 1) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

test('no text takes a regular expression of the function app more time than in proportion to its length', () => {
  const slow = new Set<string>();
  let looked = 0;
  for (const file of globSync(['src/**/*.ts', 'packages/audit-ledger/src/**/*.ts'], { cwd: ROOT }))
    for (const { pattern, flags } of patternsIn(join(ROOT, file))) {
      looked += 1;
      // With `m`, `^` matches at the beginning of each line. Without `^`, a pattern is tried at even more places.
      const unanchored = flags.includes('m') ? pattern.replace(/^\^/, '') : pattern;
      const unicode = `${flags.replaceAll(/[gmyu]/g, '')}u`;
      if (findBacktracking(unanchored, unicode) !== undefined) slow.add(relative(ROOT, join(ROOT, file)));
    }
  expect(looked).toBeGreaterThan(100);
  expect([...slow].filter((file) => !(file in OTHERWISE))).toEqual([]);
});

test.each([
  ['dates', z.iso.date()],
  ['instants', z.iso.datetime({ offset: true })],
  ['GUIDs', z.guid()],
  ['base64url', z.base64url()],
])('nor does one by which %s are read', (_, { _zod }) => {
  const { pattern } = _zod.def;
  expect(pattern && findBacktracking(pattern.source, 'u')).toBeUndefined();
});
