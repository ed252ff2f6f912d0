/** One event of a stream of server-sent events, or one element of a streamed array, and where it lies in its part. */
export interface StreamPiece {
  /** The JSON in it, mostly in the part's own memory; undefined for an event without data. */
  readonly json: Buffer | undefined;
  readonly start: number;
  readonly end: number;
}

/**
 * Splits a part that holds whole events or elements. The bytes between elements belong to none; a part of a stream
 * without either has none.
 */
export function splitStream(part: Buffer, framing: 'sse' | 'json-array' | 'raw'): Iterable<StreamPiece> {
  if (framing === 'raw') return [];
  return framing === 'sse' ? splitEvents(part) : splitElements(part);
}

/** Returns the end of the last element of a part; 0 when it has none. */
export function endOfElements(part: Buffer): number {
  let last = 0;
  for (const { end } of splitElements(part)) last = end;
  return last;
}

/** Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
function* splitEvents(part: Buffer): Generator<StreamPiece> {
  const endings = ENDINGS.map((bytes) => ({ bytes, at: -1 }));
  for (let start = 0; start < part.length;) {
    let end = part.length;
    for (const ending of endings) {
      // An ending is looked for only behind its last place, so that each byte is looked at once.
      if (ending.at < start) ending.at = orEnd(part.indexOf(ending.bytes, start), part);
      end = Math.min(end, ending.at + ending.bytes.length);
    }
    yield { json: dataOf(part, start, end), start, end };
    start = end;
  }
}

const ENDINGS = [Buffer.from('\n\n'), Buffer.from('\n\r\n')] as const;
const LINE_FEED = 0x0a;
const DATA = Buffer.from('data:');

/** Joins the data of the event between two positions. It mostly has one line, which is not copied. */
function dataOf(part: Buffer, from: number, to: number): Buffer | undefined {
  const lines: Buffer[] = [];
  for (let start = from; start < to;) {
    const end = Math.min(orEnd(part.indexOf(LINE_FEED, start), part), to);
    if (isData(part, start, end)) {
      if (lines.length > 0) lines.push(Buffer.of(LINE_FEED));
      lines.push(part.subarray(start + DATA.length, end));
    }
    start = end + 1;
  }
  if (lines.length === 0) return bareJson(part.subarray(from, to));
  return lines.length > 1 ? Buffer.concat(lines) : lines[0];
}

function isData(part: Buffer, start: number, end: number): boolean {
  let at = 0;
  while (at < DATA.length && part[start + at] === DATA[at]) at += 1;
  return at === DATA.length && start + at <= end;
}

/** An error can stand in a stream of events as JSON that is no event. Clients read over it, so it must not pass as it is. */
function bareJson(event: Buffer): Buffer | undefined {
  const first = event.find((byte) => byte > 0x20);
  return first === 0x7b || first === 0x5b ? event : undefined;
}

function orEnd(index: number, part: Buffer): number {
  return index < 0 ? part.length : index;
}

/** Yields the elements of an array of objects; its brackets and commas stand between them. */
function* splitElements(part: Buffer): Generator<StreamPiece> {
  let depth = 0;
  let start = 0;
  for (let at = 0; at < part.length; at += 1) {
    const byte = part[at];
    // Strings are skipped whole, so that their braces don't count.
    if (byte === 0x22) at = endOfString(part, at);
    else if (byte === 0x7b) {
      if (depth === 0) start = at;
      depth += 1;
    } else if (byte === 0x7d) {
      depth -= 1;
      if (depth === 0) yield { json: part.subarray(start, at + 1), start, end: at + 1 };
    }
  }
}

/** Returns the place of the quote that ends a string, or the end of the part. */
function endOfString(part: Buffer, start: number): number {
  for (let at = start + 1; at < part.length; at += 1) {
    if (part[at] === 0x22) return at;
    if (part[at] === 0x5c) at += 1;
  }
  return part.length;
}
