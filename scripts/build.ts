import { readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build as bundle, type Plugin } from 'esbuild';
import { LOWEST_NODE } from '../src/supported-node.ts';
import { pruneProtos } from './prune-protos.ts';

const ROOT = join(import.meta.dirname, '..');

/** The protos of the services that the function app calls, and of those that the SDK itself looks up by name. */
const KEPT_PROTOS = [
  'google.cloud.aiplatform.v1.PredictionService',
  'google.api',
  'google.rpc',
  'google.protobuf',
  'google.longrunning',
  'google.type',
];

const prunedProtos: Plugin = {
  name: 'pruned-protos',
  setup(build) {
    build.onLoad({ filter: /@google-cloud\/aiplatform\/build\/protos\/protos\.json$/ }, async ({ path }) => ({
      contents: JSON.stringify(
        pruneProtos(JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>, KEPT_PROTOS),
      ),
      loader: 'json',
    }));
  },
};

/** Parts of the audit ledger that command lines alone use. */
const OF_COMMANDS =
  /^packages\/audit-ledger\/src\/(?:commands\/|bundles\/|contents\/(?:erase-subject|find-record|read-content)\.ts$|ledger\/folder-ledger\.ts$|verification\/describe-report\.ts$)/;

/**
 * Bundles the function app. The Functions worker's own module stays outside, because the worker supplies it.
 * @throws esbuild's BuildFailure, and Error when the bundle has a part that command lines alone use.
 */
export async function build(
  entry = join(ROOT, 'src/main.ts'),
  output = join(ROOT, 'dist/main.cjs'),
  plugins: readonly Plugin[] = [],
): Promise<void> {
  const { metafile } = await bundle({
    absWorkingDir: ROOT,
    metafile: true,
    entryPoints: [entry],
    outfile: output,
    bundle: true,
    platform: 'node',
    target: `node${LOWEST_NODE}`,
    format: 'cjs',
    sourcemap: true,
    // Without white space a cold start compiles in half the time; names stay, so that stacks can be read.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'external',
    external: ['@azure/functions-core'],
    plugins: [prunedProtos, ...plugins],
    // Packages find files beside them by `import.meta.url`, which is undefined in a CommonJS bundle.
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    logLevel: 'warning',
  });
  const foreign = Object.keys(metafile.inputs).filter((path) => OF_COMMANDS.test(path));
  if (foreign.length > 0)
    throw new Error(`The function app must not have what command lines alone use: ${foreign.join(', ')}`);
}

if (import.meta.main) {
  await build();
  const file = join(ROOT, 'dist/main.cjs');
  const megabytes = (await stat(file)).size / 1_000_000;
  console.log(`${relative(ROOT, file)}: ${megabytes.toFixed(1)} MB`);
}
