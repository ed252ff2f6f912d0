import type { FromWorker, InvocationRequest, Log, ToWorker } from '../messages.ts';
import { type FunctionApp, loadFunctionApp } from './function-app.ts';
import { runHooks, runInvocation } from './run-invocation.ts';

/**
 * Stands in for the Node worker of the Functions runtime: a process that loads one function app, starts the library's own
 * server and runs what the host, which forked it, tells it to. `main.ts DIRECTORY`.
 */

const tell = (message: FromWorker, told = (): void => undefined): void => void process.send?.(message, told);
const log: Log = (level, source, message) => tell({ type: 'log', level, source, message });

async function answer(app: FunctionApp, request: InvocationRequest): Promise<void> {
  const { invocationId, functionName } = request;
  const called = app.registrations.functions.find(({ metadata }) => metadata.name === functionName);
  try {
    if (!called) throw new Error(`There is no function "${functionName}".`);
    const http = await runInvocation(app, called, request, log);
    tell({ type: 'response', invocationId, ...(http && { http }) });
  } catch (error) {
    tell({ type: 'response', invocationId, error: describe(error) });
  }
}

/** As the worker does: the hooks have the host's grace period, and nothing else is waited for. */
async function terminate(app: FunctionApp): Promise<void> {
  try {
    await runHooks(app.registrations.hooks.appTerminate, { hookData: {} });
  } catch (error) {
    log('error', 'worker', `appTerminate: ${describe(error)}`);
  }
  process.exit(0);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function start(directory: string): Promise<void> {
  // Without its host nobody can tell it anything.
  process.on('disconnect', () => process.exit(0));
  const app = loadFunctionApp(directory, log);
  await runHooks(app.registrations.hooks.appStart, { hookData: {} });
  const { HttpUri } = await app.model.getCapabilities({});
  process.on('message', (message: ToWorker) => {
    if (message.type === 'terminate') void terminate(app);
    else void answer(app, message);
  });
  const functions = app.registrations.functions.map(({ metadata }) => metadata);
  tell({ type: 'started', functions, ...(HttpUri !== undefined && { httpUri: HttpUri }) });
}

start(process.argv[2] ?? '.').catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  tell({ type: 'failed', message }, () => process.exit(1));
});
