import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAnswer, createEvent, EVENT_INTERVAL_IN_MS, EVENTS_OF_STREAM, SIZES } from './sample-bodies.ts';

/**
 * The Vertex AI of the measurements, which does as little as it can: an answer is as long as its request, and an event of a
 * stream holds the time at which it was sent. It checks nothing. The parent forks it with `CERTIFICATE_FILE` and
 * `KEY_FILE`; it sends its parent `{ port }`. After a message `{ hold: true }` streams stop behind their first event, and go on
 * after `{ hold: false }`.
 */
const { CERTIFICATE_FILE = '', KEY_FILE = '' } = process.env;

const answers = Object.values(SIZES).map((size) => ({ size, body: Buffer.from(createAnswer(size)) }));

/** The streams that go on later; undefined while none are held. */
let held: (() => void)[] | undefined;
process.on('message', ({ hold }: { readonly hold: boolean }) => {
  const waiting = held ?? [];
  held = hold ? waiting : undefined;
  if (!hold) for (const goOn of waiting) goOn();
});

function answerWhole(bytes: number, response: ServerResponse): void {
  const { body } = answers.findLast(({ size }) => size <= 2 * bytes) ??
    answers[0] ?? { body: Buffer.alloc(0) };
  response.writeHead(200, {
    'content-type': 'application/json; charset=UTF-8',
    'content-length': body.length,
  });
  response.end(body);
}

function answerStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let sent = 0;
  const send = (): void => {
    sent += 1;
    const event = createEvent(String(process.hrtime.bigint()), sent === EVENTS_OF_STREAM);
    if (sent < EVENTS_OF_STREAM) {
      response.write(event);
      return;
    }
    clearInterval(timer);
    response.end(event);
  };
  let timer: NodeJS.Timeout | undefined;
  const goOn = (): void => void (timer = setInterval(send, EVENT_INTERVAL_IN_MS));
  response.once('close', () => clearInterval(timer));
  send();
  if (held) held.push(goOn);
  else goOn();
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  let bytes = 0;
  request.on('data', (part: Buffer) => (bytes += part.length));
  request.once('end', () => {
    if (request.url?.includes(':streamGenerateContent')) answerStream(response);
    else answerWhole(bytes, response);
  });
}

const server = createServer({ cert: readFileSync(CERTIFICATE_FILE), key: readFileSync(KEY_FILE) }, serve);
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit(0));
