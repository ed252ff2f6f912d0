import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { HttpReply } from '../../../src/functions/http-reply.ts';
import { settled } from '@vertex-ai-gateway/test-support/hand-driven-clock';

const HEADERS = { 'content-type': 'text/event-stream' };

/** Reads the text of the next part; undefined at the end. */
async function next(reply: HttpReply): Promise<string | undefined> {
  const { value } = await reply.next();
  return value && Buffer.from(value).toString();
}

/** Returns the promise if it has settled by now, and else `pending`. */
async function state(promise: unknown): Promise<unknown> {
  const pending = Symbol('pending');
  await settled();
  return (await Promise.race([promise, Promise.resolve(pending)])) === pending ? 'pending' : promise;
}

test('a whole answer says how long it is', async () => {
  const reply = new HttpReply();
  reply.send(403, HEADERS, '{"error":1}');
  expect(await reply.response).toEqual({
    status: 403,
    headers: { ...HEADERS, 'content-length': '11' },
    body: '{"error":1}',
  });
});

test('there is no response before the status is known', async () => {
  const reply = new HttpReply();
  expect(await state(reply.response)).toBe('pending');
  reply.begin(200, HEADERS);
  expect(await state(reply.response)).toMatchObject({ status: 200, headers: HEADERS });
});

test('a begun answer has a body that gives the parts in order and then ends', async () => {
  const reply = new HttpReply();
  reply.begin(200, HEADERS);
  const { body } = await reply.response;
  const written = (async () => {
    for (const part of ['one', Buffer.from('two'), 'three']) expect(await reply.write(part)).toBe(true);
    reply.end();
  })();
  const read: string[] = [];
  for await (const part of body as AsyncIterable<Uint8Array>) read.push(Buffer.from(part).toString());
  await written;
  expect(read).toEqual(['one', 'two', 'three']);
});

test('a part counts as taken only when the host takes it', async () => {
  const reply = new HttpReply();
  const taken = reply.write('one');
  expect(await state(taken)).toBe('pending');
  expect(await next(reply)).toBe('one');
  expect(await taken).toBe(true);
});

test('a part goes straight to a host that waits for one', async () => {
  const reply = new HttpReply();
  const waiting = next(reply);
  expect(await reply.write('one')).toBe(true);
  expect(await waiting).toBe('one');
});

test('an error does not overwrite the part before it, and both come before the end', async () => {
  const reply = new HttpReply();
  void reply.write('part');
  void reply.write('error');
  reply.end();
  expect([await next(reply), await next(reply), await next(reply)]).toEqual(['part', 'error', undefined]);
});

test('the end reaches a host that waits for a part', async () => {
  const reply = new HttpReply();
  const waiting = next(reply);
  reply.end();
  expect(await waiting).toBeUndefined();
});

test('after the end there is only the end', async () => {
  const reply = new HttpReply();
  reply.end();
  expect([await next(reply), await next(reply)]).toEqual([undefined, undefined]);
});

test('a host that stops reading means that the caller is gone', async () => {
  const reply = new HttpReply();
  const gone: string[] = [];
  reply.onGone(() => gone.push('gone'));
  const taken = reply.write('one');
  expect(await reply.return()).toEqual({ done: true, value: undefined });
  expect(gone).toEqual(['gone']);
  expect(await taken).toBe(false);
  expect(await reply.write('two')).toBe(false);
  expect(await next(reply)).toBeUndefined();
});

test('a host that stops while it waits for a part gets the end', async () => {
  const reply = new HttpReply();
  const waiting = next(reply);
  await reply.return();
  expect(await waiting).toBeUndefined();
});

test('the caller goes away once', async () => {
  const reply = new HttpReply();
  const gone: string[] = [];
  reply.onGone(() => gone.push('gone'));
  await reply.return();
  await reply.return();
  expect(gone).toHaveLength(1);
});

test('a host that has read everything has not gone away', async () => {
  const reply = new HttpReply();
  const gone: string[] = [];
  reply.onGone(() => gone.push('gone'));
  reply.end();
  await reply.return();
  expect(gone).toEqual([]);
});

test('a host that stops before the last part has gone away, even after the end was written', async () => {
  const reply = new HttpReply();
  const gone: string[] = [];
  reply.onGone(() => gone.push('gone'));
  void reply.write('last');
  reply.end();
  await reply.return();
  expect(gone).toEqual(['gone']);
});

test('ending after the caller is gone is harmless', async () => {
  const reply = new HttpReply();
  await reply.return();
  reply.end();
  expect(await next(reply)).toBeUndefined();
});

