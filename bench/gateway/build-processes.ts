import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { build as bundle, type Plugin } from 'esbuild';
import { build } from '../../scripts/build.ts';
import { compileGovernance } from '../../scripts/compile-governance.ts';

const ROOT = join(import.meta.dirname, '../..');
const NO_RECORD: Plugin = {
  name: 'no-record',
  setup(bundler) {
    bundler.onResolve({ filter: /\/start-audit\.ts$/ }, () => ({
      path: join(import.meta.dirname, 'no-audit.ts'),
    }));
  },
};
const SCRIPTS = ['app-process', 'upstream-process'];

/** The scripts of processes, as JavaScript: Node takes long to strip the types of one. */
export interface Scripts {
  readonly bareProxy: string;
  readonly appProcess: string;
  readonly upstreamProcess: string;
}

/** Bundles the scripts of the measured processes and of the upstream into a folder. */
export async function buildScripts(folder: string): Promise<Scripts> {
  await bundle({
    entryPoints: [
      join(import.meta.dirname, '../bare-proxy.ts'),
      ...SCRIPTS.map((name) => join(import.meta.dirname, `${name}.ts`)),
    ],
    outdir: folder,
    outbase: import.meta.dirname,
    entryNames: '[name]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
    },
    logLevel: 'warning',
  });
  const at = (name: string): string => join(folder, `${name}.mjs`);
  return {
    bareProxy: at('bare-proxy'),
    appProcess: at('app-process'),
    upstreamProcess: at('upstream-process'),
  };
}

/** Builds a function app that answers by itself into a folder. @returns the folder. */
export function buildHostAlone(folder: string): Promise<string> {
  return buildApp(folder, join(import.meta.dirname, 'host-alone.ts'));
}

/** Builds the gateway without its audit trail into a folder. @returns the folder. */
export function buildWithoutRecord(folder: string): Promise<string> {
  return buildApp(folder, join(ROOT, 'src/start.ts'), [NO_RECORD]);
}

/** Builds the gateway with the governance documents of a directory into a folder. @returns the folder. */
export function buildWithRules(folder: string, directory: string): Promise<string> {
  const rules: Plugin = {
    name: 'rules',
    setup(bundler) {
      bundler.onResolve({ filter: /\/compiled-governance\.ts$/ }, ({ path }) => ({
        path,
        namespace: 'rules',
      }));
      bundler.onLoad({ filter: /.*/, namespace: 'rules' }, () => ({
        contents: compileGovernance(directory),
        loader: 'js',
        resolveDir: ROOT,
      }));
    },
  };
  return buildApp(folder, join(ROOT, 'src/start.ts'), [rules]);
}

async function buildApp(folder: string, entry: string, plugins: readonly Plugin[] = []): Promise<string> {
  mkdirSync(folder, { recursive: true });
  for (const file of ['host.json', 'package.json']) cpSync(join(ROOT, file), join(folder, file));
  await build(entry, join(folder, 'dist/main.mjs'), plugins);
  return folder;
}

/**
 * Builds the gateway of another revision in a folder of its own, with the packages of this checkout but for those of the
 * repository, which are the revision's.
 * @param remove removes the folder and all that Git keeps of it.
 * @throws Error when Git does not know the revision, or it does not build.
 */
export function buildRevision(revision: string, folder: string): { folder: string; remove: () => void } {
  const git = (...parameters: string[]): void =>
    void execFileSync('git', parameters, { cwd: ROOT, stdio: 'pipe' });
  git('worktree', 'add', '--detach', folder, revision);
  const remove = (): void => git('worktree', 'remove', '--force', folder);
  try {
    linkPackages(folder);
    execFileSync(process.execPath, ['scripts/build.ts'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return { folder, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Links each installed package; those of the workspaces point into the folder itself. */
function linkPackages(folder: string): void {
  const [from, to] = [join(ROOT, 'node_modules'), join(folder, 'node_modules')];
  mkdirSync(join(to, '@vertex-ai-gateway'), { recursive: true });
  for (const name of readdirSync(from))
    if (name !== '@vertex-ai-gateway') symlinkSync(join(from, name), join(to, name));
  for (const name of readdirSync(join(folder, 'packages')))
    symlinkSync(join(folder, 'packages', name), join(to, '@vertex-ai-gateway', name));
}
