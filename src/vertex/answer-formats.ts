import type { AnswerFacts, AnswerFormat } from '../prediction/answer.ts';
import {
  addCounts,
  asObject,
  type CountedUsage,
  countGemini,
  countMessages,
  countUsage,
  type Counts,
  type Json,
  readUsage,
  toUsage,
} from './usage-counts.ts';

/** How one kind of answer tells its facts. */
interface FactsReader {
  /** One of these stands, unescaped, in every event that tells something; most others need no parsing then. */
  readonly marks: readonly string[];
  /** A whole answer, or one value of a stream. Only members at their own place count, so that nothing else can pose. */
  readonly tell: (value: Json) => Claims;
  readonly count: (usage: Json) => Counts;
  /** Whether a stream may end with what it has told so far. */
  readonly isComplete: (told: Told) => boolean;
}

/** What one value of an answer claims. */
interface Claims {
  /** Whatever stands where a usage belongs. */
  readonly usage?: unknown;
  readonly isUsageDoubtful?: boolean;
  readonly finishReason?: unknown;
  readonly modelVersion?: unknown;
  readonly deployedModelId?: unknown;
  /** Whether the answer is complete. */
  readonly isEnd?: boolean;
  /** Of an answer that is read by its shape: whose words it is in, and whether such words tell when they are complete. */
  readonly shape?: Exclude<AnswerFormat, 'shaped' | 'opaque'>;
  readonly tellsEnd?: boolean;
}

/** What the values of an answer have told so far. */
export interface Told extends Claims {
  /** As the format counts it. */
  readonly usage?: Json;
}

/** Stands alone in the last event of OpenAI's streams; on the same line as a text, it is that text. */
const DONE = /^data: ?\[DONE\]\s*$/m;

/** Only these characters become part of a record. */
const WORD = /^[\w.@:/-]{1,128}$/;

const saysEnd = (told: Told) => told.isEnd === true;

/** https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference#response */
const gemini: FactsReader = {
  marks: ['"usageMetadata"', '"finishReason"', '"blockReason"', '"modelVersion"'],
  tell: ({ usageMetadata, candidates, promptFeedback, modelVersion }) => {
    const finished = objectsOf(candidates).findLast(({ finishReason }) => isWord(finishReason));
    const finishReason = finished?.finishReason ?? asObject(promptFeedback).blockReason;
    return { usage: usageMetadata, finishReason, modelVersion, isEnd: isWord(finishReason) };
  },
  count: countGemini,
  isComplete: saysEnd,
};

/** https://platform.openai.com/docs/api-reference/chat/object and …/chat-streaming/streaming */
const openai: FactsReader = {
  marks: ['"usage"', '"finish_reason"', '[DONE]'],
  tell: ({ usage, choices, model }) => ({
    usage,
    finishReason: objectsOf(choices).findLast((choice) => isWord(choice.finish_reason))?.finish_reason,
    modelVersion: model,
  }),
  count: countUsage,
  isComplete: saysEnd,
};

/** https://docs.claude.com/en/api/messages and …/build-with-claude/streaming */
const anthropic: FactsReader = {
  marks: ['"message_start"', '"message_delta"', '"message_stop"'],
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
    return told ? { usage: told.usage, finishReason: told.stop_reason, modelVersion: told.model } : {};
  },
  count: countMessages,
  isComplete: saysEnd,
};

/**
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api#response_body. Models that
 * Google serves with vLLM give chat completions for predictions:
 * https://cloud.google.com/vertex-ai/generative-ai/docs/open-models/vllm/use-vllm
 */
const predictions: FactsReader = {
  marks: [],
  tell: ({ predictions: all, modelVersionId, deployedModelId }) => {
    const made = objectsOf(Array.isArray(all) || all === undefined ? all : [all]);
    const used = made.filter(tellsTokens).map(usageOfPrediction);
    return {
      usage: { instances: made.length, ...addCounts(used.map(({ usage }) => countUsage(usage))) },
      isUsageDoubtful: used.some(({ isDoubtful }) => isDoubtful),
      modelVersion: modelVersionId,
      deployedModelId,
    };
  },
  count: (usage) => usage,
  isComplete: () => true,
};

function tellsTokens(prediction: Json): boolean {
  return 'usage' in prediction || 'embeddings' in prediction;
}

/** That of a chat, or what an embedding tells in words of its own. */
function usageOfPrediction({ embeddings, usage }: Json): CountedUsage {
  if (usage !== undefined) return readUsage(usage);
  const tokens = asObject(asObject(embeddings).statistics).token_count;
  return readUsage({ prompt_tokens: tokens, total_tokens: tokens });
}