/** The parts of a server's response that a reply uses. It keeps the text that is written to it. */
class Connection extends EventEmitter {
  writableNeedDrain = false;
  destroyed = false;
  text = '';
  write(part: Uint8Array): boolean {
    this.text += Buffer.from(part).toString();
    return !this.writableNeedDrain;
  }
  destroy(): void {
    this.destroyed = true;
  }
}

function connected() {
  const connection = new Connection();
  const closed = Promise.withResolvers<boolean>();
  const response = connection as unknown as ServerResponse;
  return { connection, close: closed.resolve, reply: new HttpReply({ response, closed: closed.promise }) };
}

test('nothing goes out before the library asks for the body, which it does once its headers are set', async () => {
  const { connection, reply } = connected();
  reply.begin(200, HEADERS);
  const first = reply.write('one');
  expect([await state(first), connection.text]).toEqual(['pending', '']);
  const body = reply.next();
  expect([await first, connection.text]).toEqual([true, 'one']);
  expect(await state(body)).toBe('pending');
});

test('parts go straight to the connection, and the library gets the end alone', async () => {
  const { connection, reply } = connected();
  const body = reply.next();
  expect([reply.write('one'), reply.write(Buffer.from('two'))]).toEqual([true, true]);
  expect(await state(body)).toBe('pending');
  reply.end();
  expect([await body, connection.text]).toEqual([{ done: true, value: undefined }, 'onetwo']);
});

test('a whole answer goes straight to the connection', async () => {
  const { connection, reply } = connected();
  reply.send(403, HEADERS, '{"error":1}');
  expect(await reply.response).toEqual({
    status: 403,
    headers: { ...HEADERS, 'content-length': '11' },
    body: reply,
  });
  expect(connection.text).toBe('');
  expect([await next(reply), connection.text]).toEqual([undefined, '{"error":1}']);
});

test('a part waits until the connection has taken the last one', async () => {
  const { connection, reply } = connected();
  const body = reply.next();
  expect(await reply.write('one')).toBe(true);
  connection.writableNeedDrain = true;
  const second = reply.write('two');
  const third = reply.write('three');
  reply.end();
  expect([await state(second), await state(body), connection.text]).toEqual(['pending', 'pending', 'one']);
  connection.writableNeedDrain = false;
  connection.emit('drain');
  expect([await second, await third, connection.text]).toEqual([true, true, 'onetwothree']);
  expect(await body).toEqual({ done: true, value: undefined });
});

test('a connection that is full again after a part gets the next one later', async () => {
  const { connection, reply } = connected();
  const write = connection.write.bind(connection);
  connection.write = (part) => {
    connection.writableNeedDrain = true;
    return write(part);
  };
  void reply.next();
  void reply.write('one');
  const taken = [reply.write('two'), reply.write('three')];
  for (const text of ['one', 'onetwo', 'onetwothree']) {
    expect(connection.text).toBe(text);
    connection.writableNeedDrain = false;
    connection.emit('drain');
  }
  expect([await taken[0], await taken[1]]).toEqual([true, true]);
});

test('a connection that closes before the answer is out means that the caller is gone', async () => {
  const { connection, close, reply } = connected();
  const gone: string[] = [];
  reply.onGone(() => gone.push('gone'));
  connection.writableNeedDrain = true;
  const taken = reply.write('one');
  const waiting = next(reply);
  close(false);
  expect([await taken, await waiting, await reply.over, await reply.write('two')]).toEqual([
    false,
    undefined,
    false,
    false,
  ]);
  expect(gone).toEqual(['gone']);
});

test('an answer is over when it has gone out, not when it is handed over', async () => {
  const { close, reply } = connected();
  reply.send(200, HEADERS, 'all');
  expect(await state(reply.over)).toBe('pending');
  close(true);
  expect(await reply.over).toBe(true);
});

test('where the connection is not shown, an answer is over when it is handed over', async () => {
  const whole = new HttpReply();
  whole.send(200, HEADERS, 'all');
  const stream = new HttpReply();
  void stream.write('all');
  stream.end();
  expect(await state(stream.over)).toBe('pending');
  expect([await next(stream), await next(stream)]).toEqual(['all', undefined]);
  expect([await whole.over, await stream.over]).toEqual([true, true]);
});

test('an answer that is abandoned is cut off', async () => {
  const { connection, reply } = connected();
  const taken = reply.write('one');
  reply.abandon();
  expect([connection.destroyed, await taken, await reply.over]).toEqual([true, false, false]);
});
