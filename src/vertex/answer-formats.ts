import type { AnswerFacts, AnswerFormat, Usage } from '../prediction/prediction.ts';

/** How one kind of answer tells its facts. */
export interface FactsReader {
  /** One of these stands, unescaped, in every event that tells something; most others need no parsing then. */
  readonly marks: readonly string[];
  /** Whether a stream tells that it is complete. */
  readonly tellsEnd: boolean;
  /** A whole answer, or one value of a stream. Only members at their own place count, so that nothing else can pose. */
  readonly tell: (value: Json) => Told;
  readonly count: (usage: Json) => Partial<Record<keyof Usage, number | undefined>>;
}

/** What the values of an answer have told so far. */
export interface Told {
  /** As the format counts it. */
  readonly usage?: Json;
  readonly finishReason?: unknown;
  readonly modelVersion?: unknown;
  readonly deployedModelId?: unknown;
  /** Whether the answer is complete. */
  readonly isEnd?: boolean;
}

export type Json = Readonly<Record<string, unknown>>;

/** Stands alone in the last event of OpenAI's streams; on the same line as a text, it is that text. */
const DONE = /^data: ?\[DONE\]\s*$/m;

/** Only these characters become part of a record. */
const WORD = /^[\w.@:/-]{1,128}$/;

/** https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference#response */
const gemini: FactsReader = {
  marks: ['"usageMetadata"', '"finishReason"', '"blockReason"', '"modelVersion"'],
  tellsEnd: true,
  tell: ({ usageMetadata, candidates, promptFeedback, modelVersion }) => {
    const finished = objectsOf(candidates).findLast(({ finishReason }) => isWord(finishReason));
    const finishReason = finished?.finishReason ?? asObject(promptFeedback).blockReason;
    return { usage: asObject(usageMetadata), finishReason, modelVersion, isEnd: isWord(finishReason) };
  },
  count: (usage) => {
    const spoken = count(usage.candidatesTokenCount);
    const thinkingTokens = count(usage.thoughtsTokenCount);
    // Gemini counts thoughts apart; they are output to everybody else, and are paid for as output.
    const isAnyKnown = spoken !== undefined || thinkingTokens !== undefined;
    return {
      inputTokens: count(usage.promptTokenCount),
      outputTokens: isAnyKnown ? (spoken ?? 0) + (thinkingTokens ?? 0) : undefined,
      totalTokens: count(usage.totalTokenCount),
      cachedTokens: count(usage.cachedContentTokenCount),
      thinkingTokens,
    };
  },
};

/** https://platform.openai.com/docs/api-reference/chat/object and …/chat-streaming/streaming */
const openai: FactsReader = {
  marks: ['"usage"', '"finish_reason"', '[DONE]'],
  tellsEnd: true,
  tell: ({ usage, choices, model }) => ({
    usage: asObject(usage),
    finishReason: objectsOf(choices).findLast((choice) => isWord(choice.finish_reason))?.finish_reason,
    modelVersion: model,
  }),
  count: (usage) => ({
    inputTokens: count(usage.prompt_tokens),
    outputTokens: count(usage.completion_tokens),
    totalTokens: count(usage.total_tokens),
    cachedTokens: count(asObject(usage.prompt_tokens_details).cached_tokens),
    thinkingTokens: count(asObject(usage.completion_tokens_details).reasoning_tokens),
  }),
};

/** https://docs.claude.com/en/api/messages and …/build-with-claude/streaming */
const anthropic: FactsReader = {
  marks: ['"message_start"', '"message_delta"', '"message_stop"'],
  tellsEnd: true,
  tell: ({ type, message, delta, ...rest }) => {
    if (type === 'message_stop') return { isEnd: true };
    // The beginning of a stream holds the message, its end what has changed of it; a whole answer is the message.
    const told: Json | undefined =
      type === 'message_start'
        ? asObject(message)
        : type === 'message_delta'
          ? { ...rest, ...asObject(delta) }
          : type === 'message'
            ? rest
            : undefined;
    return told
      ? { usage: asObject(told.usage), finishReason: told.stop_reason, modelVersion: told.model }
      : {};
  },
  count: (usage) => {
    const cachedTokens = count(usage.cache_read_input_tokens);
    const written = count(usage.cache_creation_input_tokens);
    const fresh = count(usage.input_tokens);
    const inputTokens = fresh === undefined ? undefined : fresh + (cachedTokens ?? 0) + (written ?? 0);
    const outputTokens = count(usage.output_tokens);
    const totalTokens = inputTokens === undefined ? undefined : inputTokens + (outputTokens ?? 0);
    return { inputTokens, outputTokens, totalTokens, cachedTokens };
  },
};

/** https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api#response_body */
const predictions: FactsReader = {
  marks: [],
  tellsEnd: false,
  tell: ({ predictions: all, modelVersionId, deployedModelId }) => {
    const made = objectsOf(all);
    const tokens = made
      .map(({ embeddings }) => count(asObject(asObject(embeddings).statistics).token_count))
      .filter((found) => found !== undefined);
    return {
      usage: {
        instances: made.length,
        ...(tokens.length > 0 && { tokens: tokens.reduce((sum, found) => sum + found, 0) }),
      },
      modelVersion: modelVersionId,
      deployedModelId,
    };
  },
  count: ({ instances, tokens }) => ({
    inputTokens: count(tokens),
    totalTokens: count(tokens),
    instances: count(instances),
  }),
};

const opaque: FactsReader = { marks: [], tellsEnd: false, tell: () => ({}), count: () => ({}) };

export const FACTS_READERS: Readonly<Record<AnswerFormat, FactsReader>> = {
  gemini,
  openai,
  anthropic,
  predictions,
  opaque,
};

/**
 * Whether an answer, or a value of a stream, is an error instead of what was asked for, as Google, OpenAI and Anthropic
 * write it; Google sometimes as the one element of a list.
 */
export function isError(value: Json): boolean {
  const { error } = asObject(Array.isArray(value) ? value[0] : value);
  return typeof error === 'string' || (typeof error === 'object' && error !== null);
}

function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

/** Whether one of OpenAI's events ends the stream. */
export function isDone(event: string): boolean {
  return DONE.test(event);
}

/** What two values tell together: the later one wins, a count that it leaves out stays. */
export function join(earlier: Told, later: Told): Told {
  const known = Object.entries(later).filter(([, value]) => value !== undefined && value !== null);
  return {
    ...earlier,
    ...Object.fromEntries(known),
    usage: { ...earlier.usage, ...later.usage },
    isEnd: earlier.isEnd === true || later.isEnd === true,
  };
}

export function readFacts(format: AnswerFormat, told: Told): AnswerFacts {
  const { usage = {}, finishReason, modelVersion, deployedModelId } = told;
  const counts = Object.entries(FACTS_READERS[format].count(usage));
  return {
    usage: Object.fromEntries(counts.filter(([, value]) => value !== undefined)),
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

function objectsOf(list: unknown): Json[] {
  return Array.isArray(list) ? list.map(asObject) : [];
}
