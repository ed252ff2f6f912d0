import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen, type Listening } from '../loopback/listen.ts';
import type { FunctionAppProcess } from './function-app-process.ts';

/** A control request to the processes of the app, not to the app itself. */
interface ProcessRequest {
  /** The instance's number, from 1; all instances when left out. */
  readonly instance?: number;
  readonly settings?: Readonly<Record<string, string>>;
}

const NOT_RUNNING = 'The function app is not running: it is being restarted, was killed, or failed to start.';
const RESTART_USAGE =
  'Send { "settings": { "NAME": "value" } }, { "instance": 1 } for one of several instances, both, or nothing.';
const KILL_USAGE = 'Send { "instance": 1 } for one of several instances, or nothing.';

/**
 * Serves the control surface of a function app in other processes at `/functions-host` of a free port. `POST restart`
 * with `{ settings?, instance? }` answers when the app is ready again. `POST kill` with `{ instance? }` answers when
 * the processes have ended. `GET instances` lists the instances. All other requests go to the app's own control
 * surface: that of the first instance, or below `instances/{number}/` that of another.
 */
export function serveAppControl(instances: readonly FunctionAppProcess[]): Promise<Listening> {
  return listen(
    createServer((request, response) => {
      void serve(instances, request, response).catch((error: unknown) =>
        send(response, 500, { error: error instanceof Error ? error.message : String(error) }),
      );
    }),
    0,
  );
}

async function serve(
  instances: readonly FunctionAppProcess[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const { method = 'GET', url = '/' } = request;
  switch (`${method} ${url}`) {
    case 'GET /functions-host/instances':
      return send(response, 200, instances.map(describe));
    case 'POST /functions-host/restart': {
      const asked = readRequest(body, ['settings', 'instance']);
      const chosen = asked && choose(instances, asked.instance);
      if (!chosen) return send(response, 400, { error: RESTART_USAGE });
      await Promise.all(chosen.map((app) => app.restart(asked.settings ?? {})));
      return send(response, 200, {});
    }
    case 'POST /functions-host/kill': {
      const asked = readRequest(body, ['instance']);
      const chosen = asked && choose(instances, asked.instance);
      if (!chosen) return send(response, 400, { error: KILL_USAGE });
      await Promise.all(chosen.map((app) => app.kill()));
      return send(response, 200, {});
    }
    default:
      return passOn(instances, { method, url, body }, response);
  }
}

async function passOn(
  instances: readonly FunctionAppProcess[],
  { method, url, body }: { readonly method: string; readonly url: string; readonly body: Buffer },
  response: ServerResponse,
): Promise<void> {
  const [, number = '1', operation = ''] = /^\/functions-host\/(?:instances\/(\d+)\/)?(.*)$/.exec(url) ?? [];
  const app = instances[Number(number) - 1];
  if (!app)
    return send(response, 404, { error: `There is no instance ${number}: there are ${instances.length}.` });
  if (app.controlPort === undefined) return send(response, 503, { error: NOT_RUNNING });
  const answer = await fetch(`http://127.0.0.1:${app.controlPort}/functions-host/${operation}`, {
    method,
    ...(body.length > 0 ? { body } : {}),
  });
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
}

function describe(app: FunctionAppProcess, index: number): object {
  return {
    instance: index + 1,
    url: `http://127.0.0.1:${app.port}`,
    running: app.controlPort !== undefined,
    processId: app.processId,
  };
}

function choose(
  instances: readonly FunctionAppProcess[],
  instance: number | undefined,
): readonly FunctionAppProcess[] | undefined {
  if (instance === undefined) return instances;
  const app = instances[instance - 1];
  return app && [app];
}

/** Reads the body of a control request. @returns undefined for unknown fields, or values of another type. */
function readRequest(body: Buffer, fields: readonly string[]): ProcessRequest | undefined {
  const value: unknown = body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
  if (typeof value !== 'object' || value === null) return undefined;
  const { settings = {}, instance } = value as { settings?: unknown; instance?: unknown };
  const isKnown = Object.keys(value).every((name) => fields.includes(name));
  const isNumber = instance === undefined || typeof instance === 'number';
  if (!isKnown || !isNumber || typeof settings !== 'object' || settings === null) return undefined;
  const values: unknown[] = Object.values(settings);
  return values.every((one) => typeof one === 'string') ? value : undefined;
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
