import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** The destination of hostile connections, and the head of a call there. */
export interface Place {
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Connections that are made to keep their receiver busy. `hold` keeps them open for a time and then closes them. */
export interface ConnectionKind {
  readonly name: string;
  /** @returns the status of each answer that came, 0 for a connection that was closed without one. */
  readonly hold: (place: Place, durationInMs: number) => Promise<number[]>;
}

const DRIP_INTERVAL_IN_MS = 200;
const LENGTH = 20 * 1024 * 1024;
/** The bytes that a slow reader takes in each interval. */
const SLOW_READ_BYTES = 205;

/** Every kind, with how many of them at once. */
export const CONNECTION_KINDS: readonly ConnectionKind[] = [
  { name: 'nothing, for comparison', hold: holding(0, () => [], undefined) },
  { name: '1,000 idle connections', hold: holding(1000, () => [], undefined) },
  {
    name: '200 slow heads',
    hold: holding(200, (place) => [headOf(place, []).slice(0, 40)], 'x-slow: 1\r\n'),
  },
  {
    name: '100 slow bodies',
    hold: holding(100, (place) => [headOf(place, [`content-length: ${LENGTH}`]), '\r\n'], ' '.repeat(512)),
  },
  {
    name: '100 bodies at 100 bytes a second',
    hold: holding(100, (place) => [headOf(place, [`content-length: ${LENGTH}`]), '\r\n'], ' '.repeat(20)),
  },
  {
    name: '100 readers that read nothing',
    hold: holding(100, (place) => [longAnswer(place)], undefined, 0),
  },
  {
    name: '100 readers of a long answer at 1 KB a second',
    hold: holding(100, (place) => [longAnswer(place)], undefined, SLOW_READ_BYTES),
  },
  {
    name: '100 readers of a stream at 1 KB a second',
    hold: holding(100, (place) => [streamedAnswer(place)], undefined, SLOW_READ_BYTES),
  },
  {
    name: '20 pipelines of 50 calls',
    hold: holding(
      20,
      (place) => Array.from({ length: 50 }, () => `${headOf(place, ['content-length: 2'])}\r\n{}`),
      undefined,
      0,
    ),
  },
  { name: '20 heads of 15 KB', hold: flooding(20, [`x-long: ${'a'.repeat(15_000)}`]) },
  { name: '20 heads of 60 KB', hold: flooding(20, [`x-long: ${'a'.repeat(60_000)}`]) },
  { name: '20 heads of 200 headers', hold: flooding(20, many(200)) },
  { name: '20 heads of 2,000 headers', hold: flooding(20, many(2000)) },
];

/** A call with a long answer, 100 vectors, which exceeds the buffers of a connection that is not read. */
function longAnswer(place: Place): string {
  const body = JSON.stringify({ model: 'text-embedding-005', input: Array.from({ length: 100 }, () => 'a') });
  const embeddings = { ...place, path: '/openai/v1/embeddings' };
  return `${headOf(embeddings, [`content-length: ${body.length}`])}\r\n${body}`;
}

function streamedAnswer(place: Place): string {
  const body =
    '{"model":"gemini-fast","stream":true,"messages":[{"role":"user","content":"Write a long story."}]}';
  return `${headOf(place, [`content-length: ${body.length}`])}\r\n${body}`;
}

function many(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `x-${index}: 1`);
}

/**
 * Holds connections open. Each sends its first lines at once and further bytes from time to time.
 * @param bytesRead the bytes of answers that are read in each interval; all at once when left out.
 */
function holding(
  count: number,
  first: (place: Place) => string[],
  drip: string | undefined,
  bytesRead?: number,
): ConnectionKind['hold'] {
  return async (place, durationInMs) => {
    const { hostname, port } = new URL(place.origin);
    const statuses: number[] = [];
    const sockets: Socket[] = [];
    for (let index = 0; index < count; index += 1) {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      if (bytesRead !== undefined) socket.pause();
      else socket.once('data', (data) => statuses.push(statusOf(data)));
      socket.once('close', () => statuses.push(0));
      socket.once('connect', () => first(place).forEach((part) => socket.write(part)));
      sockets.push(socket);
    }
    const dripping = setInterval(() => {
      for (const socket of sockets) {
        if (drip !== undefined && socket.writable) socket.write(drip);
        if (bytesRead) socket.read(bytesRead);
      }
    }, DRIP_INTERVAL_IN_MS);
    await new Promise((resolve) => setTimeout(resolve, durationInMs));
    clearInterval(dripping);
    const answered = [...statuses];
    for (const socket of sockets) socket.destroy();
    return answered;
  };
}

/** Sends requests with these lines in their head again and again, `count` at once. */
function flooding(count: number, lines: readonly string[]): ConnectionKind['hold'] {
  return async (place, durationInMs) => {
    const until = Date.now() + durationInMs;
    const statuses: number[] = [];
    const { hostname, port } = new URL(place.origin);
    const loop = async (): Promise<void> => {
      while (Date.now() < until) {
        const socket = connect(Number(port), hostname);
        socket.on('error', () => undefined);
        socket.write(`${headOf(place, ['content-length: 2', 'connection: close', ...lines])}\r\n{}`);
        const [data] = (await Promise.race([once(socket, 'data'), once(socket, 'close')])) as [
          Buffer | boolean,
        ];
        statuses.push(Buffer.isBuffer(data) ? statusOf(data) : 0);
        socket.destroy();
      }
    };
    await Promise.all(Array.from({ length: count }, loop));
    return statuses;
  };
}

function headOf({ origin, path, headers }: Place, lines: readonly string[]): string {
  const own = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`POST ${path} HTTP/1.1`, `host: ${new URL(origin).host}`, ...own, ...lines, ''].join('\r\n');
}

function statusOf(data: Buffer): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(data.toString('latin1', 0, 20))?.[1] ?? 0);
}
