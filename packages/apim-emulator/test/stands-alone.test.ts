import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..');
const SOURCE = join(ROOT, 'src');

/** Returns the imports of a module, type-only ones included. */
function importsOf(file: string): string[] {
  const source = readFileSync(file, 'utf8');
  const found = source.matchAll(
    /(?:^(?:import|export)\s[^;]*?from\s*|^import\s*|\bimport\(|\.resolve\()\s*'([^']+)'/gm,
  );
  return [...found].map(([, specifier = '']) => specifier);
}

const modules = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(SOURCE, name));
const imports = modules.flatMap((file) => importsOf(file).map((specifier) => ({ file, specifier })));

test('nothing outside its folder is imported', () => {
  const outside = imports
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ file, specifier }) => relative(SOURCE, resolve(dirname(file), specifier)))
    .filter((path) => path.startsWith('..'));
  expect(outside).toEqual([]);
});

test('the packages that it needs are its dependencies, and those that its README names', () => {
  const packages = imports
    .map(({ specifier }) => specifier)
    .filter((specifier) => !specifier.startsWith('.') && !isBuiltin(specifier))
    .map((specifier) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    );
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const [, list = ''] = /the packages ([^.]+)\./.exec(readme) ?? [];
  const named = [...list.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
  const needed = [...new Set(packages)].sort();
  expect(needed).toEqual(named.sort());
  expect(needed).toEqual(Object.keys(manifest.dependencies).sort());
});
