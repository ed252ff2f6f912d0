import { PassThrough } from 'node:stream';
import { RequestParts } from '../../../src/functions/read-body.ts';
import { settled } from '@vertex-ai-gateway/test-support/hand-driven-clock';

/** Reads the text of the next part; undefined at the end. */
async function next(parts: RequestParts): Promise<string | undefined> {
  const { value } = await parts.next();
  return value && Buffer.from(value).toString();
}

test('the parts come in order, each as the connection gave it, and then the end', async () => {
  const request = new PassThrough();
  const parts = new RequestParts(request);
  request.write('one');
  request.write('two');
  request.end('three');

  expect([await next(parts), await next(parts), await next(parts), await next(parts)]).toEqual([
    'one',
    'two',
    'three',
    undefined,
  ]);
});

test('a part that is asked for before it comes is given when it comes', async () => {
  const request = new PassThrough();
  const asked = next(new RequestParts(request));
  await settled();
  request.write('late');

  expect(await asked).toBe('late');
});

test('the connection waits while nobody asks for a part', async () => {
  const request = new PassThrough({ highWaterMark: 4 });
  const parts = new RequestParts(request);
  for (let written = 0; written < 3; written += 1) request.write('part');
  expect(await next(parts)).toBe('part');
  await settled();

  expect(request.isPaused()).toBe(true);
  expect([await next(parts), await next(parts)]).toEqual(['part', 'part']);
});

test('a request without a body has the end alone', async () => {
  const request = new PassThrough();
  request.end();

  expect(await next(new RequestParts(request))).toBeUndefined();
});

test('a request that has been read before has the end alone', async () => {
  const request = new PassThrough();
  request.end();
  request.resume();
  await settled();

  expect(await next(new RequestParts(request))).toBeUndefined();
});

test('a connection that breaks off is a failure behind the part that came before', async () => {
  const request = new PassThrough();
  const parts = new RequestParts(request);
  request.write('half');
  expect(await next(parts)).toBe('half');
  const asked = parts.next();
  request.destroy();

  await expect(asked).rejects.toThrow('broke off');
  await expect(parts.next()).rejects.toThrow('broke off');
});

test('a connection that has broken off before anybody reads is a failure', async () => {
  const request = new PassThrough();
  request.destroy(new Error('reset'));
  request.on('error', () => undefined);

  await expect(new RequestParts(request).next()).rejects.toThrow('broke off');
});
