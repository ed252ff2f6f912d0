import type { AnswerFacts, Usage } from '../prediction/prediction.ts';

const TAIL_BYTES = 65_536;

/**
 * Usage, finish reason and model version out of Vertex JSON in any framing: the last of each counts. Quotes inside
 * the model's text are escaped there, so text cannot pose as one of these fields.
 */
export function readAnswerFacts(text: string): AnswerFacts {
  const finishReason = lastString(text, 'finishReason');
  const modelVersion = lastString(text, 'modelVersion');
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
  const metadata = text.slice(lastMatch(text, /"usageMetadata"\s*:\s*\{/g)?.index ?? text.length);
  const inputTokens = count(metadata, 'promptTokenCount');
  const outputTokens = count(metadata, 'candidatesTokenCount');
  const totalTokens = count(metadata, 'totalTokenCount');
  return {
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
    ...(totalTokens === undefined ? {} : { totalTokens }),
  };
}

function count(text: string, field: string): number | undefined {
  const digits = new RegExp(`"${field}"\\s*:\\s*(\\d+)`).exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function lastString(text: string, field: string): string | undefined {
  return lastMatch(text, new RegExp(`"${field}"\\s*:\\s*"([\\w.@-]{1,128})"`, 'g'))?.[1];
}

/** With its colon, because a text may consist of just a field's name. */
function lastMatch(text: string, pattern: RegExp): RegExpExecArray | undefined {
  return [...text.matchAll(pattern)].at(-1);
}
