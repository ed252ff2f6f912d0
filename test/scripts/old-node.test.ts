import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';

/** Runs a script and returns its status and errors. `flags` can make this Node pose as an old version. */
function run(flags: readonly string[], script: string): { status: number | null; error: string } {
  const { status, stderr } = spawnSync(process.execPath, [...flags, script], { encoding: 'utf8' });
  return { status, error: stderr };
}

const WITHOUT_TYPESCRIPT = ['--no-experimental-strip-types'];
const NODE_20 = [
  '--import',
  'data:text/javascript,Object.defineProperties(process, { version: { value: "v20.20.2" }, versions: { value: { node: "20.20.2" } } })',
];

test.each(['packages/apim-emulator/src/cli.mjs', 'packages/cloud-emulators/src/functions-host/cli.mjs'])(
  '%s says which Node it needs, and how to run it',
  (script) => {
    const { status, error } = run(WITHOUT_TYPESCRIPT, script);
    expect(status).toBe(1);
    expect(error).toMatch(/^This needs Node 22\.18 or later, .* use "npx node" in place of "node"\.\n$/);
  },
);

test('a script of the package says which Node it needs, before anything of it is read', () => {
  const { status, error } = run([...NODE_20, '--import', './scripts/assert-node.mjs'], 'scripts/none.ts');
  expect(status).toBe(1);
  expect(error).toMatch(/^This needs Node 24, and v20\.20\.2 is running\. .*\n$/);
});

test('every script of the package that runs TypeScript looks at its Node first', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const runs = Object.values(scripts)
    .flatMap((script) => script.split('&&'))
    .filter((one) => /\.ts\b/.test(one));
  expect(runs.length).toBeGreaterThan(20);
  for (const one of runs) expect(one).toContain('node --import ./scripts/assert-node.mjs ');
});

test('no page tells to run TypeScript with whatever Node there is', () => {
  const pages = globSync('**/*.md', { exclude: (name) => name === 'node_modules' });
  const told = pages.flatMap((page) => readFileSync(page, 'utf8').match(/\bnode [\w./-]+\.ts\b/g) ?? []);
  expect(pages.length).toBeGreaterThan(10);
  expect(told).toEqual([]);
});
