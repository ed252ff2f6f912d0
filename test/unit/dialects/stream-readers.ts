/** Reads a stream as a client does: returns its values in order, and throws where the client does. */
export type StreamReader = (chunks: readonly string[]) => readonly unknown[];

/** The rules by which published clients read streams, restated. */
export const READERS = {
  /**
   * Lines; one without `data: ` is an error's JSON, once its braces balance.
   * https://github.com/googleapis/python-genai/blob/main/google/genai/_api_client.py
   */
  'google-genai for Python': (chunks) => {
    const texts: string[] = [];
    let data: string[] = [];
    let other = '';
    for (const line of linesOf(chunks)) {
      if (line === '') {
        if (data.length > 0) texts.push(data.join('\n'));
        data = [];
      } else if (line.startsWith('data: ')) data.push(line.slice('data: '.length));
      else {
        other += line;
        if (other.split('{').length === other.split('}').length) {
          texts.push(other);
          other = '';
        }
      }
    }
    if (other !== '') texts.push(other);
    if (data.length > 0) texts.push(data.join('\n'));
    return texts.map((text) => orThrow(JSON.parse(text)));
  },

  /**
   * Pieces that end with a blank line, of line feeds or else of CRLF; one that does not begin with `data:` is an error.
   * https://github.com/googleapis/go-genai/blob/main/api_client.go
   */
  'genai for Go': (chunks) => {
    const values: unknown[] = [];
    const take = (piece: string) => {
      if (piece === '') return;
      const at = piece.indexOf(':');
      if (piece.slice(0, at) !== 'data') throw new Error(`invalid stream chunk: ${piece}`);
      values.push(JSON.parse(piece.slice(at + 1)));
    };
    let buffer = '';
    for (const chunk of chunks) {
      buffer += chunk;
      for (;;) {
        const blank = ['\n\n', '\r\n\r\n'].find((text) => buffer.includes(text));
        if (blank === undefined) break;
        const end = buffer.indexOf(blank);
        take(buffer.slice(0, end).replace(/\r$/, ''));
        buffer = buffer.slice(end + blank.length);
      }
    }
    take(buffer.replace(/\r$/, ''));
    return values;
  },

  /** https://github.com/googleapis/js-genai/blob/main/src/_api_client.ts (processStreamResponse) */
  '@google/genai': (chunks) => {
    const values: unknown[] = [];
    let buffer = '';
    for (const chunk of chunks) {
      throwIfError(chunk);
      buffer += chunk;
      for (let end = /\n\n|\r\r|\r\n\r\n/.exec(buffer); end; end = /\n\n|\r\r|\r\n\r\n/.exec(buffer)) {
        const event = buffer.slice(0, end.index).trim();
        buffer = buffer.slice(end.index + end[0].length);
        if (event.startsWith('data:')) values.push(orThrow(JSON.parse(event.slice('data:'.length))));
      }
    }
    if (buffer.trim() !== '') throw new Error('Incomplete JSON segment at the end');
    return values;
  },

  /** https://github.com/googleapis/nodejs-vertexai/blob/main/src/functions/post_fetch_processing.ts (responseLineRE) */
  '@google-cloud/vertexai': (chunks) => {
    const values: unknown[] = [];
    let text = '';
    for (const chunk of chunks) {
      text += chunk;
      const line = /^data: (.*)(?:\n\n|\r\r|\r\n\r\n)/;
      for (let match = line.exec(text); match; match = line.exec(text)) {
        values.push(orThrow(JSON.parse(match[1] ?? '')));
        text = text.slice(match[0].length);
      }
    }
    if (text.trim() !== '') throw new Error('Failed to parse final chunk of stream');
    return values;
  },

  /** https://github.com/googleapis/java-genai/blob/main/src/main/java/com/google/genai/ResponseStream.java */
  'google-genai for Java': (chunks) => eventsOf(chunks).map(({ data }) => orThrow(JSON.parse(data))),

  /** https://github.com/googleapis/dotnet-genai/blob/main/Google.GenAI/HttpApiClient.cs (ProcessStreamResponse) */
  'Google.GenAI for .NET': (chunks) => {
    const values: unknown[] = [];
    let buffer = '';
    for (const chunk of chunks) {
      throwIfError(chunk);
      buffer += chunk;
      const line = /^data: (.*?)(?:\r\n\r\n|\n\n|\r\r)/s;
      for (let match = line.exec(buffer); match; match = line.exec(buffer)) {
        if (!/^\s*(\[?DONE\]?|null|)\s*$/i.test(match[1] ?? '')) values.push(JSON.parse(match[1] ?? ''));
        buffer = buffer.slice(match[0].length);
      }
    }
    if (buffer.trim() !== '') throw new Error('Incomplete JSON segment at the end');
    return values;
  },

  /**
   * The data of events, as the specification reads them; `eventsource-parser` of the AI SDK does, and so do clients that
   * print what they get: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
   */
  'the specification of server-sent events': (chunks) =>
    eventsOf(chunks).map(({ name, data }) => (name === 'error' ? fail(data) : orThrow(parseOrDone(data)))),

  /**
   * Like the specification, but a blank line ends an event even when it has no data, once an event had an id.
   * https://github.com/openai/openai-python/blob/main/src/openai/_streaming.py
   */
  'openai for Python, after an id': (chunks) => chatOf(eventsOf(chunks, { isEmptyTaken: true })),

  /**
   * For long, every blank line ended an event, even one without data.
   * https://github.com/openai/openai-go/blob/74d3989139a94407020f7bf43c8351c4dffe412c/packages/ssestream/ssestream.go
   */
  'openai for Go': (chunks) => chatOf(eventsOf(chunks, { isEmptyTaken: true })),

  /** https://github.com/openai/openai-node/blob/master/src/core/streaming.ts */
  openai: (chunks) => chatOf(eventsOf(chunks)),

  /**
   * Events by their names; one without a name, or with an unknown one, is ignored. The same holds for Python and Go.
   * https://github.com/anthropics/anthropic-sdk-typescript/blob/main/src/core/streaming.ts,
   * https://github.com/anthropics/anthropic-sdk-python/blob/main/src/anthropic/_streaming.py,
   * https://github.com/anthropics/anthropic-sdk-go/blob/main/packages/ssestream/ssestream.go
   */
  '@anthropic-ai/sdk': (chunks) =>
    eventsOf(chunks, { isEmptyTaken: true }).flatMap(({ name, data }) => {
      if (name === 'error') return fail(data);
      return /^(message|content_block)_/.test(name) ? [JSON.parse(data) as unknown] : [];
    }),

  /** https://github.com/googleapis/google-cloud-node/blob/main/core/packages/gax/src/streamArrayParser.ts */
  'google-gax for Node.js': (chunks) => {
    if (!chunks[0]?.startsWith('[')) throw new Error('stream data must start with a bracket');
    return elementsOf(chunks.join('').slice(1));
  },

  /** https://github.com/googleapis/google-cloud-python/blob/main/packages/google-api-core/google/api_core/_rest_streaming_base.py */
  'google-api-core for Python': (chunks) => {
    let depth = 0;
    let inString = false;
    let isEscaped = false;
    for (const chunk of chunks) {
      if (depth === 0 && !chunk.startsWith('[')) throw new Error('Can only parse array of JSON objects');
      for (const character of chunk) {
        if (character === '"' && !isEscaped) inString = !inString;
        isEscaped = character === '\\' && !isEscaped;
        if (inString) continue;
        if (character === '{' || (character === '[' && depth === 0)) depth += 1;
        else if (character === '}' || (character === ']' && depth === 1)) depth -= 1;
      }
    }
    return elementsOf(chunks.join('').slice(1));
  },

  /** The array as a whole, as `curl` gives it; white space counts nowhere for clients for Go and Java, either. */
  'a JSON parser': (chunks) => elementsOf(chunks.join('').trim().slice(1)),
} satisfies Readonly<Record<string, StreamReader>>;

