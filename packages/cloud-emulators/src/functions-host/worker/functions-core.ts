import Module from 'node:module';
import { format } from 'node:util';
import type { InvocationContext } from '@azure/functions';
import type { FunctionMetadata, HttpData, Log, LogLevel } from '../messages.ts';

const HOOK_NAMES = ['appStart', 'appTerminate', 'preInvocation', 'postInvocation'] as const;
/** The name of a hook that an app can register. */
export type HookName = (typeof HOOK_NAMES)[number];
/** A callback of a hook. */
export type HookCallback = (context: Record<string, unknown>) => unknown;

/** The handler of a function. */
export type FunctionHandler = (...inputs: unknown[]) => unknown;

/** A function that the app registered. */
export interface RegisteredFunction {
  readonly metadata: FunctionMetadata;
  readonly handler: FunctionHandler;
}

/** The library's steps of one invocation, in the order in which the worker calls them. */
interface InvocationModel {
  getArguments(): Promise<{ context: InvocationContext; inputs: unknown[] }>;
  invokeFunction(context: InvocationContext, inputs: unknown[], handler: FunctionHandler): Promise<unknown>;
  /** Makes the response. With `enableHttpStream` it resolves when the library's own server has the response. */
  getResponse(
    context: InvocationContext,
    result: unknown,
  ): Promise<{ readonly returnValue?: { readonly http?: HttpData } | null }>;
}

/** The part of the library's programming model that the worker uses. */
export interface ProgrammingModel {
  getInvocationModel(context: unknown): InvocationModel;
  /** Starts the library's own server, with `enableHttpStream`. */
  getCapabilities(known: Record<string, string>): Promise<{ readonly HttpUri?: string }>;
}

/** The functions and hooks that the application has registered so far. */
export interface Registrations {
  readonly functions: RegisteredFunction[];
  readonly hooks: Readonly<Record<HookName, HookCallback[]>>;
  model: ProgrammingModel | undefined;
}

const CORE_MODULE = '@azure/functions-core';

/** The error that the worker throws for an unknown hook. The library recognises system errors by its field. */
class UnknownHookError extends RangeError {
  readonly isAzureFunctionsSystemError = true;
}

/** Makes a replacement for the module that exists only inside the Functions worker. */
export function createFunctionsCore(log: Log): { api: object; registrations: Registrations } {
  const registrations: Registrations = {
    functions: [],
    hooks: { appStart: [], appTerminate: [], preInvocation: [], postInvocation: [] },
    model: undefined,
  };
  class Disposable {
    readonly #callOnDispose: () => void;
    constructor(callOnDispose: () => void) {
      this.#callOnDispose = callOnDispose;
    }
    dispose(): void {
      this.#callOnDispose();
    }
  }
  const api = {
    Disposable,
    setProgrammingModel(model: ProgrammingModel): void {
      registrations.model = model;
    },
    registerFunction(metadata: FunctionMetadata, handler: FunctionHandler): Disposable {
      const registered = { metadata, handler };
      registrations.functions.push(registered);
      return new Disposable(() => remove(registrations.functions, registered));
    },
    registerHook(name: string, callback: HookCallback): Disposable {
      const known = HOOK_NAMES.find((hook) => hook === name);
      if (!known) throw new UnknownHookError(`Unrecognized hook "${name}"`);
      registrations.hooks[known].push(callback);
      return new Disposable(() => remove(registrations.hooks[known], callback));
    },
    log(level: LogLevel, category: string, ...message: unknown[]): void {
      log(level, category, format(...message));
    },
  };
  return { api, registrations };
}

/** Makes `require('@azure/functions-core')` give `api` from now on, in every module of this process. */
export function provideFunctionsCore(api: object): void {
  const prototype = Module.prototype as { require: (this: unknown, id: string) => unknown };
  const load = prototype.require;
  prototype.require = function (id) {
    return id === CORE_MODULE ? api : load.call(this, id);
  };
}

function remove<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  if (index >= 0) list.splice(index, 1);
}
