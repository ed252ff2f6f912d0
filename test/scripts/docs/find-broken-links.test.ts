import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findBrokenLinks } from '../../../scripts/docs/find-broken-links.ts';

/** The broken links of a folder with these files. */
function brokenIn(files: Readonly<Record<string, string>>): string[] {
  const root = mkdtempSync(join(tmpdir(), 'links-'));
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    return findBrokenLinks(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

test('links to files, folders and headings that are there are whole', () => {
  const broken = brokenIn({
    'README.md':
      '# Top\n\n[a](docs/a.md) [b](docs/a.md#what-it-is) [top](#top) [folder](docs) [x](<docs/a.md>)\n',
    'docs/a.md': '# A\n\n## What it *is*\n\n[up](../README.md#top) [![icon](../README.md)](../README.md)\n',
  });
  expect(broken).toEqual([]);
});

test('a link to no file, to no heading and out of the folder is named with its file and line', () => {
  const broken = brokenIn({
    'README.md': '# Top\n\n[a](docs/b.md)\n[b](#bottom)\n',
    'docs/a.md': '| cell | [c](../README.md#nowhere) |\n\n[d]: ../../other.md\n',
  });
  expect(broken).toEqual([
    'README.md:3 docs/b.md leads to no file',
    'README.md:4 #bottom leads to no heading',
    'docs/a.md:1 ../README.md#nowhere leads to no heading',
    'docs/a.md:3 ../../other.md leads out of the repository',
  ]);
});

test('the web is not asked, and code has no links', () => {
  const broken = brokenIn({
    'README.md': [
      '[web](https://example.com/none) [mail](mailto:nobody@example.com) `[code](none.md)`',
      '```md',
      '[fenced](none.md)',
      '## Not a heading',
      '```',
      '[after](#not-a-heading)',
    ].join('\n'),
  });
  expect(broken).toEqual(['README.md:6 #not-a-heading leads to no heading']);
});

test('anchors are those that GitHub makes', () => {
  const headings = ['Claude: `@a/b-sdk` and `c_d`', '“Öl”, 2 %', 'Twice', 'Twice', '[Link](README.md) here'];
  const anchors = ['claude-ab-sdk-and-c_d', 'öl-2-', 'twice', 'twice-1', 'link-here'];
  const broken = brokenIn({
    'README.md': [...headings.map((text) => `## ${text}`), ...anchors.map((name) => `[x](#${name})`)].join(
      '\n\n',
    ),
  });
  expect(broken).toEqual([]);
});

test('a document that code names must be there, with its heading', () => {
  const broken = brokenIn({
    'docs/a.md': '# A\n',
    'src/a.ts':
      "// See docs/a.md#a.\nthrow new Error('See docs/b.md, or docs/a.md#b.');\n// https://x.com/docs/c.md\n",
  });
  expect(broken).toEqual([
    'src/a.ts:2 docs/b.md leads to no file',
    'src/a.ts:2 docs/a.md#b leads to no heading',
  ]);
});

test('a path that a document names as code must be there', () => {
  const broken = brokenIn({
    'src/main.ts': '',
    'docs/a.md':
      '`src/main.ts` `src/` `src/none.ts` `src/*.ts` `src/{name}.ts` `elsewhere/a.ts` `npm run src/b`\n',
    'packages/a/README.md': '`src/of-the-package.ts`\n',
  });
  expect(broken).toEqual(['docs/a.md:1 src/none.ts leads to no file']);
});

test('tests may name documents of their own', () => {
  expect(brokenIn({ 'test/a.test.ts': "'docs/none.md'" })).toEqual([]);
});

test('installed and generated folders are left out', () => {
  expect(brokenIn({ 'node_modules/a/README.md': '[a](none.md)', 'dist/b.md': '[b](none.md)' })).toEqual([]);
});
