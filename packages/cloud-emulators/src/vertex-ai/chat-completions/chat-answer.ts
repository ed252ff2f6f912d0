import { generateStream } from '../gemini/generate.ts';

/** The parts of a chat completion request that decide its answer. */
export interface ChatRequest {
  readonly messages: readonly {
    readonly content?: string | readonly { readonly text?: string | undefined }[] | null | undefined;
  }[];
  readonly max_tokens?: number | null | undefined;
  readonly max_completion_tokens?: number | null | undefined;
  readonly stop?: string | readonly string[] | null | undefined;
  /** The limit of the answer when the request has none. */
  readonly maximumOutputTokens: number;
}

/** The parts that an answer to a chat is built of, whole or as a stream, in OpenAI's terms. */
export interface ChatAnswer {
  readonly common: { readonly id: string; readonly created: number; readonly model: string };
  readonly pieces: readonly string[];
  readonly finishReason: 'stop' | 'length';
  readonly usage: {
    readonly prompt_tokens: number;
    readonly total_tokens: number;
    readonly completion_tokens: number;
  };
}

/** Answers a chat. @param now milliseconds since 1970 */
export function answerChat(model: string, request: ChatRequest, now: number): ChatAnswer {
  const texts = request.messages.map(({ content }) => textOf(content));
  const stop = request.stop ?? [];
  const generated = generateStream(
    model,
    {
      texts,
      prompt: texts.at(-1) ?? '',
      maxOutputTokens: request.max_completion_tokens ?? request.max_tokens ?? request.maximumOutputTokens,
      stopSequences: typeof stop === 'string' ? [stop] : stop,
    },
    now,
  );
  const last = generated.at(-1);
  return {
    common: { id: `chatcmpl-${last?.responseId ?? ''}`, created: Math.floor(now / 1000), model },
    pieces: generated.map(({ candidates }) => candidates[0]?.content.parts?.[0]?.text ?? ''),
    finishReason: last?.candidates[0]?.finishReason === 'MAX_TOKENS' ? 'length' : 'stop',
    usage: {
      prompt_tokens: last?.usageMetadata.promptTokenCount ?? 0,
      total_tokens: last?.usageMetadata.totalTokenCount ?? 0,
      completion_tokens: last?.usageMetadata.candidatesTokenCount ?? 0,
    },
  };
}

function textOf(content: ChatRequest['messages'][number]['content']): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map(({ text = '' }) => text).join('\n');
}
