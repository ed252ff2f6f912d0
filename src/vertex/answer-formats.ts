import type { AnswerFacts, AnswerFormat } from '../prediction/answer.ts';
import { geminiUsage } from './gemini-usage.ts';
import {
  addCounts,
  asObject,
  type CountedUsage,
  countGemini,
  countMessages,
  countUsage,
  type Counts,
  hasUnknownRest,
  type Json,
  readUsage,
  toUsage,
} from './usage-counts.ts';

/** Reads the facts of answers of one format. */
interface FactsReader {
  /**
   * Every event that reports something has one of these texts, unescaped; an event without any need not be parsed. The
   * text of most events comes first.
   */
  readonly marks: readonly Buffer[];
  /** Reads a whole answer, or one value of a stream. Only members at their own place count, so no text can pose as one. */
  readonly readReported: (value: Json) => Claims;
  /** Counts a reported usage in the gateway's terms. */
  readonly count: (usage: Json) => Counts;
  /** Returns true when a stream may end with what it has reported so far. */
  readonly isComplete: (reported: Reported) => boolean;
}

function marks(...texts: readonly string[]): readonly Buffer[] {
  return texts.map((text) => Buffer.from(text));
}

/** The facts that one value of an answer reports, unchecked. */
interface Claims {
  /** The value at the place of a usage, whatever it is. */
  readonly usage?: unknown;
  readonly isUsageDoubtful?: boolean;
  readonly finishReason?: unknown;
  readonly modelVersion?: unknown;
  readonly deployedModelId?: unknown;
  readonly trafficType?: unknown;
  /** True when the answer is complete. */
  readonly isEnd?: boolean;
  /** The format that an answer read by its shape turned out to have. */
  readonly shape?: Exclude<AnswerFormat, 'shaped' | 'opaque'>;
  /** True when the answer's shape says when the answer is complete. */
  readonly isEndMarked?: boolean;
}

/** The facts that the values of an answer have reported so far. */
export interface Reported extends Claims {
  /** The usage's counts, under the names that the format has for them. */
  readonly usage?: Json;
}

/** The end of OpenAI's streams. It is alone in its event; in a line with other text it is part of that text. */
const DONE = /^data: ?\[DONE\]\s*$/m;

/** The texts that a record may take from an answer. */
const WORD = /^[\w.@:/-]{1,128}$/;

/** Searches may be told before the counts of tokens, which end a stream. */
const hasCounts = ({ usage = {} }: Reported) => Object.keys(usage).some((name) => name !== 'searches');
const isEnded = (reported: Reported) => reported.isEnd === true;

/** Source: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference#response */
const gemini: FactsReader = {
  marks: marks('"modelVersion"', '"usageMetadata"', '"finishReason"', '"blockReason"'),
  readReported: (value) => {
    const { candidates, promptFeedback, modelVersion } = value;
    const finished = objectsOf(candidates).findLast(({ finishReason }) => isWord(finishReason));
    const finishReason = finished?.finishReason ?? asObject(promptFeedback).blockReason;
    const { trafficType } = asObject(value.usageMetadata);
    return {
      usage: geminiUsage(value),
      finishReason,
      modelVersion,
      trafficType,
      isEnd: isWord(finishReason),
    };
  },
  count: countGemini,
  isComplete: isEnded,
};

/** Source: https://platform.openai.com/docs/api-reference/chat/object and …/chat-streaming/streaming */
const openai: FactsReader = {
  marks: marks('"finish_reason"', '"usage"', '"grounding_metadata"', '[DONE]'),
  readReported: ({ usage, choices, model }) => ({
    usage: withSearches(usage, choices),
    finishReason: objectsOf(choices).findLast((choice) => isWord(choice.finish_reason))?.finish_reason,
    modelVersion: model,
    trafficType: trafficTypeOf(usage),
  }),
  count: countUsage,
  // Some servers leave out [DONE]. The usage comes behind the reasons of all choices, so that nothing can follow both.
  isComplete: (reported) => isEnded(reported) || (isWord(reported.finishReason) && hasCounts(reported)),
};

/**
 * Adds the searches of the web to the usage of a chat. Google tells them where it tells a message's other facts that OpenAI
 * has no place for: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/thought-signatures
 */
