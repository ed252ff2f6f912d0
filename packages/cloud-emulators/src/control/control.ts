import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** One request as an emulator received it; `body` is text where it is valid UTF-8, otherwise base64. */
export interface RecordedRequest {
  readonly time: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly bodyEncoding: 'utf8' | 'base64';
  /** The end of the exchange, where the emulator follows it: `dropped` when its answer was not sent whole. */
  readonly ended?: 'answered' | 'dropped';
}

/** A fault that an emulator injects into one or several requests of this path and method. */
export interface Fault {
  /** A part of the request's path and query; every request when left out. */
  readonly path?: string;
  /** The request's method, in capitals; any when left out. */
  readonly method?: string;
  /** The number of requests that the fault applies to; 1 when left out. */
  readonly times?: number;
  /** Answers with this HTTP status instead of the real answer. */
  readonly status?: number;
  /** The body of that answer: a string is sent as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Waits this long before anything else. */
  readonly delayInMs?: number;
  /** Never answers. */
  readonly hang?: boolean;
  /** Drops the connection without an answer. */
  readonly reset?: boolean;
  /** Answers as usual, but drops the connection after this many chunks of the body; 0 loses the whole answer. */
  readonly abortAfterChunks?: number;
  /**
   * Streams as usual, but after this many elements sends `status` and `body` in the stream's own form of an error and
   * ends the stream. A body that is a string is sent as it is. An answer that does not stream is replaced by the error.
   * Only emulators that stream take this field.
   */
  readonly errorAfterChunks?: number;
}

interface Received {
  readonly time: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  ended?: 'answered' | 'dropped';
}

/** An answer whose end is followed, such as a `ServerResponse`. It is sent whole if it is finished when it closes. */
export interface FollowedAnswer {
  readonly writableFinished: boolean;
  once(event: 'close', listener: () => void): unknown;
}

const MAXIMUM_REQUESTS = 50_000;
const MAXIMUM_BODY_BYTES = 64 * 1024 * 1024;
const FAULT_FIELDS = new Set([
  'path',
  'method',
  'times',
  'status',
  'body',
  'headers',
  'delayInMs',
  'hang',
  'reset',
  'abortAfterChunks',
  'errorAfterChunks',
]);
/** The fields that select the requests of a fault, and do not say what goes wrong. */
const MATCHING_FIELDS = new Set(['path', 'method', 'times']);

/**
 * The record of one emulator's requests, and the faults it still has to inject. It keeps the last 50,000 requests, or
 * fewer when their bodies exceed 64 MiB.
 */
export class Control {
  readonly name: string;
  /** True when the emulator streams answers and can send an error within a stream. */
  readonly streams: boolean;
  readonly #now: () => number;
  #received: Received[] = [];
  #bodyBytes = 0;
  #faults: { fault: Fault; left: number }[] = [];

  constructor(
    name: string,
    now: () => number = Date.now,
    { streams = false }: { readonly streams?: boolean } = {},
  ) {
    this.name = name;
    this.streams = streams;
    this.#now = now;
  }

  /** Records a request. @param response shows how the exchange ends. */
  record(
    method: string,
    path: string,
    headers: IncomingMessage['headers'],
    body: Buffer,
    response?: FollowedAnswer,
  ): void {
    const received: Received = { time: this.#now(), method, path, headers, body };
    this.#received.push(received);
    response?.once('close', () => (received.ended = response.writableFinished ? 'answered' : 'dropped'));
    this.#bodyBytes += body.length;
    if (this.#received.length > MAXIMUM_REQUESTS || this.#bodyBytes > MAXIMUM_BODY_BYTES)
      this.#forgetOlderHalf();
  }

  requests(): RecordedRequest[] {
    return this.#received.map(({ time, method, path, headers, body, ended }) => ({
      time: new Date(time).toISOString(),
      method,
      path,
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [
          name,
          Array.isArray(value) ? value.join(', ') : (value ?? ''),
        ]),
      ),
      ...asText(body),
      ...(ended && { ended }),
    }));
  }

  clear(): void {
    this.#received = [];
    this.#bodyBytes = 0;
  }

  #forgetOlderHalf(): void {
    this.#received = this.#received.slice(Math.ceil(this.#received.length / 2));
    this.#bodyBytes = this.#received.reduce((bytes, { body }) => bytes + body.length, 0);
  }

  inject(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times ?? 1 });
  }

  faults(): Fault[] {
    return this.#faults.map(({ fault, left }) => ({ ...fault, times: left }));
  }

  clearFaults(): void {
    this.#faults = [];
  }

  /** Finds the first fault that matches and counts it as used. */
  takeFault(method: string, path: string): Fault | undefined {
    const index = this.#faults.findIndex(
      ({ fault }) => path.includes(fault.path ?? '') && (fault.method ?? method) === method,
    );
    const entry = this.#faults[index];
    if (!entry) return undefined;
    entry.left -= 1;
    if (entry.left <= 0) this.#faults.splice(index, 1);
    return entry.fault;
  }
}

