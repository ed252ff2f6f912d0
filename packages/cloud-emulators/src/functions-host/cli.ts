import { Control } from '../control/control.ts';
import { type ControlAction, ControlAnswer, startControlServer } from '../control/server.ts';
import { type FunctionsHost, startFunctionsHost } from './functions-host.ts';
import type { Log } from './messages.ts';
import { OptionsError, readOptions, USAGE } from './read-options.ts';

const SILENT = new Set(['trace', 'debug', 'none']);
const log: Log = (level, source, message) => {
  if (!SILENT.has(level)) console.error(`${new Date().toISOString()} ${level} ${source}: ${message}`);
};

/**
 * Makes the control actions `GET timers` and `POST timers/{name}`, which answers when that timer's function has ended.
 */
function timerActions({ timers }: FunctionsHost): Record<string, ControlAction> {
  return {
    'GET timers': () => timers.states(),
    'POST timers': async (_, target) => {
      const run = await timers.fire(target?.path.join('/') ?? '');
      if (run) return run;
      const names = timers.states().map(({ name }) => name);
      const error = `There is no such timer. There are: ${names.join(', ') || 'none'}.`;
      const text = JSON.stringify({ error });
      return new ControlAnswer({ status: 404, contentType: 'application/json', text });
    },
  };
}

/** Sends a message to the parent process, where there is one. */
function sendToParent(message: object): Promise<void> {
  return new Promise((resolve) => {
    if (process.send) process.send(message, () => resolve());
    else resolve();
  });
}

async function run(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (!options) {
    console.log(USAGE);
    return;
  }
  const running: { host?: FunctionsHost } = {};
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    void (running.host?.stop() ?? Promise.resolve()).then(() => process.exit(0));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // The parent runs the services that the app talks to, so without it there is nothing to wait for.
  process.on('disconnect', () => process.exit(0));
  // The parent may have gone while this module was loaded.
  if (process.send && !process.connected) process.exit(0);

  const { control: isControlled, ...rest } = options;
  const control = isControlled ? new Control('functions-host') : undefined;
  const host = await startFunctionsHost({
    ...rest,
    log,
    onWorker: (workerId) => void sendToParent({ type: 'worker', workerId }),
    onFailure: fail,
    ...(control ? { control } : {}),
  });
  running.host = host;
  const controlPort = control
    ? (await startControlServer([{ control, actions: timerActions(host) }])).port
    : undefined;

  await sendToParent({ type: 'ready', port: host.port, controlPort });
  if (process.send) return;
  for (const { name, route } of host.functions)
    log('information', 'host', `${name}: http://127.0.0.1:${host.port}/${route}`);
}

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const isUsage = error instanceof OptionsError;
  if (!process.send) console.error(isUsage ? `${message}\n\n${USAGE}` : message);
  void sendToParent({ type: 'failed', message }).then(() => process.exit(isUsage ? 2 : 1));
}

run().catch(fail);
