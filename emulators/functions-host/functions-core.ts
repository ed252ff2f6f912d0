import Module from 'node:module';
import { format } from 'node:util';
import type { HttpRequest, InvocationContext } from '@azure/functions';

export type LogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none';

/** Where the function app's and the host's log lines go. */
export type Log = (level: LogLevel, source: string, message: string) => void;

export const HOOK_NAMES = ['appStart', 'appTerminate', 'preInvocation', 'postInvocation'] as const;
export type HookName = (typeof HOOK_NAMES)[number];
export type HookCallback = (context: Record<string, unknown>) => unknown;

/** A binding as the library registers it; an HTTP trigger has `route`, `methods` and `authLevel`. */
export type Binding = Readonly<Record<string, unknown>> & { readonly type?: string };
export type FunctionHandler = (...inputs: unknown[]) => unknown;

export interface RegisteredFunction {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly handler: FunctionHandler;
  /** Whether the host is to run it again when it fails. */
  readonly retries: boolean;
}

/** What the library tells of a function. */
interface Metadata {
  readonly name: string;
  readonly bindings: Record<string, Binding>;
  readonly retryOptions?: unknown;
}

/** The part of the library's programming model that this host uses. */
export interface ProgrammingModel {
  getInvocationModel(context: unknown): {
    getArguments(): Promise<{ context: InvocationContext; inputs: HttpRequest[] }>;
  };
}

/** What the application has registered so far. */
export interface Registrations {
  readonly functions: RegisteredFunction[];
  readonly hooks: Readonly<Record<HookName, HookCallback[]>>;
  model: ProgrammingModel | undefined;
}

const CORE_MODULE = '@azure/functions-core';

/** Thrown as the worker throws it: the library recognises system errors by the field. */
class UnknownHookError extends RangeError {
  readonly isAzureFunctionsSystemError = true;
}

/** Stands in for the module that only exists inside the Functions worker. */
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
    registerFunction({ name, bindings, retryOptions }: Metadata, handler: FunctionHandler): Disposable {
      const registered = { name, bindings, handler, retries: Boolean(retryOptions) };
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

/** From now on `require('@azure/functions-core')` gives `api`, in every module of this process. */
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
