import { randomUUID } from 'node:crypto';
import { format } from 'node:util';
import type { EffectiveFunctionOptions, InvocationContext } from '@azure/functions';
import type { FunctionApp } from './function-app.ts';
import type { FunctionHandler, HookCallback, Log } from './functions-core.ts';
import type { TraceContext } from './trace-context.ts';

/** A function, whatever triggers it. */
interface Called {
  readonly name: string;
  readonly handler: FunctionHandler;
  readonly options: EffectiveFunctionOptions;
}

/** Makes the library's own context for one invocation. */
export function createContext(
  app: FunctionApp,
  called: Called,
  traceContext: TraceContext,
  log: Log,
): InvocationContext {
  const invocationId = randomUUID();
  return new app.InvocationContext({
    invocationId,
    functionName: called.name,
    options: called.options,
    traceContext,
    logHandler: (level, ...message) => log(level, `${called.name} ${invocationId}`, format(...message)),
  });
}

/**
 * Runs a function between its `preInvocation` and `postInvocation` hooks, which may replace the inputs, the handler,
 * the result and the error, as in the worker.
 * @throws what the handler or a hook threw.
 */
export async function invoke(
  app: FunctionApp,
  called: Called,
  input: unknown,
  context: InvocationContext,
): Promise<unknown> {
  const { preInvocation, postInvocation } = app.registrations.hooks;
  if (preInvocation.length === 0 && postInvocation.length === 0) return called.handler(input, context);

  const hookData = {};
  const before = {
    hookData,
    functionCallback: called.handler,
    inputs: [input],
    invocationContext: context,
  };
  await runHooks(preInvocation, before);
  const after = {
    hookData,
    inputs: before.inputs,
    invocationContext: context,
    ...(await settle(before.functionCallback, before.inputs, context)),
  };
  await runHooks(postInvocation, after);
  if (after.error instanceof Error) throw after.error;
  if (after.error !== undefined && after.error !== null) throw new Error(format(after.error));
  return after.result;
}

/** Runs hooks one after the other, in the order of their registration. */
export async function runHooks(
  hooks: readonly HookCallback[],
  context: Record<string, unknown>,
): Promise<void> {
  for (const hook of [...hooks]) await hook(context);
}

async function settle(
  handler: FunctionHandler,
  inputs: readonly unknown[],
  context: InvocationContext,
): Promise<{ result: unknown; error: unknown }> {
  try {
    return { result: await handler(...inputs, context), error: undefined };
  } catch (error) {
    return { result: null, error };
  }
}
