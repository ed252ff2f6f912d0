import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type {
  HttpRequest,
  HttpRequestInit,
  InvocationContext,
  InvocationContextInit,
} from '@azure/functions';
import {
  createFunctionsCore,
  type Log,
  type ProgrammingModel,
  provideFunctionsCore,
  type Registrations,
} from './functions-core.ts';
import type { IncomingRequest } from './incoming-request.ts';

/** The library's classes, from the copy of it that the application itself uses. */
export interface FunctionsLibrary {
  readonly HttpRequest: new (
    init: HttpRequestInit & { readonly nativeRequest: IncomingRequest },
  ) => HttpRequest;
  readonly InvocationContext: new (init: InvocationContextInit) => InvocationContext;
  /** Whether the application has called `app.setup({ enableHttpStream: true })`. */
  readonly streams: boolean;
}

export interface FunctionApp extends FunctionsLibrary {
  readonly registrations: Registrations;
}

let loaded = false;

/**
 * Loads the application that the `main` of `directory/package.json` names, as the worker does.
 * Once in a process: the library keeps the first host that it finds.
 * @throws Error when there is no such file, or no function in it; whatever the application throws while it loads.
 */
export async function loadFunctionApp(directory: string, log: Log): Promise<FunctionApp> {
  if (loaded) throw new Error('One process hosts one function app.');
  loaded = true;
  const packageFile = resolve(directory, 'package.json');
  const { main } = JSON.parse(readFileSync(packageFile, 'utf8')) as { main?: unknown };
  if (typeof main !== 'string') throw new Error(`${packageFile}: "main" names the application's file.`);
  const { api, registrations } = createFunctionsCore(log);
  provideFunctionsCore(api);
  createRequire(packageFile)(join(resolve(directory), main));
  if (!registrations.model || registrations.functions.length === 0)
    throw new Error(`${join(directory, main)} registers no function.`);
  return { registrations, ...(await readLibrary(registrations.model)) };
}

/**
 * The library keeps its classes and its streaming switch to itself, so an invocation that goes nowhere shows them.
 * Its own proxy server, which listens on every interface, is never started.
 */
async function readLibrary(model: ProgrammingModel): Promise<FunctionsLibrary> {
  const { context, inputs } = await argumentsOf(model, 'probeTrigger');
  const [request] = inputs;
  if (!request) throw new Error('The library made no request for an HTTP trigger.');
  // With streaming on, an HTTP trigger's arguments wait for the proxied request, which never comes.
  const streams = await Promise.race([
    argumentsOf(model, 'httpTrigger').then(() => false),
    new Promise<true>((settle) => setTimeout(settle, 5, true)),
  ]);
  return {
    HttpRequest: request.constructor as FunctionsLibrary['HttpRequest'],
    InvocationContext: context.constructor as FunctionsLibrary['InvocationContext'],
    streams,
  };
}

function argumentsOf(
  model: ProgrammingModel,
  type: string,
): Promise<{ context: InvocationContext; inputs: HttpRequest[] }> {
  const metadata = { name: 'probe', bindings: { probe: { name: 'probe', type, direction: 'in' } } };
  const data = { http: { url: 'http://127.0.0.1/', method: 'GET' } };
  const request = { inputData: [{ name: 'probe', data }], triggerMetadata: {} };
  return model
    .getInvocationModel({ invocationId: 'probe', metadata, request, log: () => undefined })
    .getArguments();
}
