import { setImmediate as turn } from 'node:timers/promises';
import { readJson } from '../src/json/read-json.ts';
import type { Turns } from '../src/json/turns.ts';
import { printTable, type Row } from './print-table.ts';

/**
 * Prints the cost of reading bodies of every kind, hostile ones too, into an index, next to JSON.parse in the same run: the
 * total time, the longest turn of the event loop, and the memory held, as a multiple of the body. JSON.parse takes a
 * single turn. Only the ratios hold on other machines.
 */
const BYTES = Number(process.argv[2] ?? 20) * 1_000_000;
const { gc } = globalThis;
if (!gc) throw new Error('Memory is measured between collections: this needs --expose-gc.');

/** Turns of the event loop that measure the longest time between two. */
class MeasuredTurns implements Turns {
  longestInMs = 0;
  #since = performance.now();

  async next(): Promise<void> {
    this.end();
    await turn();
    this.#since = performance.now();
  }

  begin(): void {
    this.#since = performance.now();
  }

  end(): void {
    this.longestInMs = Math.max(this.longestInMs, performance.now() - this.#since);
  }
}

/** Repeats a pattern to fill the body. */
function filled(pattern: string, open = '[', close = ']'): Buffer {
  const count = Math.floor((BYTES - open.length - close.length) / pattern.length);
  return Buffer.from(open + pattern.repeat(count).replace(/,$/, '') + close);
}

/** Fills an object with members that have different names. */
function members(nameOf: (index: number) => string): Buffer {
  const parts: string[] = [];
  for (let length = 2; length < BYTES; length += (parts.at(-1) ?? '').length + 1)
    parts.push(`"${nameOf(parts.length)}":1`);
  return Buffer.from(`{${parts.join(',')}}`);
}

const MESSAGE =
  '{"role":"user","parts":[{"text":"As long as a message of a chat is, or a little longer."}]},';
const BODIES: readonly (readonly [name: string, make: () => Buffer])[] = [
  ['messages of a chat', () => filled(MESSAGE)],
  ['one text', () => filled('text ', '{"text":"', '"}')],
  ['one text of two-byte characters', () => filled('ü', '{"text":"', '"}')],
  ['one text of backslashes', () => filled('\\\\', '["', '"]')],
  ['one text of escapes', () => filled('\\u0041', '["', '"]')],
  ['space', () => filled(' ')],
  ['numbers', () => filled('1,')],
  ['empty objects', () => filled('{},')],
  ['objects of one member', () => filled('{"a":1},')],
  ['objects of nine members', () => filled('{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1},')],
  ['long keys of escapes', () => members((index) => '\\u0041'.repeat(2_700) + index.toString(36))],
  ['brackets that close', () => filled('[[[[[[[[[[]]]]]]]]]],')],
];

const rows: Row[] = [];
for (const [name, make] of BODIES) {
  const body = make();
  const parsed = await measure(body, (json) => Promise.resolve(JSON.parse(json.toString()) as unknown));
  const pieces = new MeasuredTurns();
  const read = await measure(body, async (json) => {
    pieces.begin();
    const value = await readJson(json, { values: 1e9 }, pieces);
    pieces.end();
    return value;
  });
  const held = (bytes: number) => bytes / body.length;
  rows.push({ label: `${name}: all`, unit: 'ms', figures: [parsed.inMs, read.inMs] });
  rows.push({ label: '  longest piece', unit: 'ms', figures: [parsed.inMs, pieces.longestInMs] });
  rows.push({
    label: '  held, in sizes of the body',
    unit: '×',
    figures: [held(parsed.bytes), held(read.bytes)],
  });
}
console.log(
  `Node ${process.version}; bodies of ${BYTES / 1_000_000} MB; × is the ratio to JSON.parse in the same row.`,
);
printTable('reading a body', ['JSON.parse', 'index'], rows);

async function measure(
  body: Buffer,
  read: (body: Buffer) => Promise<unknown>,
): Promise<{ inMs: number; bytes: number }> {
  gc?.();
  const before = heldBytes();
  const start = performance.now();
  const value = await read(body);
  const inMs = performance.now() - start;
  gc?.();
  const bytes = heldBytes() - before;
  // This use keeps the value alive until the memory is measured.
  if (value === undefined) throw new Error('nothing was read');
  return { inMs, bytes };
}

function heldBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
