import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const BUNDLE = pathToFileURL(resolve(__dirname, '../../dist/main.mjs')).href;

/** Runs the bundle as an older Node would, and prints the files that it loads. */
function runUnder(version: string): { readonly errors: string; readonly loaded: readonly string[] } {
  const script = `
    import { registerHooks } from 'node:module';
    Object.defineProperty(process, 'versions', { value: { node: ${JSON.stringify(version)} } });
    registerHooks({ load: (url, ...more) => {
      if (url.startsWith('file:')) console.log(url);
      return more[1](url, more[0]);
    } });
    await import(${JSON.stringify(BUNDLE)});
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    env: {},
  });
  return { errors: stderr, loaded: stdout.trim().split('\n') };
}

test.each(['20.20.2', '18.20.8', '22.18.0'])(
  'Node %s is refused before anything else is loaded',
  (version) => {
    const { errors, loaded } = runUnder(version);
    expect(errors).toContain(
      `Error: The gateway needs Node 22.19.0 or later, and ${version} is running: set the function app's Node version to 24 or 22.`,
    );
    const bytes = loaded.map((url) => statSync(fileURLToPath(url)).size);
    expect(loaded[0]).toBe(BUNDLE);
    expect(bytes.reduce((sum, size) => sum + size)).toBeLessThan(10_000);
  },
);