function withSearches(usage: unknown, choices: unknown): unknown {
  const queries = objectsOf(choices).flatMap(({ message, delta }) => {
    const { google } = asObject(asObject(message ?? delta).extra_content);
    const grounding = asObject(asObject(google).grounding_metadata);
    const asked = grounding.web_search_queries ?? grounding.webSearchQueries;
    return Array.isArray(asked) ? (asked as unknown[]) : [];
  });
  const isUsage =
    usage === undefined || usage === null || (typeof usage === 'object' && !Array.isArray(usage));
  return queries.length === 0 || !isUsage ? usage : { ...usage, searches: queries.length };
}

/** Reads the traffic type that Google adds to the usage of formats that are not its own. */
function trafficTypeOf(usage: unknown): unknown {
  return asObject(asObject(asObject(usage).extra_properties).google).traffic_type;
}

/** Source: https://docs.claude.com/en/api/messages and …/build-with-claude/streaming */
const anthropic: FactsReader = {
  marks: marks('"message_start"', '"message_delta"', '"message_stop"'),
  readReported: ({ type, message, delta, ...rest }) => {
    if (type === 'message_stop') return { isEnd: true };
    // A stream begins with the message and ends with what has changed of it; a whole answer is the message itself.
    const reported: Json | undefined =
      type === 'message_start'
        ? asObject(message)
        : type === 'message_delta'
          ? { ...rest, ...asObject(delta) }
          : type === 'message'
            ? rest
            : undefined;
    return reported
      ? {
          usage: reported.usage,
          finishReason: reported.stop_reason,
          modelVersion: reported.model,
          trafficType: trafficTypeOf(reported.usage),
        }
      : {};
  },
  count: countMessages,
  isComplete: isEnded,
};

/**
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api#response_body. Models
 * that Google serves with vLLM give chat completions as predictions:
 * https://cloud.google.com/vertex-ai/generative-ai/docs/open-models/vllm/use-vllm
 */
const predictions: FactsReader = {
  marks: [],
  readReported: ({ predictions: all, modelVersionId, deployedModelId }) => {
    const made = objectsOf(Array.isArray(all) || all === undefined ? all : [all]);
    const used = made.filter(hasTokenCounts).map(usageOfPrediction);
    return {
      usage: {
        instances: made.filter(isMade).length,
        ...addCounts(used.map(({ usage }) => countUsage(usage))),
      },
      isUsageDoubtful: used.some(({ isDoubtful }) => isDoubtful),
      modelVersion: modelVersionId,
      deployedModelId,
    };
  },
  count: (usage) => usage,
  isComplete: () => true,
};

/**
 * Returns false for an image that Google has filtered out, which it does not charge; its place has the reason alone.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/imagen-api#response_body
 */
function isMade(prediction: Json): boolean {
  return !('raiFilteredReason' in prediction);
}

function hasTokenCounts(prediction: Json): boolean {
  return 'usage' in prediction || 'embeddings' in prediction;
}

/** Reads the usage of a chat completion, or the token count in the statistics of an embedding. */
function usageOfPrediction({ embeddings, usage }: Json): CountedUsage {
  if (usage !== undefined) return readUsage(usage);
  const tokens = asObject(asObject(embeddings).statistics).token_count;
  return readUsage({ prompt_tokens: tokens, total_tokens: tokens });
}

/**
 * Reads the answers of other publishers' models and of custom containers by their shape: most have the shape of OpenAI's
 * chat completions, others that of Gemini's or Claude's answers or of predictions.
 * https://docs.mistral.ai/api/endpoint/chat, https://docs.ai21.com/reference/jamba-1-6-api-ref
 */
const shaped: FactsReader = {
  marks: [...gemini.marks, ...openai.marks, ...anthropic.marks, ...marks('"predictions"')],
  readReported: (value) => {
    const { type, response, choices, candidates } = value;
    // The source is https://platform.openai.com/docs/api-reference/responses-streaming
    if (typeof type === 'string' && type.startsWith('response.'))
      return openai.readReported(asObject(response));
    const shape = shapeOf(value);
    if (shape === undefined) return {};
    const reported: Claims = { shape, ...FACTS_READERS[shape].readReported(value) };
    if (shape === 'anthropic') return { ...reported, isEndMarked: true };
    if (shape === 'gemini') return { ...reported, isEndMarked: Array.isArray(candidates) };
    if (shape === 'predictions') return reported;
    const reasons = objectsOf(choices).flatMap((choice) =>
      'finish_reason' in choice ? [choice.finish_reason] : [],
    );
    // A reason that no record may take, such as a sentence, ends the answer too.
    const isEnd = reasons.some((reason) => typeof reason === 'string' && reason !== '');
    return { ...reported, isEndMarked: reasons.length > 0, isEnd };
  },
  count: countUsage,
  isComplete: (reported) => reported.isEndMarked !== true || reported.isEnd === true,
};