export type ReaderName = keyof typeof READERS;

/** Splits at every line end; the last line need not have one. */
function linesOf(chunks: readonly string[]): string[] {
  const lines = chunks.join('').split(/\r\n|\n|\r/);
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

function eventsOf(
  chunks: readonly string[],
  { isEmptyTaken = false } = {},
): { name: string; data: string }[] {
  const events: { name: string; data: string }[] = [];
  let name = '';
  let data: string[] = [];
  for (const line of linesOf(chunks)) {
    const [, field, value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (line === '') {
      if (data.length > 0 || isEmptyTaken) events.push({ name, data: data.join('\n') });
      name = '';
      data = [];
    } else if (field === 'event') name = value;
    else if (field === 'data') data.push(value);
  }
  return events;
}

function chatOf(events: readonly { data: string }[]): unknown[] {
  const values: unknown[] = [];
  for (const { data } of events) {
    if (data.startsWith('[DONE]')) return values;
    values.push(orThrow(JSON.parse(data)));
  }
  return values;
}

function parseOrDone(data: string): unknown {
  return data === '[DONE]' ? data : JSON.parse(data);
}

/** The objects of an array without its opening bracket; the array must be whole. */
function elementsOf(text: string): unknown[] {
  return (JSON.parse(`[${text}`) as unknown[]).map(orThrow);
}

function throwIfError(chunk: string): void {
  let value: unknown;
  try {
    value = JSON.parse(chunk);
  } catch {
    return;
  }
  orThrow(value);
}

function orThrow(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && 'error' in value) fail(JSON.stringify(value));
  return value;
}

function fail(text: string): never {
  throw new StreamFailed(text);
}

/** The failure that a client reads from a stream. */
class StreamFailed extends Error {}
