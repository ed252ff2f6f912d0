import { globSync, readFileSync } from 'node:fs';

interface Package {
  readonly engines: { readonly node: string };
  readonly devEngines: { readonly runtime: { readonly name: string; readonly version: string } };
  readonly devDependencies: Readonly<Record<string, string>>;
}

const own = JSON.parse(readFileSync('package.json', 'utf8')) as Package;
const documented = readFileSync('docs/operations.md', 'utf8')
  .split(/^## /m)
  .find((text) => text.startsWith('Node\n'));

test('the Node that npm brings is the one that scripts ask for, that runs here and that .nvmrc names', () => {
  const [, asked] = /major !== '(\d+)'/.exec(readFileSync('scripts/assert-node.mjs', 'utf8')) ?? [];
  expect(own.devDependencies.node).toMatch(new RegExp(`^\\^${String(asked)}\\.`));
  expect(readFileSync('.nvmrc', 'utf8')).toBe(`${String(asked)}\n`);
  expect(process.versions.node.split('.')[0]).toBe(asked);
});

test('the document says which Node starts npm, runs the tasks and runs the deployed app', () => {
  const { name, version } = own.devEngines.runtime;
  expect(name).toBe('node');
  expect(documented).toMatch(new RegExp(`^\\| installing .*\\| ${version.replace('>=', '')} or later`, 'm'));
  expect(documented).toMatch(/^\| building, tests.*\| 24,/m);
  expect(documented).toContain(`\`${own.engines.node}\``);
});

test('every package runs on the Node that the document says', () => {
  const engines = globSync('packages/*/package.json').map(
    (file) => (JSON.parse(readFileSync(file, 'utf8')) as Package).engines.node,
  );
  expect(engines.length).toBeGreaterThan(4);
  for (const engine of engines) expect(documented).toContain(`what it runs on, \`${engine}\``);
});