function shapeOf({ type, ...value }: Json): Reported['shape'] {
  if ('usageMetadata' in value || Array.isArray(value.candidates)) return 'gemini';
  if (typeof type === 'string' && /^message(_|$)/.test(type)) return 'anthropic';
  if ('usage' in value || Array.isArray(value.choices)) return 'openai';
  return 'predictions' in value ? 'predictions' : undefined;
}

const opaque: FactsReader = {
  marks: [],
  readReported: () => ({}),
  count: () => ({}),
  isComplete: () => true,
};

/** The reader of each format. */
export const FACTS_READERS: Readonly<Record<AnswerFormat, FactsReader>> = {
  gemini,
  openai,
  anthropic,
  predictions,
  shaped,
  opaque,
};

/** Reads the facts that a whole answer, or one value of a stream, reports. */
export function readReported(format: AnswerFormat, value: Json): Reported {
  const claims = FACTS_READERS[format].readReported(value);
  const { usage, isDoubtful } = readUsage(claims.usage);
  return { ...claims, usage, isUsageDoubtful: claims.isUsageDoubtful === true || isDoubtful };
}

/** Returns true when bytes may hold a value that reports something; other bytes need not be parsed. */
export function mayReport(format: AnswerFormat, bytes: Buffer): boolean {
  return FACTS_READERS[format].marks.some((mark) => bytes.includes(mark));
}

/**
 * Returns true when an answer, or a value of a stream, is an error as Google, OpenAI and Anthropic write it. Google
 * sometimes writes it as the one element of a list.
 */
export function isError(value: Json): boolean {
  const { error } = asObject(Array.isArray(value) ? value[0] : value);
  return typeof error === 'string' || (typeof error === 'object' && error !== null);
}

/** Returns true when one of OpenAI's events ends the stream. */
export function isDone(event: string): boolean {
  return DONE.test(event);
}

/**
 * Joins the facts of two values. The later value wins, and a count that it leaves out stays. When the later value has
 * another shape, no count of the earlier one stays, since the shapes name their counts differently.
 */
export function join(earlier: Reported, later: Reported): Reported {
  const isOtherShape = later.shape !== undefined && later.shape !== (earlier.shape ?? later.shape);
  const known: Record<string, unknown> = { ...earlier };
  for (const [name, value] of Object.entries({ ...later })) known[name] = value ?? known[name];
  return {
    ...known,
    usage: { ...(isOtherShape ? {} : earlier.usage), ...later.usage },
    isUsageDoubtful: earlier.isUsageDoubtful === true || later.isUsageDoubtful === true,
    isEnd: earlier.isEnd === true || later.isEnd === true,
    isEndMarked: earlier.isEndMarked === true || later.isEndMarked === true,
  };
}

/** Returns the facts of an answer from what its values have reported, with the counts made to agree (`toUsage`). */
export function readFacts(format: AnswerFormat, reported: Reported): AnswerFacts {
  const {
    usage = {},
    isUsageDoubtful,
    finishReason,
    modelVersion,
    deployedModelId,
    trafficType,
    shape = format,
  } = reported;
  const counted = toUsage(FACTS_READERS[shape].count(usage));
  return {
    usage: counted,
    ...((isUsageDoubtful === true || hasUnknownRest(counted)) && { isUsageDoubtful: true }),
    ...(isWord(finishReason) && { finishReason }),
    ...(isWord(modelVersion) && { modelVersion }),
    ...(isWord(deployedModelId) && { deployedModelId }),
    ...(isWord(trafficType) && { trafficType }),
  };
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && WORD.test(value);
}

function objectsOf(list: unknown): Json[] {
  return Array.isArray(list) ? list.map(asObject) : [];
}
