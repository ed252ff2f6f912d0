import { subscribe } from 'node:diagnostics_channel';
import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Runs in the function app's worker before the app is loaded. Before the end of the first answer to a call of `:generateContent` goes
 * out, it writes a list of source files to `START_FILE`: those of all chunks of the bundle that were loaded until then.
 */
const { START_FILE: output = '' } = process.env;
const CHUNK = /\/dist\/(?:chunks\/)?[^/]+\.mjs$/;
const chunks: string[] = [];
let isAnswered = false;

registerHooks({
  load(url, context, next) {
    if (!isAnswered && CHUNK.test(url)) chunks.push(fileURLToPath(url));
    return next(url, context);
  },
});

subscribe('http.server.request.start', (message) => {
  const { request, response } = message as {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
  };
  const isCall = request.headers['x-ms-invocation-id'] !== undefined;
  if (isAnswered || !isCall || request.url?.includes(':generateContent') !== true) return;
  const end = response.end.bind(response) as () => ServerResponse;
  response.end = (...parameters: Parameters<typeof end>) => {
    isAnswered = true;
    writeFileSync(output, JSON.stringify([...new Set(chunks.flatMap(sourcesOf))]));
    return end(...parameters);
  };
});

function sourcesOf(chunk: string): string[] {
  const { sources } = JSON.parse(readFileSync(`${chunk}.map`, 'utf8')) as {
    readonly sources: readonly string[];
  };
  return sources.map((source) => source.replace(/^(\.\.\/)+/, ''));
}
