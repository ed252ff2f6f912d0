import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen, type Listening } from '../loopback/listen.ts';
import { type Control, readFault } from './control.ts';

const USAGE = {
  'GET requests': 'the requests received, oldest first',
  'DELETE requests': 'forgets them',
  'GET faults': 'the faults still to be injected',
  'POST faults':
    '{ path?, method?, times?, status?, body?, headers?, delayInMs?, hang?, reset?, abortAfterChunks?, errorAfterChunks? }',
  'DELETE faults': 'forgets them',
};

/** The rest of an action's address after its name. */
export interface ControlTarget {
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

/** The status, type and body of an answer. */
interface Content {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** An answer of an action that has another status than 200, or is not JSON. */
export class ControlAnswer {
  readonly content: Content;

  constructor(content: Content) {
    this.content = content;
  }
}

/**
 * An action of one emulator, such as minting a token. The control surface answers 200 with the result as JSON, or as a
 * ControlAnswer says.
 */
export type ControlAction = (body: unknown, target?: ControlTarget) => unknown;

/** An emulator's control, and its own actions by `METHOD name`. */
export interface Controlled {
  readonly control: Control;
  readonly actions?: Readonly<Record<string, ControlAction>>;
}

/** Serves the control surface of every emulator at `/{emulator name}` on one loopback port. */
export async function startControlServer(emulators: readonly Controlled[], port = 0): Promise<Listening> {
  const byName = new Map(emulators.map((emulator) => [emulator.control.name, emulator]));
  const server = createServer((request, response) => {
    void serve(byName, request, response).catch((error: unknown) =>
      json(response, 500, { error: String(error) }),
    );
  });
  return listen(server, port);
}

async function serve(
  byName: ReadonlyMap<string, Controlled>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [pathname = '', queryString] = (request.url ?? '/').split('?', 2);
  const [, name = '', operation = '', ...path] = pathname.split('/');
  const emulator = byName.get(name);
  if (!emulator)
    return json(response, 404, { error: `No such emulator. There are: ${[...byName.keys()].join(', ')}.` });
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const { control, actions = {} } = emulator;
  const key = `${request.method ?? 'GET'} ${operation}`;
  const action = actions[key];
  if (action) {
    const query = new URLSearchParams(queryString);
    const result = await action(text === '' ? undefined : JSON.parse(text), { path, query });
    return result instanceof ControlAnswer
      ? answer(response, result.content)
      : json(response, 200, result ?? {});
  }
  switch (key) {
    case 'GET requests':
      return json(response, 200, control.requests());
    case 'DELETE requests':
      control.clear();
      return json(response, 200, {});
    case 'GET faults':
      return json(response, 200, control.faults());
    case 'DELETE faults':
      control.clearFaults();
      return json(response, 200, {});
    case 'POST faults': {
      const fault = readFault(JSON.parse(text), control);
      if ('error' in fault) return json(response, 400, fault);
      control.inject(fault);
      return json(response, 201, fault);
    }
    default:
      return json(response, operation === '' ? 200 : 404, { ...USAGE, actions: Object.keys(actions) });
  }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  answer(response, { status, contentType: 'application/json', text: JSON.stringify(body) });
}

function answer(response: ServerResponse, { status, contentType, text }: Content): void {
  response.writeHead(status, { 'content-type': contentType }).end(text);
}
