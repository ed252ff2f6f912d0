import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { compileFunction } from 'node:vm';

const BUNDLE = resolve(__dirname, '../../dist/main.cjs');

/** Runs the bundle as an older Node would, which sees to it that no other is needed here. */
function loadUnder(version: string): { readonly error: unknown; readonly loaded: readonly string[] } {
  const loaded: string[] = [];
  const load = createRequire(BUNDLE);
  const note = (name: string): unknown => {
    loaded.push(name);
    return load(name);
  };
  const run = compileFunction(readFileSync(BUNDLE, 'utf8'), ['require', 'process', '__filename']);
  try {
    run.call(undefined, note, { versions: { node: version }, env: {} }, BUNDLE);
    return { error: undefined, loaded };
  } catch (error) {
    return { error, loaded };
  }
}

test.each(['20.20.2', '18.20.8', '22.18.0'])(
  'Node %s is refused before anything else is loaded',
  (version) => {
    const { error, loaded } = loadUnder(version);
    expect(String(error)).toBe(
      `Error: The gateway needs Node 22.19.0 or later, and ${version} is running: set the function app's Node version to 24 or 22.`,
    );
    // The banner's own, for the bundle's address.
    expect(loaded).toEqual(['node:url']);
  },
);
