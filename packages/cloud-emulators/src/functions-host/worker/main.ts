import type { FromWorker, InvocationRequest, Log, ToWorker } from '../messages.ts';
import { type FunctionApp, loadFunctionApp } from './function-app.ts';
import { runHooks, runInvocation } from './run-invocation.ts';

/**
 * The replacement of the Functions runtime's Node worker. The process loads one function app, starts the library's own
 * server and runs the invocations that the host, its parent, sends. Usage: `main.ts DIRECTORY`.
 */

const sendToHost = (message: FromWorker, told = (): void => undefined): void =>
  void process.send?.(message, told);
const log: Log = (level, source, message) => sendToHost({ type: 'log', level, source, message });

async function answer(app: FunctionApp, request: InvocationRequest): Promise<void> {
  const { invocationId, functionName } = request;
  const called = app.registrations.functions.find(({ metadata }) => metadata.name === functionName);
  try {
    if (!called) throw new Error(`There is no function "${functionName}".`);
    const http = await runInvocation(app, called, request, log);
    sendToHost({ type: 'response', invocationId, ...(http && { http }) });
  } catch (error) {
    sendToHost({ type: 'response', invocationId, error: describe(error) });
  }
}

/** Runs the hooks within the host's grace period and waits for nothing else, as the real worker does. */
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
  // The worker gets its work from the host alone, so it ends with it.
  process.on('disconnect', () => process.exit(0));
  const app = await loadFunctionApp(directory, log);
  await runHooks(app.registrations.hooks.appStart, { hookData: {} });
  const { HttpUri } = await app.model.getCapabilities({});
  process.on('message', (message: ToWorker) => {
    if (message.type === 'terminate') void terminate(app);
    else void answer(app, message);
  });
  const functions = app.registrations.functions.map(({ metadata }) => metadata);
  sendToHost({ type: 'started', functions, ...(HttpUri !== undefined && { httpUri: HttpUri }) });
}

start(process.argv[2] ?? '.').catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  sendToHost({ type: 'failed', message }, () => process.exit(1));
});
