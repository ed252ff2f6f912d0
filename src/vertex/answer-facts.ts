import type { AnswerFacts, Usage } from '../prediction/prediction.ts';

const TAIL_BYTES = 65_536;
/** With its colon, because a text may consist of just a field's name. */
const USAGE = /"usageMetadata"\s*:\s*\{/g;
const FINISH_REASON = /"finishReason"\s*:\s*"([\w.@-]{1,128})"/g;
const MODEL_VERSION = /"modelVersion"\s*:\s*"([\w.@-]{1,128})"/g;
const INPUT_TOKENS = /"promptTokenCount"\s*:\s*(\d+)/;
const OUTPUT_TOKENS = /"candidatesTokenCount"\s*:\s*(\d+)/;
const TOTAL_TOKENS = /"totalTokenCount"\s*:\s*(\d+)/;

/**
 * Usage, finish reason and model version out of Vertex JSON in any framing: the last of each counts. Quotes inside
 * the model's text are escaped there, so text cannot pose as one of these fields.
 */
export function readAnswerFacts(text: string): AnswerFacts {
  const finishReason = lastMatch(text, FINISH_REASON)?.[1];
  const modelVersion = lastMatch(text, MODEL_VERSION)?.[1];
  return {
    usage: readUsage(text),
    ...(finishReason === undefined ? {} : { finishReason }),
    ...(modelVersion === undefined ? {} : { modelVersion }),
  };
}

/** Lets a stream pass and keeps its last 64 KiB, where Vertex AI puts the final usage. */
export class TailReader {
  #chunks: Uint8Array[] = [];
  #size = 0;

  async *read(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.#chunks.push(chunk);
      this.#size += chunk.byteLength;
      while (this.#size - (this.#chunks[0]?.byteLength ?? 0) > TAIL_BYTES) {
        this.#size -= this.#chunks.shift()?.byteLength ?? 0;
      }
      yield chunk;
    }
  }

  facts(): AnswerFacts {
    return readAnswerFacts(Buffer.concat(this.#chunks).toString('utf8'));
  }
}

function readUsage(text: string): Usage {
  const metadata = text.slice(lastMatch(text, USAGE)?.index ?? text.length);
  const inputTokens = count(metadata, INPUT_TOKENS);
  const outputTokens = count(metadata, OUTPUT_TOKENS);
  const totalTokens = count(metadata, TOTAL_TOKENS);
  return {
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
    ...(totalTokens === undefined ? {} : { totalTokens }),
  };
}

function count(text: string, field: RegExp): number | undefined {
  const digits = field.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function lastMatch(text: string, pattern: RegExp): RegExpExecArray | undefined {
  let last: RegExpExecArray | undefined;
  for (const match of text.matchAll(pattern)) last = match;
  return last;
}
