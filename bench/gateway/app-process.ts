import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { Session } from 'node:inspector/promises';
import {
  type FunctionApp,
  loadFunctionApp,
} from '@vertex-ai-gateway/cloud-emulators/functions-host/worker/function-app';
import {
  runHooks,
  runInvocation,
} from '@vertex-ai-gateway/cloud-emulators/functions-host/worker/run-invocation';

/**
 * Runs a function app at the library's own server, without a host before it: each request that comes there is invoked in
 * this process. A caller sends an `x-ms-invocation-id` of its own, as the platform's host does. The parent forks it with the
 * app's folder as its argument; it sends its parent `{ port }`. A message `{ profile: 'start' }` starts a CPU profile, and
 * one with the path of a file writes it there, which is answered with `{ profiled }`. A message `{ collect: true }` is
 * answered with `{ heapInMb }` after a forced collection, in a process with `--expose-gc`.
 */
const PROFILE_INTERVAL_IN_US = 200;
const [directory = '.'] = process.argv.slice(2);

function invoke(app: FunctionApp, invocationId: string, request: IncomingMessage): void {
  const [, name = '', resource = ''] = /^\/([^/?]*)\/?([^?]*)/.exec(request.url ?? '') ?? [];
  const called = app.registrations.functions.find(({ metadata }) => metadata.name === name);
  if (!called) throw new Error(`There is no function "${name}".`);
  const query = Object.fromEntries(new URLSearchParams(request.url?.split('?')[1]));
  const triggerMetadata = {
    resource: { string: resource },
    Query: { json: JSON.stringify(query) },
    Headers: { json: JSON.stringify(request.headers) },
  };
  const traceContext = { traceParent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00' };
  const invocation = { invocationId, functionName: name, traceContext, triggerMetadata, input: { http: {} } };
  runInvocation(app, called, invocation, () => undefined).catch((error: unknown) => {
    // The caller would wait for an answer for ever.
    console.error(error);
    process.exit(1);
  });
}

const app = await loadFunctionApp(directory, (level, source, message) => {
  if (level === 'error' || level === 'critical') console.error(`${source}: ${message}`);
});
await runHooks(app.registrations.hooks.appStart, { hookData: {} });
subscribe('http.server.request.start', (message) => {
  const { request } = message as { request: IncomingMessage };
  const invocationId = request.headers['x-ms-invocation-id'];
  if (typeof invocationId === 'string') invoke(app, invocationId, request);
});
const { HttpUri = '' } = await app.model.getCapabilities({});
let session: Session | undefined;
process.on('message', ({ profile }: { readonly profile?: string }) => {
  if (profile === undefined) collect();
  else void (profile === 'start' ? startProfile() : writeProfile(profile));
});
process.on('disconnect', () => process.exit(0));
process.send?.({ port: Number(new URL(HttpUri).port) });

async function startProfile(): Promise<void> {
  const { Session } = await import('node:inspector/promises');
  session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: PROFILE_INTERVAL_IN_US });
  await session.post('Profiler.start');
}

async function writeProfile(file: string): Promise<void> {
  const result = await session?.post('Profiler.stop');
  writeFileSync(file, JSON.stringify(result?.profile));
  process.send?.({ profiled: file });
}

/** Tells the memory of objects and buffers that are left, on the thread that serves calls. */
function collect(): void {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  process.send?.({ heapInMb: (heapUsed + external) / 1_048_576 });
}
