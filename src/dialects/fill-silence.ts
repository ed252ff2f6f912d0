import type { SilenceFiller } from '../prediction/dialect.ts';
import type { StreamShape } from '../prediction/prediction.ts';
import { lineEndOf } from './line-end.ts';

/**
 * Begins to fill the silence of a stream. The format and the framing choose the bytes, whatever the surface, as they do for
 * errors. A raw stream is not filled: the container that sends it chooses its bytes.
 */
export function fillSilence({ format, framing }: StreamShape): SilenceFiller | undefined {
  if (framing === 'raw') return undefined;
  if (framing === 'json-array') return new ArrayFiller();
  if (format === 'gemini') return new EventHeadFiller();
  return betweenEvents(format === 'anthropic' ? PING : COMMENT);
}

const EVENT_STREAM = 'text/event-stream';

/** Source: https://platform.claude.com/docs/en/build-with-claude/streaming#ping-events */
const PING = 'event: ping\ndata: {"type": "ping"}\n\n';

/**
 * A comment of server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream.
 * No blank line follows it, because clients take a blank line for the end of an event and find no data in that:
 * https://github.com/openai/openai-python/issues/2722, https://github.com/mckinsey/agents-at-scale-ark/pull/2519
 */
const COMMENT = ': keep-alive\n';

function betweenEvents(bytes: string): SilenceFiller {
  return { contentType: EVENT_STREAM, fill: () => bytes, join: (part) => part, finish: () => '' };
}

/**
 * Fills the silence of Gemini's events with the head of the next event, and then with spaces, which JSON allows before a
 * value. Clients for Go and Python take any other line for an error, and those for .NET look for `data: ` at the start.
 * https://github.com/googleapis/go-genai/blob/main/api_client.go (iterateResponseStream),
 * https://github.com/googleapis/python-genai/blob/main/google/genai/_api_client.py (_iter_response_stream),
 * https://github.com/googleapis/dotnet-genai/blob/main/Google.GenAI/HttpApiClient.cs (ResponseLineRegex)
 */
class EventHeadFiller implements SilenceFiller {
  readonly contentType = EVENT_STREAM;
  #isHeadSent = false;
  #lineEnd = '\n';

  fill(): string {
    if (this.#isHeadSent) return ' ';
    this.#isHeadSent = true;
    return 'data: ';
  }

  join(part: Uint8Array): Uint8Array {
    const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    const start = this.#isHeadSent ? HEAD.exec(bytes.toString('latin1', 0, HEAD_BYTES)) : null;
    const before = start ? '' : this.finish();
    this.#isHeadSent = false;
    this.#lineEnd = lineEndOf(part);
    if (start) return bytes.subarray(start[0].length);
    return before === '' ? part : Buffer.concat([Buffer.from(before), bytes]);
  }

  /** An event without members says nothing to clients. */
  finish(): string {
    return this.#isHeadSent ? `{}${this.#lineEnd}${this.#lineEnd}` : '';
  }
}

const HEAD = /^data: ?/;
const HEAD_BYTES = 6;

/**
 * Fills the silence of an array with its opening bracket, and then with line feeds, which JSON allows between elements.
 * Google's clients for Node.js and Python refuse white space before the bracket, and that for Python after the array.
 * https://github.com/googleapis/google-cloud-node/blob/main/core/packages/gax/src/streamArrayParser.ts,
 * https://github.com/googleapis/google-cloud-python/blob/main/packages/google-api-core/google/api_core/_rest_streaming_base.py
 */
class ArrayFiller implements SilenceFiller {
  readonly contentType = 'application/json; charset=UTF-8';
  /** `opened`: the bracket is out, and Vertex AI's own has yet to come. */
  #state: 'unopened' | 'opened' | 'between' | 'closed' = 'unopened';

  fill(): string | undefined {
    if (this.#state === 'closed') return undefined;
    if (this.#state !== 'unopened') return '\n';
    this.#state = 'opened';
    return '[';
  }

  join(part: Uint8Array): Uint8Array {
    const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    const first = bytes.findIndex((byte) => !isSpace(byte));
    if (first < 0) return part;
    const hasOwnBracket = this.#state === 'opened' && bytes[first] === BRACKET;
    const last = bytes[bytes.findLastIndex((byte) => !isSpace(byte))];
    this.#state = last === CLOSING_BRACKET ? 'closed' : 'between';
    return hasOwnBracket ? bytes.subarray(first + 1) : part;
  }

  finish(): string {
    return this.#state === 'opened' ? ']' : '';
  }
}

const BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;

/** White space of JSON: https://www.rfc-editor.org/rfc/rfc8259#section-2 */
function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
