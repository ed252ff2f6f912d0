import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a stream's elements are framed. */
interface Framing {
  readonly contentType: string;
  readonly frame: (element: unknown, index: number) => string;
  readonly end: string;
}

const SSE: Framing = {
  contentType: 'text/event-stream',
  frame: (element) => `data: ${JSON.stringify(element)}\r\n\r\n`,
  end: '',
};
const JSON_ARRAY: Framing = {
  contentType: 'application/json; charset=UTF-8',
  frame: (element, index) => `${index === 0 ? '[' : ',\r\n'}${JSON.stringify(element, null, 2)}\n`,
  end: ']',
};

/** Streams elements one by one, each in a write of its own; stops when the caller has gone. */
export async function writeStream(
  response: ServerResponse,
  framing: 'sse' | 'json',
  elements: readonly unknown[],
  pauseInMs: number,
): Promise<void> {
  const { contentType, frame, end } = framing === 'sse' ? SSE : JSON_ARRAY;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  response.writeHead(200, { 'content-type': contentType });
  for (const [index, element] of elements.entries()) {
    if (index > 0 && pauseInMs > 0) await pause(pauseInMs, gone.signal);
    if (gone.signal.aborted) return;
    response.write(frame(element, index));
  }
  response.end(end);
}

/** Ends early, without an error, when the signal aborts. */
async function pause(timeInMs: number, signal: AbortSignal): Promise<void> {
  await sleep(timeInMs, undefined, { signal }).catch(() => undefined);
}