/**
 * What another publisher's model or a container of one's own answers: most speak as OpenAI's chat completions do, others
 * as Gemini, as Claude or in predictions.
 * https://docs.mistral.ai/api/endpoint/chat, https://docs.ai21.com/reference/jamba-1-6-api-ref
 */
const shaped: FactsReader = {
  marks: [...gemini.marks, ...openai.marks, ...anthropic.marks, '"predictions"'],
  tell: (value) => {
    const { type, response, choices, candidates } = value;
    // https://platform.openai.com/docs/api-reference/responses-streaming
    if (typeof type === 'string' && type.startsWith('response.')) return openai.tell(asObject(response));
    const shape = shapeOf(value);
    if (shape === undefined) return {};
    const told: Claims = { shape, ...FACTS_READERS[shape].tell(value) };
    if (shape === 'anthropic') return { ...told, tellsEnd: true };
    if (shape === 'gemini') return { ...told, tellsEnd: Array.isArray(candidates) };
    if (shape === 'predictions') return told;
    const reasons = objectsOf(choices).flatMap((choice) =>
      'finish_reason' in choice ? [choice.finish_reason] : [],
    );
    // A reason that no record takes, such as a sentence, is one nevertheless.
    const isEnd = reasons.some((reason) => typeof reason === 'string' && reason !== '');
    return { ...told, tellsEnd: reasons.length > 0, isEnd };
  },
  count: countUsage,
  isComplete: (told) => told.tellsEnd !== true || told.isEnd === true,
};

function shapeOf({ type, ...value }: Json): Told['shape'] {
  if ('usageMetadata' in value || Array.isArray(value.candidates)) return 'gemini';
  if (typeof type === 'string' && /^message(_|$)/.test(type)) return 'anthropic';
  if ('usage' in value || Array.isArray(value.choices)) return 'openai';
  return 'predictions' in value ? 'predictions' : undefined;
}

const opaque: FactsReader = { marks: [], tell: () => ({}), count: () => ({}), isComplete: () => true };

export const FACTS_READERS: Readonly<Record<AnswerFormat, FactsReader>> = {
  gemini,
  openai,
  anthropic,
  predictions,
  shaped,
  opaque,
};

/** What a whole answer, or one value of a stream, tells. */
export function tell(format: AnswerFormat, value: Json): Told {
  const claims = FACTS_READERS[format].tell(value);
  const { usage, isDoubtful } = readUsage(claims.usage);
  return { ...claims, usage, isUsageDoubtful: claims.isUsageDoubtful === true || isDoubtful };
}

/** Whether bytes may hold a value that tells something; most don't, and needn't be parsed. */
export function mayTell(format: AnswerFormat, bytes: Buffer): boolean {
  return FACTS_READERS[format].marks.some((mark) => bytes.includes(mark));
}

/**
 * Whether an answer, or a value of a stream, is an error instead of what was asked for, as Google, OpenAI and Anthropic
 * write it; Google sometimes as the one element of a list.
 */
export function isError(value: Json): boolean {
  const { error } = asObject(Array.isArray(value) ? value[0] : value);
  return typeof error === 'string' || (typeof error === 'object' && error !== null);
}

/** Whether one of OpenAI's events ends the stream. */
export function isDone(event: string): boolean {
  return DONE.test(event);
}

/**
 * What two values tell together: the later one wins, a count that it leaves out stays. Of another shape's words none
 * stay, since they are not to be counted as this one's.
 */
export function join(earlier: Told, later: Told): Told {
  const isOtherShape = later.shape !== undefined && later.shape !== (earlier.shape ?? later.shape);
  return {
    ...earlier,
    ...withoutNothing(later),
    usage: { ...(isOtherShape ? {} : earlier.usage), ...later.usage },
    isUsageDoubtful: earlier.isUsageDoubtful === true || later.isUsageDoubtful === true,
    isEnd: earlier.isEnd === true || later.isEnd === true,
    tellsEnd: earlier.tellsEnd === true || later.tellsEnd === true,
  };
}

function withoutNothing(members: object): Json {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== null),
  );
}

export function readFacts(format: AnswerFormat, told: Told): AnswerFacts {
  const { usage = {}, isUsageDoubtful, finishReason, modelVersion, deployedModelId, shape = format } = told;
  return {
    usage: toUsage(FACTS_READERS[shape].count(usage)),
    ...(isUsageDoubtful === true && { isUsageDoubtful }),
    ...(isWord(finishReason) && { finishReason }),
    ...(isWord(modelVersion) && { modelVersion }),
    ...(isWord(deployedModelId) && { deployedModelId }),
  };
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && WORD.test(value);
}

function objectsOf(list: unknown): Json[] {
  return Array.isArray(list) ? list.map(asObject) : [];
}
