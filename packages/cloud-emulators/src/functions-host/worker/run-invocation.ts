import { format } from 'node:util';
import type { HttpData, InvocationRequest, Log, LogLevel } from '../messages.ts';
import type { FunctionApp } from './function-app.ts';
import type { FunctionHandler, HookCallback, RegisteredFunction } from './functions-core.ts';

/**
 * Runs one invocation as the worker does: the library makes the arguments, hooks may replace inputs, handler, result
 * and error, and the library sends the response.
 * Source: https://github.com/Azure/azure-functions-nodejs-worker/blob/v3.x/src/eventHandlers/InvocationHandler.ts
 * @returns the response, where it doesn't go out through the library's own server.
 * @throws the error of the handler, a hook or the library.
 */
export async function runInvocation(
  app: FunctionApp,
  { metadata, handler }: RegisteredFunction,
  request: InvocationRequest,
  log: Log,
): Promise<HttpData | undefined> {
  const { invocationId, input, triggerMetadata, traceContext } = request;
  const trigger = Object.entries(metadata.bindings).find(([, { type }]) => /trigger$/i.test(type ?? ''))?.[0];
  const model = app.model.getInvocationModel({
    invocationId,
    metadata,
    request: { invocationId, inputData: [{ name: trigger, data: input }], triggerMetadata, traceContext },
    log: (level: LogLevel, _category: string, message: string) =>
      log(level, `${metadata.name} ${invocationId}`, message),
  });
  const { context, inputs } = await model.getArguments();
  const hookData = {};
  const before = { hookData, functionCallback: handler, inputs, invocationContext: context };
  await runHooks(app.registrations.hooks.preInvocation, before);
  const after = {
    hookData,
    inputs: before.inputs,
    invocationContext: context,
    ...(await settle((callback) => model.invokeFunction(context, before.inputs, callback), before)),
  };
  await runHooks(app.registrations.hooks.postInvocation, after);
  if (after.error instanceof Error) throw after.error;
  if (after.error !== undefined && after.error !== null) throw new Error(format(after.error));
  const { returnValue } = await model.getResponse(context, after.result);
  return returnValue?.http;
}

/** Runs hooks one after the other, in the order of their registration. */
export async function runHooks(
  hooks: readonly HookCallback[],
  context: Record<string, unknown>,
): Promise<void> {
  for (const hook of [...hooks]) await hook(context);
}

async function settle(
  invoke: (handler: FunctionHandler) => Promise<unknown>,
  { functionCallback }: { readonly functionCallback: FunctionHandler },
): Promise<{ result: unknown; error: unknown }> {
  try {
    return { result: await invoke(functionCallback), error: null };
  } catch (error) {
    return { result: null, error };
  }
}
