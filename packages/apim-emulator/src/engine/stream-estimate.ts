import { estimateEvent, estimateTokens } from './model-messages.ts';

/** An event that is longer isn't read; its length is estimated as if it were text. */
const LONGEST_LINE = 1024 * 1024;

/** Estimates the completion tokens of a stream as it passes: server-sent events, or JSON line by line. */
export class StreamEstimate {
  readonly #decoder = new TextDecoder();
  #line = '';
  #tokens = 0;

  add(chunk: Uint8Array): void {
    const [first = '', ...others] = this.#decoder.decode(chunk, { stream: true }).split('\n');
    this.#line += first;
    for (const next of others) {
      this.#read(this.#line);
      this.#line = next;
    }
    if (this.#line.length <= LONGEST_LINE) return;
    this.#tokens += estimateTokens(this.#line);
    this.#line = '';
  }

  /** Returns the tokens so far, those of an unfinished line included. */
  finish(): number {
    this.#read(this.#line);
    this.#line = '';
    return this.#tokens;
  }

  #read(line: string): void {
    const text = line.trim();
    // A text of its own line, as Vertex AI sends it without alt=sse.
    const member = /^"text"\s*:\s*("(?:[^"\\]|\\.)*"),?$/.exec(text)?.[1];
    const value = member === undefined ? undefined : parse(member);
    if (typeof value === 'string') this.#tokens += estimateTokens(value);
    else this.#tokens += estimateEvent(parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)));
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
