import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { Timer } from '@azure/functions';
import type { Control } from '../control/control.ts';
import { listen } from '../loopback/listen.ts';
import { readHostSettings } from './host-settings.ts';
import { prepareFunctions } from './http-function.ts';
import { Invocations } from './invocations.ts';
import type { FunctionMetadata, Log } from './messages.ts';
import { READABLE_HEAD_BYTES } from './request-head.ts';
import { createListener } from './serve.ts';
import { isTimer, readTimer, type TimerFunction } from './timer-function.ts';
import { type TimerClock, Timers } from './timers.ts';
import { TraceContext } from './trace-context.ts';

/** The options of `startFunctionsHost`. */
export interface FunctionsHostOptions {
  /** The app's folder, which holds host.json, and package.json with `main`. */
  readonly directory: string;
  /** Port of the host; 0 picks a free one. */
  readonly port: number;
  /** Records requests and applies faults. */
  readonly control?: Control;
  /** Host keys, any of which opens a function of level `function`. Without any key, those functions answer 401. */
  readonly keys?: readonly string[];
  /** The time that stopping waits for running invocations; 10,000 by default, as in the real host. */
  readonly drainTimeoutInMs?: number;
  /** The time that a request to the worker may be silent; 240,000 by default, as in the real host. */
  readonly activityTimeoutInMs?: number;
  readonly log?: Log;
  /** True when timers run by their schedules, which they do on one of an app's instances only; true when left out. */
  readonly schedules?: boolean;
  /** The values for `%NAME%` in a timer's schedule; the environment when left out. */
  readonly settings?: Readonly<Record<string, string | undefined>>;
  /** Called with the process id of each worker that has started. */
  readonly onWorker?: (processId: number) => void;
  /** Called when the worker has ended and can't be started anew. */
  readonly onFailure?: (error: Error) => void;
}

/** A running Functions host. */
export interface FunctionsHost {
  readonly port: number;
  readonly functions: readonly { readonly name: string; readonly route: string }[];
  readonly timers: Pick<Timers, 'states' | 'fire'>;
  /**
   * Accepts no more connections, waits for running invocations, lets the worker end itself and closes. Never rejects.
   */
  readonly stop: () => Promise<void>;
}

/** The idle time after which the load balancer before a function app drops a connection. */
const IDLE_TIMEOUT_IN_MS = 230_000;
/**
 * Kestrel's limit.
 * Source: https://learn.microsoft.com/aspnet/core/fundamentals/servers/kestrel/options#request-headers-timeout
 */
const HEAD_TIMEOUT_IN_MS = 30_000;
/**
 * The time that stopping waits for invocations.
 * Source: https://github.com/Azure/azure-functions-host/blob/dev/src/WebJobs.Script/Workers/Rpc/FunctionRegistration/RpcFunctionInvocationDispatcher.cs
 */
const DRAIN_TIMEOUT_IN_MS = 10_000;
/**
 * The time that a worker has to end itself.
 * Source: https://github.com/Azure/azure-functions-host/blob/dev/src/WebJobs.Script/Workers/WorkerConstants.cs
 */
const GRACE_PERIOD_IN_MS = 5_000;
const ACTIVITY_TIMEOUT_IN_MS = 240_000;

const clock: TimerClock = {
  now: Date.now,
  schedule: (task, delayInMs) => {
    const timer = setTimeout(task, delayInMs);
    return () => clearTimeout(timer);
  },
};

/**
 * Serves a function app on 127.0.0.1; the app runs in a worker process.
 * @throws Error for a mistake in host.json, package.json or a function, or what the app throws.
 * @throws PortTakenError when the port is in use.
 */
export async function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const { directory, port, control, keys = [] } = options;
  const log: Log = options.log ?? (() => undefined);
  const { routePrefix, functionTimeoutInMs } = readHostSettings(directory);
  const invocations = new Invocations({
    directory,
    functionTimeoutInMs,
    log,
    onWorker: ({ processId }) => options.onWorker?.(processId ?? 0),
    onFailure: options.onFailure ?? (() => undefined),
  });
  const { functions: registered } = await invocations.worker();
  try {
    refuseUnsupported(registered);
    const functions = prepareFunctions(
      registered.filter((one) => !isTimer(one)),
      routePrefix,
    );
    const timerFunctions = registered
      .filter(isTimer)
      .map((one) => readTimer(one, options.settings ?? process.env));
    const timers = new Timers(timerFunctions, (called, timer) => runTimer(invocations, called, timer), clock);
    const { activityTimeoutInMs = ACTIVITY_TIMEOUT_IN_MS } = options;
    const server = createServer(
      {
        joinDuplicateHeaders: true,
        keepAliveTimeout: IDLE_TIMEOUT_IN_MS,
        headersTimeout: HEAD_TIMEOUT_IN_MS,
        maxHeaderSize: READABLE_HEAD_BYTES,
      },
      createListener({ invocations, functions, activityTimeoutInMs, keys: new Set(keys), control, log }),
    );
    server.setTimeout(IDLE_TIMEOUT_IN_MS);
    const { port: listeningPort, close } = await listen(server, port, { readsTargets: true });
    if (options.schedules ?? true) timers.start();
    return {
      port: listeningPort,
      functions: functions.map(({ name, route }) => ({ name, route })),
      timers,
      stop: async () => {
        server.close();
        server.closeIdleConnections();
        const drained = Promise.all([invocations.drain(), timers.stop()]);
        await within(options.drainTimeoutInMs ?? DRAIN_TIMEOUT_IN_MS, drained);
        await invocations.terminate(GRACE_PERIOD_IN_MS);
        await close();
      },
    };
  } catch (error) {
    await invocations.terminate(0);
    throw error;
  }
}

function refuseUnsupported(registered: readonly FunctionMetadata[]): void {
  const names = new Set<string>();
  for (const { name, retryOptions } of registered) {
    if (names.has(name.toLowerCase())) throw new Error(`Function "${name}" is registered twice.`);
    names.add(name.toLowerCase());
    if (retryOptions) throw new Error(`Function "${name}": the local host supports no retry policies.`);
  }
}

/** Invokes a timer's function. @throws Error with what the function threw, or when its worker ends. */
async function runTimer(invocations: Invocations, { name }: TimerFunction, timer: Timer): Promise<void> {
  const request = {
    invocationId: randomUUID(),
    functionName: name,
    traceContext: new TraceContext({}).toData(),
    triggerMetadata: {},
    input: { json: JSON.stringify(timer) },
  };
  await invocations.invoke(await invocations.worker(), request, async (invoked) => {
    const { error } = await invoked;
    if (error === undefined) return;
    throw new Error(error.split('\n', 1)[0]?.replace(/^\w*Error: /, ''));
  });
}

/** Waits for work, but not longer than the time limit. */
async function within(timeoutInMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutInMs)));
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
