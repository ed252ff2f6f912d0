import { globSync, readFileSync } from 'node:fs';

interface Package {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
}

interface Lock {
  readonly packages: Readonly<Record<string, Package>>;
}

interface Manifest {
  readonly workspaces?: readonly string[];
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const manifest = readJson('test/real-clients/package.json') as Manifest;
const clients = { ...manifest.devDependencies, ...manifest.optionalDependencies };
const locked = installed(readJson('test/real-clients/package-lock.json') as Lock);

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The packages of a lock file that come from a registry, by their paths. */
function installed({ packages }: Lock): [path: string, found: Package][] {
  return Object.entries(packages).filter(
    ([path, { link }]) => path.includes('node_modules/') && link !== true,
  );
}

test('real clients are pinned to one version each', () => {
  const versions = Object.values(clients);
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  for (const [name, version] of Object.entries(clients))
    expect(Object.fromEntries(locked)[`node_modules/${name}`]?.version).toBe(version);
});

test.each([
  ['of the real clients', locked],
  ['of the repository', installed(readJson('package-lock.json') as Lock)],
])('every package in the lock file %s has a hash, and no address but that of the npm registry', (_, all) => {
  expect(all.length).toBeGreaterThan(0);
  const wrong = all.filter(
    ([, { resolved, integrity }]) =>
      integrity?.startsWith('sha512-') !== true ||
      (resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/')),
  );
  expect(wrong.map(([path]) => path)).toEqual([]);
});

/** The libraries that scripts import; the repository may have another version of one for its own tests. */
const libraries = new Set(
  globSync('test/real-clients/frameworks/*.mjs').flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/ from '([^'.]+)/g)].map(([, path = '']) =>
      path
        .split('/')
        .slice(0, path.startsWith('@') ? 2 : 1)
        .join('/'),
    ),
  ),
);

test('the installation of the repository brings no real client that is a program', () => {
  const { workspaces = [] } = readJson('package.json') as Manifest;
  expect(workspaces.filter((folder) => folder.includes('real-clients') || folder === 'test/*')).toEqual([]);
  const { packages } = readJson('package-lock.json') as Lock;
  const programs = Object.keys(clients).filter((name) => !libraries.has(name));
  expect(programs.length).toBeGreaterThan(0);
  const brought = programs.filter((name) => `node_modules/${name}` in packages);
  expect(brought).toEqual([]);
});
