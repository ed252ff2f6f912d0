import { createHash, randomBytes } from 'node:crypto';
import {
  encodeHeader,
  type FileEnd,
  type FileHeader,
  FrameCipher,
  type PlacedLines,
  readFrames,
  readHeader,
} from '../../src/write-ahead/file-format.ts';

const HEADER: FileHeader = {
  v: 1,
  writer: '20260101T000000000Z-0a1b2c3d',
  storageUrl: 'https://account.blob.core.windows.net',
  keyUrl: 'https://vault.vault.azure.net/keys/audit',
  keyId: 'https://vault.vault.azure.net/keys/audit/1',
  wrapped: 'AAAA',
};
const SECRET = randomBytes(32);
const LINE = encodeHeader(HEADER);
const LINES: readonly PlacedLines[] = [
  { part: 1, position: 0, bytes: Buffer.from('{"a":1}\n') },
  { part: 2, position: 6_000_000_000, bytes: Buffer.from('{"b":2}\n{"c":3}\n') },
  { part: 3, position: 7, bytes: Buffer.from('{"d":4}\n') },
];

function framesOf(lines = LINES, headerLine: Uint8Array = LINE): Buffer[] {
  const cipher = new FrameCipher(SECRET);
  return lines.map((placed, index) => cipher.encrypt(placed, headerLine, index));
}

async function readAll(
  file: Buffer,
  { headerLine = LINE, secret = SECRET }: { headerLine?: Buffer; secret?: Buffer } = {},
): Promise<{ lines: PlacedLines[]; end: FileEnd }> {
  const read = (position: number, length: number) =>
    Promise.resolve(file.subarray(position, position + length));
  const frames = readFrames(read, headerLine, secret);
  const lines: PlacedLines[] = [];
  for (;;) {
    const next = await frames.next();
    if (next.done === true) return { lines, end: next.value };
    lines.push(next.value);
  }
}

const asText = (lines: readonly PlacedLines[]) =>
  lines.map(({ part, position, bytes }) => `${part}@${position} ${Buffer.from(bytes).toString()}`);

test('the header and the frames are read as they were written', async () => {
  const file = Buffer.concat([LINE, ...framesOf()]);
  const start = await readHeader((position, length) =>
    Promise.resolve(file.subarray(position, position + length)),
  );
  expect(start).toEqual({ header: HEADER, line: LINE });
  const { lines, end } = await readAll(file);
  expect([asText(lines), end]).toEqual([asText(LINES), 'whole']);
});

test('no line can be read without the key, and equal lines look different', async () => {
  const [first] = LINES as [PlacedLines];
  const file = Buffer.concat([LINE, ...framesOf([first, first])]);
  expect(file.toString('latin1')).not.toContain('"a"');
  const [one, other] = framesOf([first, first]).map((frame) =>
    createHash('sha256').update(frame.subarray(16)).digest('hex'),
  );
  expect(one).not.toBe(other);
  expect(await readAll(file, { secret: randomBytes(32) })).toEqual({ lines: [], end: 'damaged' });
});

test('a file that ends anywhere within its last frame gives the frames before, and says that it is torn', async () => {
  const frames = framesOf();
  const whole = Buffer.concat([LINE, ...frames]);
  const last = frames.at(-1)?.byteLength ?? 0;
  for (let cut = 1; cut < last; cut += 1) {
    const { lines, end } = await readAll(whole.subarray(0, whole.byteLength - cut));
    expect([asText(lines), end]).toEqual([asText(LINES.slice(0, 2)), 'torn']);
  }
});

test('a bit that is changed anywhere in a frame ends the reading before it, and never gives another line', async () => {
  const frames = framesOf();
  const start = LINE.byteLength + (frames[0]?.byteLength ?? 0);
  for (let at = start; at < start + (frames[1]?.byteLength ?? 0); at += 1) {
    const file = Buffer.concat([LINE, ...frames]);
    file[at] = (file[at] ?? 0) ^ 1;
    const { lines, end } = await readAll(file);
    expect(asText(lines)).toEqual(asText(LINES.slice(0, 1)));
    expect(end).not.toBe('whole');
  }
});

test.each([
  ['left out', ([, second = Buffer.alloc(0), third = Buffer.alloc(0)]: Buffer[]) => [second, third]],
  ['swapped', ([first, second, third]: Buffer[]) => [second, first, third] as Buffer[]],
  ['doubled', ([first, second]: Buffer[]) => [first, first, second] as Buffer[]],
])('frames that are %s are damage', async (_, change) => {
  const { end } = await readAll(Buffer.concat([LINE, ...change(framesOf())]));
  expect(end).toBe('damaged');
});

test('frames under the header of another file are damage', async () => {
  const other = encodeHeader({ ...HEADER, writer: '20260101T000000000Z-ffffffff' });
  const { lines, end } = await readAll(Buffer.concat([other, ...framesOf()]), { headerLine: other });
  expect([lines, end]).toEqual([[], 'damaged']);
});

test('a length that no frame has is damage, whatever follows', async () => {
  for (const length of [0, 25, 5 * 1024 * 1024 + 1, 0xffffffff]) {
    const head = Buffer.alloc(64);
    head.writeUInt32BE(length);
    expect(await readAll(Buffer.concat([LINE, head]))).toEqual({ lines: [], end: 'damaged' });
  }
});

test.each([
  ['is empty', ''],
  ['has no line break', JSON.stringify(HEADER)],
  ['is no JSON', '{\n'],
  ['is of another version', `${JSON.stringify({ ...HEADER, v: 2 })}\n`],
  ['has a member more', `${JSON.stringify({ ...HEADER, more: 1 })}\n`],
  ['names no writer', `${JSON.stringify({ ...HEADER, writer: '../../etc' })}\n`],
  ['is longer than any', `${JSON.stringify({ ...HEADER, storageUrl: 'a'.repeat(9_000) })}\n`],
])('a first line that %s is no header', async (_, text) => {
  const file = Buffer.from(text);
  const start = await readHeader((position, length) =>
    Promise.resolve(file.subarray(position, position + length)),
  );
  expect(start).toBeUndefined();
});
