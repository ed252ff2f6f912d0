import { parseArgs } from 'node:util';
import { Control } from '../control/control.ts';
import { type ControlAction, ControlAnswer, startControlServer } from '../control/server.ts';
import { type FunctionsHost, startFunctionsHost } from './functions-host.ts';
import type { Log } from './messages.ts';

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
  const { values } = parseArgs({
    options: {
      directory: { type: 'string', default: '.' },
      port: { type: 'string', default: '7071' },
      key: { type: 'string', multiple: true, default: [] },
      control: { type: 'boolean', default: false },
      'no-schedules': { type: 'boolean', default: false },
      'drain-timeout': { type: 'string', default: '10000' },
      'activity-timeout': { type: 'string', default: '240000' },
    },
  });
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

  const control = values.control ? new Control('functions-host') : undefined;
  const host = await startFunctionsHost({
    directory: values.directory,
    port: Number(values.port),
    keys: values.key,
    schedules: !values['no-schedules'],
    drainTimeoutInMs: Number(values['drain-timeout']),
    activityTimeoutInMs: Number(values['activity-timeout']),
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
  if (!process.send) console.error(message);
  void sendToParent({ type: 'failed', message }).then(() => process.exit(1));
}

run().catch(fail);
