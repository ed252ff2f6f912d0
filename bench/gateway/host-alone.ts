import { setTimeout as pause } from 'node:timers/promises';
import { app } from '@azure/functions';
import { createAnswer, createEvent, EVENT_INTERVAL_IN_MS, EVENTS_OF_STREAM, SIZES } from './sample-bodies.ts';

/**
 * A function app that reads a call's body and answers as the upstream would, to show the cost of the platform's library
 * alone.
 */
const answers = Object.values(SIZES).map((size) => ({ size, body: Buffer.from(createAnswer(size)) }));

app.setup({ enableHttpStream: true });
app.http('vertex', {
  route: 'vertex/{*resource}',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: async (request) => {
    const { byteLength } = await request.arrayBuffer();
    if (request.url.includes(':streamGenerateContent'))
      return { body: writeEvents(), headers: { 'content-type': 'text/event-stream' } };
    const { body } = answers.findLast(({ size }) => size <= 2 * byteLength) ?? { body: Buffer.alloc(0) };
    return {
      body,
      headers: { 'content-type': 'application/json', 'content-length': String(body.length) },
    };
  },
});

async function* writeEvents(): AsyncGenerator<Uint8Array> {
  for (let sent = 1; sent <= EVENTS_OF_STREAM; sent += 1) {
    yield Buffer.from(createEvent(String(process.hrtime.bigint()), sent === EVENTS_OF_STREAM));
    await pause(EVENT_INTERVAL_IN_MS);
  }
}
