import { createServer, type ServerResponse } from 'node:http';
import type { Timer } from '@azure/functions';
import type { Control } from '../control/control.ts';
import { listen } from '../loopback/listen.ts';
import { type FunctionApp, loadFunctionApp } from './function-app.ts';
import type { Log, RegisteredFunction } from './functions-core.ts';
import { readHostSettings } from './host-settings.ts';
import { prepareFunctions } from './http-function.ts';
import { createContext, invoke, runHooks } from './invoke.ts';
import { createListener } from './serve.ts';
import { isTimer, readTimer, type TimerFunction } from './timer-function.ts';
import { type TimerClock, Timers } from './timers.ts';
import { TraceContext } from './trace-context.ts';

export interface FunctionsHostOptions {
  /** Holds host.json, and package.json whose `main` is the application. */
  readonly directory: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** Records requests and applies faults. */
  readonly control?: Control;
  /** Host keys, any of which opens a function of level `function`. Without one, such functions answer 401. */
  readonly keys?: readonly string[];
  /** How long stopping waits for running invocations, and then again for the appTerminate hooks; 5,000 by default. */
  readonly drainTimeoutInMs?: number;
  readonly log?: Log;
  /** Whether timers run by their schedules, which they do on one of an app's instances only; true when left out. */
  readonly schedules?: boolean;
  /** What `%NAME%` in a timer's schedule stands for; the environment when left out. */
  readonly settings?: Readonly<Record<string, string | undefined>>;
}

export interface FunctionsHost {
  readonly port: number;
  readonly functions: readonly { readonly name: string; readonly route: string }[];
  readonly timers: Pick<Timers, 'states' | 'fire'>;
  /** Takes no more requests, waits for those that run, runs the appTerminate hooks and closes. Never rejects. */
  readonly stop: () => Promise<void>;
}

/** The load balancer before a function app drops a connection that is idle for this long. */
const IDLE_TIMEOUT_IN_MS = 230_000;
const DRAIN_TIMEOUT_IN_MS = 5_000;

const clock: TimerClock = {
  now: Date.now,
  schedule: (task, delayInMs) => {
    const timer = setTimeout(task, delayInMs);
    return () => clearTimeout(timer);
  },
};

/**
 * Loads a function app into this process and serves it on 127.0.0.1. Once in a process.
 * @throws Error for what is wrong with host.json, package.json or a function; PortTakenError; what the app throws.
 */
export async function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const { directory, port, control, keys = [], drainTimeoutInMs = DRAIN_TIMEOUT_IN_MS } = options;
  const log: Log = options.log ?? (() => undefined);
  const settings = readHostSettings(directory);
  const app = await loadFunctionApp(directory, log);
  const registered = app.registrations.functions;
  refuseUnsupported(registered);
  const functions = prepareFunctions(
    registered.filter((one) => !isTimer(one)),
    settings.routePrefix,
  );
  const timerFunctions = registered
    .filter(isTimer)
    .map((one) => readTimer(one, options.settings ?? process.env));
  await runHooks(app.registrations.hooks.appStart, { hookData: {} });

  const { functionTimeoutInMs } = settings;
  const timers = new Timers(
    timerFunctions,
    (called, timer) => runTimer(app, called, timer, functionTimeoutInMs, log),
    clock,
  );
  const serve = createListener({ app, functions, functionTimeoutInMs, keys: new Set(keys), control, log });
  const running = new Running();
  const server = createServer({ joinDuplicateHeaders: true, keepAliveTimeout: IDLE_TIMEOUT_IN_MS });
  server.on('request', (request, response) => {
    running.add(response);
    serve(request, response);
  });
  server.setTimeout(IDLE_TIMEOUT_IN_MS);
  const { port: listeningPort, close } = await listen(server, port);
  if (options.schedules ?? true) timers.start();
  return {
    port: listeningPort,
    functions: functions.map(({ name, route }) => ({ name, route })),
    timers,
    stop: async () => {
      server.close();
      server.closeIdleConnections();
      await within(drainTimeoutInMs, Promise.all([running.idle(), timers.stop()]));
      await within(drainTimeoutInMs, terminate(app, log));
      await close();
    },
  };
}

function refuseUnsupported(registered: readonly RegisteredFunction[]): void {
  const names = new Set<string>();
  for (const { name, retries } of registered) {
    if (names.has(name.toLowerCase())) throw new Error(`Function "${name}" is registered twice.`);
    names.add(name.toLowerCase());
    if (retries) throw new Error(`Function "${name}": the local host supports no retry policies.`);
  }
}

/** Invokes a timer's function, which fails when it takes longer than the host allows; it runs on then. */
async function runTimer(
  app: FunctionApp,
  called: TimerFunction,
  timer: Timer,
  timeoutInMs: number | undefined,
  log: Log,
): Promise<void> {
  const context = createContext(app, called, new TraceContext({}), log);
  let cancel: (() => void) | undefined;
  const limit = new Promise<never>((_, reject) => {
    const giveUp = (): void =>
      reject(new Error(`Function "${called.name}" ran longer than functionTimeout.`));
    if (timeoutInMs !== undefined) cancel = clock.schedule(giveUp, timeoutInMs);
  });
  try {
    await Promise.race([invoke(app, called, timer, context), limit]);
  } catch (error) {
    log('error', 'host', error instanceof Error ? (error.stack ?? error.message) : String(error));
    throw error;
  } finally {
    cancel?.();
  }
}

async function terminate(app: FunctionApp, log: Log): Promise<void> {
  try {
    await runHooks(app.registrations.hooks.appTerminate, { hookData: {} });
  } catch (error) {
    log('error', 'host', `appTerminate: ${String(error)}`);
  }
}

/** The responses that have not been sent to their end. */
class Running {
  #count = 0;
  #whenIdle: (() => void) | undefined;

  add(response: ServerResponse): void {
    this.#count += 1;
    response.once('close', () => {
      this.#count -= 1;
      if (this.#count === 0) this.#whenIdle?.();
    });
  }

  async idle(): Promise<void> {
    if (this.#count > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
  }
}

/** Waits for work, but no longer than this. */
async function within(timeoutInMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutInMs)));
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
