import type { AnswerFacts, AnswerFormat, Usage } from '../prediction/prediction.ts';

/** How one kind of answer tells its facts. */
export interface FactsReader {
  /** Texts that stand, unescaped, in every event that matters; text of a model is escaped and can't pose as one. */
  readonly marks: readonly string[];
  /** One of these stands in a stream that is complete; undefined where nothing tells. */
  readonly endMarks?: readonly string[];
  /** What the marked values, in their order, say together; a later one wins. */
  readonly read: (values: readonly Json[]) => AnswerFacts;
}

export type Json = Readonly<Record<string, unknown>>;

/** Only these characters become part of a record. */
const WORD = /^[\w.@:/-]{1,128}$/;

/** https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference#response */
const gemini: FactsReader = {
  marks: ['"usageMetadata"', '"finishReason"', '"blockReason"', '"modelVersion"'],
  endMarks: ['"finishReason"', '"blockReason"'],
  read: (values) => {
    const usage = objectIn(values, 'usageMetadata');
    const [candidate] = values
      .flatMap(({ candidates }) => objectsOf(candidates).filter(hasFinished))
      .slice(-1);
    const blocked = objectIn(values, 'promptFeedback');
    return factsOf(
      {
        inputTokens: count(usage.promptTokenCount),
        outputTokens: count(usage.candidatesTokenCount),
        totalTokens: count(usage.totalTokenCount),
        cachedTokens: count(usage.cachedContentTokenCount),
        thinkingTokens: count(usage.thoughtsTokenCount),
      },
      candidate?.finishReason ?? blocked.blockReason,
      lastOf(values, 'modelVersion'),
    );
  },
};

/** https://platform.openai.com/docs/api-reference/chat/object and …/chat-streaming/streaming */
const openai: FactsReader = {
  marks: ['"usage"', '"finish_reason"'],
  endMarks: ['[DONE]'],
  read: (values) => {
    const usage = objectIn(values, 'usage');
    const choices = values.flatMap((value) => objectsOf(value.choices));
    return factsOf(
      {
        inputTokens: count(usage.prompt_tokens),
        outputTokens: count(usage.completion_tokens),
        totalTokens: count(usage.total_tokens),
        cachedTokens: count(asObject(usage.prompt_tokens_details).cached_tokens),
        thinkingTokens: count(asObject(usage.completion_tokens_details).reasoning_tokens),
      },
      lastOf(choices, 'finish_reason'),
      lastOf(values, 'model'),
    );
  },
};

/** https://docs.claude.com/en/api/messages and …/build-with-claude/streaming */
const anthropic: FactsReader = {
  marks: ['"message_start"', '"message_delta"'],
  endMarks: ['"message_stop"'],
  read: (values) => {
    // The beginning of a stream holds the message, its end what has changed of it; a whole answer is the message.
    const messages: Json[] = values.map(({ message, delta, ...rest }) => ({
      ...rest,
      ...asObject(message),
      ...asObject(delta),
    }));
    const usage = messages.reduce<Json>((all, message) => ({ ...all, ...asObject(message.usage) }), {});
    const cached = count(usage.cache_read_input_tokens);
    const fresh = count(usage.input_tokens);
    const inputTokens =
      fresh === undefined
        ? undefined
        : fresh + (cached ?? 0) + (count(usage.cache_creation_input_tokens) ?? 0);
    const outputTokens = count(usage.output_tokens);
    return factsOf(
      {
        inputTokens,
        outputTokens,
        totalTokens: inputTokens === undefined ? undefined : inputTokens + (outputTokens ?? 0),
        cachedTokens: cached,
      },
      lastOf(messages, 'stop_reason'),
      lastOf(messages, 'model'),
    );
  },
};

/** https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api#response_body */
const predictions: FactsReader = {
  marks: [],
  read: (values) => {
    const all = values.flatMap((value) => objectsOf(value.predictions));
    const tokens = all
      .map(({ embeddings }) => count(asObject(asObject(embeddings).statistics).token_count))
      .filter((found) => found !== undefined);
    const inputTokens = tokens.length === 0 ? undefined : tokens.reduce((sum, found) => sum + found, 0);
    return factsOf(
      { inputTokens, totalTokens: inputTokens, instances: all.length },
      undefined,
      lastOf(values, 'modelVersionId'),
      lastOf(values, 'deployedModelId'),
    );
  },
};

const opaque: FactsReader = { marks: [], read: () => ({ usage: {} }) };

export const FACTS_READERS: Readonly<Record<AnswerFormat, FactsReader>> = {
  gemini,
  openai,
  anthropic,
  predictions,
  opaque,
};

/** The error that an answer holds instead of what was asked for, as Google, OpenAI and Anthropic write it. */
export function findError({ error }: Json): Json | undefined {
  return typeof error === 'object' && error !== null ? (error as Json) : undefined;
}

export function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function factsOf(
  usage: Record<keyof Usage, number | undefined> | Partial<Record<keyof Usage, number | undefined>>,
  finishReason: unknown,
  modelVersion: unknown,
  deployedModelId?: unknown,
): AnswerFacts {
  return {
    usage: Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== undefined)),
    ...(isWord(finishReason) && { finishReason }),
    ...(isWord(modelVersion) && { modelVersion }),
    ...(isWord(deployedModelId) && { deployedModelId }),
  };
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && WORD.test(value);
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function hasFinished({ finishReason }: Json): boolean {
  return finishReason !== undefined;
}

function objectIn(values: readonly Json[], name: string): Json {
  return asObject(lastOf(values, name));
}

function lastOf(values: readonly Json[], name: string): unknown {
  return values.findLast((value) => value[name] !== undefined && value[name] !== null)?.[name];
}

function objectsOf(list: unknown): Json[] {
  return Array.isArray(list) ? list.map(asObject) : [];
}
