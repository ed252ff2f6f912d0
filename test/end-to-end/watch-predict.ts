import { subscribe } from 'node:diagnostics_channel';
import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { type Profiler, Session } from 'node:inspector';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * Runs in the function app's worker before the app is loaded. For each call of `:predict` it writes a list of source files
 * to `PREDICT_WAY_FILE`: those with at least one function that ran between the call's arrival at the library's server and
 * the moment when its bytes leave for Vertex AI over gRPC. V8 counts the calls of each function.
 * https://chromedevtools.github.io/devtools-protocol/v8/Profiler/#method-takePreciseCoverage
 */
const { PREDICT_WAY_FILE: output = '' } = process.env;
const BUNDLES = join(import.meta.dirname, '../../dist');
/** The paths of the product's source files. All others are of libraries, or the build writes their code. */
const OURS = /^(src\/(?!governance\/compiled-governance\.ts)|packages\/)/;

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });

let isOnItsWay = false;

subscribe('http.server.request.start', (message) => {
  const { request } = message as { readonly request: IncomingMessage };
  const isPredict = request.headers['x-ms-invocation-id'] !== undefined && request.url?.endsWith(':predict');
  if (isPredict !== true) return;
  // Taking the counts sets them to zero.
  takeCounts();
  isOnItsWay = true;
});

subscribe('http2.client.stream.created', () => {
  if (!isOnItsWay) return;
  isOnItsWay = false;
  const files = filesOf(takeCounts());
  writeFileSync(output, JSON.stringify(files));
});

/** Returns the number of calls of each function since the last time. The session is of this thread, so it answers at once. */
function takeCounts(): readonly Profiler.ScriptCoverage[] {
  let counts: readonly Profiler.ScriptCoverage[] | undefined;
  session.post('Profiler.takePreciseCoverage', (error, { result }) => {
    if (error) throw error;
    counts = result;
  });
  if (!counts) throw new Error('The profiler does not answer at once.');
  return counts;
}

function filesOf(scripts: readonly Profiler.ScriptCoverage[]): string[] {
  const files = scripts
    .filter(({ url }) => url.startsWith(pathToFileURL(BUNDLES).href))
    .flatMap(({ url, functions }) => filesOfScript(fileURLToPath(url), functions));
  return [...new Set(files)].filter((file) => OURS.test(file)).toSorted();
}

function filesOfScript(script: string, functions: readonly Profiler.FunctionCoverage[]): string[] {
  const map = new SourceMap(
    JSON.parse(readFileSync(`${script}.map`, 'utf8')) as ConstructorParameters<typeof SourceMap>[0],
  );
  const lineStarts = [0];
  const text = readFileSync(script, 'utf8');
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  return functions.flatMap(({ ranges: [range] }) => {
    if (!range || range.count === 0) return [];
    const line = lineStarts.findLastIndex((start) => start <= range.startOffset);
    // Code of the bundler itself has no source.
    const { originalSource } = map.findEntry(line, range.startOffset - (lineStarts[line] ?? 0)) as {
      readonly originalSource?: string;
    };
    return originalSource === undefined ? [] : [originalSource.replace(/^(\.\.\/)+/, '')];
  });
}
