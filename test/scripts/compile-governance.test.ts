import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A schema with a keyword of each kind, some of which need code of the validator's package. */
const SCHEMA = {
  oneOf: [
    { type: 'array', items: { type: 'number' }, minItems: 1, maxItems: 3, uniqueItems: true },
    {
      type: 'object',
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 4, pattern: '^[a-c😀]*$' },
        kind: { enum: ['a', 1, null, { deep: [1] }] },
        fixed: { const: { deep: [1] } },
      },
      patternProperties: { '^x-': { type: 'integer', multipleOf: 2 } },
      required: ['name'],
      unevaluatedProperties: false,
    },
  ],
};

/** Compares compiled documents, bundled as in a build, with the same documents as they are loaded. */
const COMPARE = `
  const fc = (await import('fast-check')).default;
  const { build } = await import('esbuild');
  const { compileGovernance } = await import('./scripts/compile-governance.ts');
  const { createSchemaCompiler } = await import('./src/governance/compile-schemas.ts');
  const { loadGovernance } = await import('./src/governance/load-governance.ts');
  const { isDeepStrictEqual } = await import('node:util');
  const [directory] = process.argv.slice(1);
  const contents = compileGovernance(directory);
  const outfile = directory + '/compiled.mjs';
  await build({ stdin: { contents, resolveDir: process.cwd() }, bundle: true, format: 'esm', platform: 'node', outfile, logLevel: 'error' });
  const { compiled } = await import(outfile);
  const { documents, policyVersion } = loadGovernance(directory);
  if (!isDeepStrictEqual([compiled.documents, compiled.policyVersion], [documents, policyVersion]))
    throw new Error('the documents differ');
  const compile = createSchemaCompiler();
  const word = fc.constantFrom('', 'a', 'abc', '😀😀😀😀', 'abcab', 'x-1', 'd', 'name', 'kind', 'fixed');
  const leaf = fc.oneof(word, fc.constantFrom(null, true, 0, 1, 2, 3.5, 1e300), fc.constant({ deep: [1] }));
  const object = fc.dictionary(fc.constantFrom('name', 'kind', 'fixed', 'x-1', 'other'), leaf);
  const value = fc.oneof(leaf, fc.array(leaf, { maxLength: 4 }), object);
  let [count, valid] = [0, 0];
  documents.catalog.entries.forEach((entry, index) => {
    for (const part of ['instances', 'parameters']) {
      if (!entry[part]) continue;
      const [loaded, built] = [compile(entry[part], index, part), compiled.findValidator(entry[part], index, part)];
      for (const one of fc.sample(value, { numRuns: 2000, seed: 7 })) {
        count += 1;
        if (loaded(one)) valid += 1;
        built(one);
        if (!isDeepStrictEqual(loaded.errors, built.errors)) throw new Error(JSON.stringify([part, one, built.errors]));
      }
    }
  });
  console.log(JSON.stringify({ count, valid }));
`;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'governance-'));
  cpSync('governance', directory, { recursive: true });
});
afterEach(() => rmSync(directory, { recursive: true }));

async function compare(): Promise<{ count: number; valid: number }> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '--eval',
    COMPARE,
    directory,
  ]);
  return JSON.parse(stdout) as { count: number; valid: number };
}

test('the committed documents, compiled, are those that are loaded', async () => {
  expect((await compare()).count).toBeGreaterThan(0);
});

test('a compiled schema judges every value as the loaded one does, with the same errors', async () => {
  const file = join(directory, 'catalog.yaml');
  const catalog = readFileSync(file, 'utf8');
  const changed = catalog.replace(/ {4}instances: &flower\n(?: {6}.*\n)+/, (found) =>
    found.replace(/\n[^]*/, `\n      ${JSON.stringify(SCHEMA)}\n    parameters: ${JSON.stringify(SCHEMA)}\n`),
  );
  expect(changed).not.toBe(catalog);
  writeFileSync(file, changed);
  const { count, valid } = await compare();
  expect(valid).toBeGreaterThan(100);
  expect(count - valid).toBeGreaterThan(100);
});

test('documents that the function app would refuse are not compiled', async () => {
  writeFileSync(join(directory, 'limits.yaml'), 'products: none\n');
  await expect(compare()).rejects.toThrow(/limits\.yaml:1:11/);
});
