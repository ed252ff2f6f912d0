import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen, type Listening } from '../loopback/listen.ts';
import type { FunctionAppProcess } from './function-app-process.ts';

/**
 * Serves the control surface of a function app in another process at `/functions-host` of a free port:
 * `POST restart` with `{ settings? }` answers when the app is ready again; all else is the app's own surface.
 */
export function serveAppControl(app: FunctionAppProcess): Promise<Listening> {
  return listen(
    createServer((request, response) => {
      void serve(app, request, response).catch((error: unknown) =>
        send(response, 500, { error: error instanceof Error ? error.message : String(error) }),
      );
    }),
    0,
  );
}

async function serve(
  app: FunctionAppProcess,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const { method = 'GET', url = '/' } = request;
  if (method === 'POST' && url === '/functions-host/restart') {
    const settings = readSettings(body.length === 0 ? {} : JSON.parse(body.toString('utf8')));
    if (!settings)
      return send(response, 400, { error: 'Send { "settings": { "NAME": "value" } } or nothing.' });
    await app.restart(settings);
    return send(response, 200, {});
  }
  if (app.controlPort === undefined)
    return send(response, 503, {
      error: 'The function app is not running: it is being restarted, or failed to start.',
    });
  const answer = await fetch(`http://127.0.0.1:${app.controlPort}${url}`, {
    method,
    ...(body.length > 0 ? { body } : {}),
  });
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
}

function readSettings(body: unknown): Record<string, string> | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const unknown = Object.keys(body).find((name) => name !== 'settings');
  const { settings = {} } = body as { settings?: unknown };
  if (unknown !== undefined || typeof settings !== 'object' || settings === null) return undefined;
  const values: unknown[] = Object.values(settings);
  return values.every((value) => typeof value === 'string')
    ? (settings as Record<string, string>)
    : undefined;
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
