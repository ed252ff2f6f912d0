import { readFile } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import { build as bundle, type Metafile, type Plugin } from 'esbuild';
import { LOWEST_NODE } from '../src/supported-node.ts';
import { compileGovernance } from './compile-governance.ts';
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

const compiledGovernance: Plugin = {
  name: 'compiled-governance',
  setup(build) {
    build.onLoad({ filter: /\/src\/governance\/compiled-governance\.ts$/ }, () => ({
      contents: compileGovernance(join(ROOT, 'governance')),
      loader: 'js',
      resolveDir: ROOT,
    }));
  },
};

const SHIPPING = join(ROOT, 'packages/audit-ledger/src/shipping');
/** The thread that ships, beside the chunks: code in any of them finds it by this name. */
const SHIPPING_WORKER = 'chunks/shipping-worker';

const shippingWorker: Plugin = {
  name: 'shipping-worker',
  setup(build) {
    build.onLoad({ filter: /\/audit-ledger\/src\/shipping\/shipping-worker-file\.ts$/ }, () => ({
      contents: `const here = import.meta.url;
export const SHIPPING_WORKER = new URL(here.includes('/chunks/') ? './shipping-worker.mjs' : './${SHIPPING_WORKER}.mjs', here);`,
      loader: 'js',
    }));
  },
};

/** Zod's messages in English only, which are the ones that it uses by itself. */
const englishMessages: Plugin = {
  name: 'english-messages',
  setup(build) {
    build.onLoad({ filter: /\/zod\/v4\/locales\/index\.js$/ }, ({ path }) => ({
      contents: "export { default as en } from './en.js';",
      loader: 'js',
      resolveDir: dirname(path),
    }));
  },
};

const IMPORTERS_OF_POOL = ['src', 'packages/audit-ledger/src/ledger/'];
/**
 * The part of undici by which Vertex AI and the ledger are called. Its index also loads what the start does not need: fetch, WebSockets,
 * caches, mocks, and other ways to make a request.
 */
const UNDICI_POOL = `
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import buildConnector from 'undici/lib/core/connect.js';
import request from 'undici/lib/api/api-request.js';
Dispatcher.prototype.request = request;
export { buildConnector, Pool };
`;
const undiciPool: Plugin = {
  name: 'undici-pool',
  setup(build) {
    build.onResolve({ filter: /^undici$/ }, ({ importer, kind }) =>
      IMPORTERS_OF_POOL.some((path) => importer.startsWith(join(ROOT, path))) && kind === 'import-statement'
        ? { path: 'undici-pool', namespace: 'undici-pool' }
        : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'undici-pool' }, () => ({
      contents: UNDICI_POOL,
      loader: 'js',
      resolveDir: ROOT,
    }));
  },
};

/** Parts of the audit ledger that command lines alone use. */
const OF_COMMANDS =
  /^packages\/audit-ledger\/src\/(?:commands\/|bundles\/|contents\/(?:erase-subject|find-record|read-content)\.ts$|ledger\/folder-ledger\.ts$|verification\/describe-report\.ts$)/;

/** Packages in CommonJS expect these in the scope of a module. */
const COMMON_JS = `
import { createRequire as createBundleRequire } from 'node:module';
import { dirname as bundleDirname } from 'node:path';
import { fileURLToPath as bundlePath } from 'node:url';
const require = createBundleRequire(import.meta.url);
const __filename = bundlePath(import.meta.url);
const __dirname = bundleDirname(__filename);
`;

/**
 * Bundles the function app: its entry, and beside it in `chunks` what the entry imports at once or later. The Functions
 * worker's own module stays outside, because the worker supplies it. Chunks of earlier builds stay too, because an app
 * that runs may still load them.
 * @throws esbuild's BuildFailure, and Error when the bundle has a part that command lines alone use.
 */
export async function build(
  entry = join(ROOT, 'src/start.ts'),
  output = join(ROOT, 'dist/main.mjs'),
  plugins: readonly Plugin[] = [],
): Promise<Metafile> {
  const { metafile } = await bundle({
    absWorkingDir: ROOT,
    metafile: true,
    entryPoints: { [parse(output).name]: entry, [SHIPPING_WORKER]: join(SHIPPING, 'shipping-worker.ts') },
    outdir: dirname(output),
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[hash]',
    bundle: true,
    splitting: true,
    platform: 'node',
    target: `node${LOWEST_NODE}`,
    format: 'esm',
    sourcemap: true,
    // Without white space a cold start compiles in half the time; names stay, so that stacks can be read.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'external',
    external: ['@azure/functions-core'],
    plugins: [prunedProtos, compiledGovernance, shippingWorker, englishMessages, undiciPool, ...plugins],
    banner: { js: COMMON_JS },
    logLevel: 'warning',
  });
  const foreign = Object.keys(metafile.inputs).filter((path) => OF_COMMANDS.test(path));
  if (foreign.length > 0)
    throw new Error(`The function app must not have what command lines alone use: ${foreign.join(', ')}`);
  return metafile;
}

if (import.meta.main) {
  const { outputs } = await build();
  const bytes = Object.entries(outputs).map(([file, output]) => (file.endsWith('.mjs') ? output.bytes : 0));
  const megabytes = bytes.reduce((sum, some) => sum + some) / 1_000_000;
  console.log(`dist: ${megabytes.toFixed(1)} MB`);
}