/** Reads a fault from a control request, or gives the problem with it. */
export function readFault(
  value: unknown,
  { streams }: { readonly streams: boolean },
): Fault | { error: string } {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { error: 'A fault is a JSON object.' };
  const unknown = Object.keys(value).find((name) => !FAULT_FIELDS.has(name));
  if (unknown) return { error: `"${unknown}" is not a field of a fault: ${[...FAULT_FIELDS].join(', ')}.` };
  const fault = value as Fault;
  if (Object.keys(fault).every((name) => MATCHING_FIELDS.has(name))) {
    return {
      error:
        'A fault must have at least one of status, delayInMs, hang, reset, abortAfterChunks or errorAfterChunks.',
    };
  }
  if (fault.errorAfterChunks !== undefined && !streams) {
    return { error: 'This emulator has no streams: errorAfterChunks is for one that has.' };
  }
  return fault;
}

/**
 * Applies a fault to an HTTP exchange.
 * @returns true when the fault has answered the request and no real answer may follow.
 */
export async function applyFault(fault: Fault, response: ServerResponse): Promise<boolean> {
  if (fault.delayInMs !== undefined) await new Promise((resolve) => setTimeout(resolve, fault.delayInMs));
  if (fault.reset) {
    response.socket?.resetAndDestroy();
    return true;
  }
  if (fault.hang) return true;
  if (fault.status !== undefined && fault.errorAfterChunks === undefined) {
    const text = typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body ?? {});
    response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers }).end(text);
    return true;
  }
  if (fault.abortAfterChunks !== undefined) abortAfter(response, fault.abortAfterChunks);
  return false;
}

/** The parts of control that differ between emulators. */
interface ControlledOptions {
  /** Selects the headers and the body that are recorded; all when left out. */
  readonly keep?: (
    headers: IncomingMessage['headers'],
    body: Buffer,
  ) => { readonly headers: IncomingMessage['headers']; readonly body: Buffer };
  /** Gives a fault with its answer in the emulator's own form. */
  readonly answerOf?: (fault: Fault) => Fault;
}

/**
 * Wraps an HTTP listener: it reads the body whole, records the request and applies a matching fault. The handler gets a
 * fault with `errorAfterChunks`, which it has to apply itself.
 */
export function createControlledListener(
  control: Control,
  handler: (
    request: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
    fault?: Fault,
  ) => Promise<void> | void,
  { keep, answerOf }: ControlledOptions = {},
): RequestListener {
  return (request, response) => {
    void (async () => {
      const body = await readBody(request);
      const { method = 'GET', url: path = '/' } = request;
      const kept = keep?.(request.headers, body) ?? { headers: request.headers, body };
      control.record(method, path, kept.headers, kept.body, response);
      const fault = control.takeFault(method, path);
      if (fault && (await applyFault(answerOf?.(fault) ?? fault, response))) return;
      await handler(request, body, response, fault?.errorAfterChunks === undefined ? undefined : fault);
    })().catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else
        response
          .writeHead(500, { 'content-type': 'text/plain' })
          .end(`${control.name} emulator: ${String(error)}`);
    });
  };
}

/**
 * Reads a body whole. Parts are copied as they come where the length is known: joining 20 MB at the end would block the
 * process.
 */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const whole = Buffer.allocUnsafeSlow(Number(request.headers['content-length'] ?? 0));
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    if (whole.length > 0) size += chunk.copy(whole, size);
    else chunks.push(chunk);
  }
  return whole.length > 0 ? whole : Buffer.concat(chunks);
}

function abortAfter(response: ServerResponse, chunks: number): void {
  let left = chunks;
  const write = response.write.bind(response) as (chunk: unknown, callback: () => void) => boolean;
  const drop = (): void => void response.socket?.resetAndDestroy();
  response.write = ((chunk: unknown) => {
    if (left <= 0) {
      drop();
      return false;
    }
    left -= 1;
    return write(chunk, () => left <= 0 && setImmediate(drop));
  }) as typeof response.write;
  const end = response.end.bind(response);
  response.end = ((...parameters: Parameters<typeof end>) => {
    if (left > 0 && typeof parameters[0] !== 'function' && parameters[0] !== undefined && chunks > 0)
      return end(...parameters);
    drop();
    return response;
  }) as typeof response.end;
}

function asText(body: Buffer): { body: string; bodyEncoding: 'utf8' | 'base64' } {
  const text = body.toString('utf8');
  return Buffer.from(text, 'utf8').equals(body)
    ? { body: text, bodyEncoding: 'utf8' }
    : { body: body.toString('base64'), bodyEncoding: 'base64' };
}
