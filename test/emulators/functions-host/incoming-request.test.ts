import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { IncomingRequest, MAXIMUM_BODY_BYTES } from '../../../emulators/functions-host/incoming-request.ts';

const CHUNK = Buffer.alloc(1_048_576);

/** A request whose body is as long as this; the chunks share their memory. */
function requestOf(chunks: Iterable<Buffer>, read: Buffer[] = []): IncomingRequest {
  const message = { method: 'POST', headers: { 'content-type': 'text/plain' } };
  const whenRead = (body: Buffer): void => void read.push(body);
  return new IncomingRequest('http://127.0.0.1/', message, Readable.from(chunks), whenRead);
}

const tooMuch = (): Buffer[] => Array.from({ length: MAXIMUM_BODY_BYTES / CHUNK.length + 1 }, () => CHUNK);

test('a body over the limit is refused while it is gathered', async () => {
  const request = requestOf(tooMuch());
  await expect(request.arrayBuffer()).rejects.toThrow('larger than 104857600 bytes');
  expect(request.tooLarge).toBe(true);
});

test('a body over the limit is refused while it is streamed', async () => {
  const request = requestOf(tooMuch());
  await expect(buffer(request.body ?? Readable.from([]))).rejects.toThrow('larger than 104857600 bytes');
  expect(request.tooLarge).toBe(true);
});

test('a body is read once', async () => {
  const request = requestOf([Buffer.from('once')]);
  expect([request.bodyUsed, await request.text(), request.bodyUsed]).toEqual([false, 'once', true]);
  await expect(request.json()).rejects.toThrow('already been read');
});

test('a byte order mark is no part of the text', async () => {
  expect(await requestOf([Buffer.from('\ufeff{"a":1}')]).json()).toEqual({ a: 1 });
});

test('whoever records is told the body, gathered or streamed', async () => {
  const read: Buffer[] = [];
  await requestOf([Buffer.from('a'), Buffer.from('b')], read).arrayBuffer();
  await buffer(requestOf([Buffer.from('c'), Buffer.from('d')], read).body ?? Readable.from([]));
  expect(read.map(String)).toEqual(['ab', 'cd']);
});

test('headers are found whatever their case, and can be changed', () => {
  const { headers } = requestOf([]);
  expect([headers.get('Content-Type'), headers.get('x'), headers.has('CONTENT-TYPE')]).toEqual([
    'text/plain',
    null,
    true,
  ]);
  headers.set('X', '1');
  expect([...headers]).toEqual([
    ['content-type', 'text/plain'],
    ['x', '1'],
  ]);
});

test('what is not supported says so', () => {
  expect(() => requestOf([]).clone()).toThrow('clone() is not supported');
  expect(() => requestOf([]).formData()).toThrow('formData() is not supported');
});
