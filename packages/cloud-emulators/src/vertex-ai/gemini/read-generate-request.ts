import { checkLabels } from '../check-labels.ts';
import { type Countable, countTokens } from '../count-tokens.ts';
import { GoogleError } from '../google-error.ts';
import type { PromptFile } from './read-contents.ts';
import { readGenerationConfig } from './read-generation-config.ts';
import type { Json } from '../read-message.ts';
import { readPrompt } from './read-prompt.ts';
import type { Tools } from './read-tools.ts';
import type { TrafficType } from './traffic-type.ts';
import { refuseOthers } from '../refusals.ts';
import { checkThoughtSignatures } from './thought-signatures.ts';

/** The parts of a request that the emulated model answers from. */
export interface GenerateRequest {
  /** The text of the system instruction, of every turn and of the declared functions, in order. */
  readonly texts: readonly string[];
  /** The text of the last turn. */
  readonly prompt: string;
  /** The last text of the last turn, which says which functions to call; the prompt when left out. */
  readonly lastText?: string;
  /** The text of the system instruction. */
  readonly instructions?: string;
  readonly maxOutputTokens: number;
  readonly stopSequences: readonly string[];
  /** The files that are sent inline or by their address. */
  readonly files?: readonly PromptFile[];
  /** The functions that the model may call; none when left out. */
  readonly tools?: Tools;
  /** True when the last turn is a function's result; the model then answers with text. */
  readonly answersFunction?: boolean;
  /** Present when the answer is JSON: of this schema, or any JSON when the schema is undefined. */
  readonly json?: { readonly schema: unknown };
  /** The forms of the answer; text alone when left out. */
  readonly modalities?: 'TEXT' | 'IMAGE' | 'TEXT+IMAGE';
  /** The number of answers; one when left out. */
  readonly candidateCount?: number;
  /** The number of tokens that each step of an answer lists with log probabilities; there are none when left out. */
  readonly logProbabilities?: number;
  /** The maximum of thinking tokens; the model does not think when left out. */
  readonly thinkingBudget?: number;
  readonly includesThoughts?: boolean;
  /** The prompt of a context cache, which comes before everything else. */
  readonly cached?: CachedPrompt;
  /** The capacity that serves the call; `ON_DEMAND` when left out. */
  readonly trafficType?: TrafficType;
}

/** The prompt of a context cache. */
export interface CachedPrompt extends Countable {
  readonly tools: Tools;
}

const SUPPORTED = new Set([
  'model',
  'contents',
  'systemInstruction',
  'generationConfig',
  'safetySettings',
  'labels',
  'tools',
  'toolConfig',
  'cachedContent',
  'modelArmorConfig',
  // It is read and has no effect: https://github.com/googleapis/python-genai/issues/2847
  'serviceTier',
]);
/** The limit of both models: https://cloud.google.com/vertex-ai/generative-ai/docs/models/gemini/2-5-flash */
const MAXIMUM_INPUT_TOKENS = 1_048_576;

/**
 * Reads a GenerateContentRequest that has been read as a message.
 * @param cached the prompt of the context cache that the request names
 * @throws GoogleError INVALID_ARGUMENT in Vertex AI's words; UNIMPLEMENTED for features that this emulator does not
 * support
 */
export function readGenerateRequest(model: string, message: Json, cached?: CachedPrompt): GenerateRequest {
  refuseOthers(message, SUPPORTED, '');
  if (cached && ['systemInstruction', 'tools', 'toolConfig'].some((name) => message[name] !== undefined)) {
    throw new GoogleError(
      'INVALID_ARGUMENT',
      'Tool config, tools and system instruction should not be set in the request when using cached content.',
    );
  }
  const prompt = readPrompt(message);
  checkThoughtSignatures(model, (message.contents ?? []) as readonly Json[]);
  refuseTooLong(prompt.texts);
  checkLabels((message.labels ?? {}) as Record<string, string>);
  const config = (message.generationConfig ?? {}) as Json;
  return {
    ...prompt,
    ...readGenerationConfig(model, config),
    tools: cached?.tools ?? prompt.tools,
    ...(cached && { cached }),
  };
}

function refuseTooLong(texts: readonly string[]): void {
  const tokens = texts.reduce((sum, text) => sum + countTokens(text), 0);
  if (tokens <= MAXIMUM_INPUT_TOKENS) return;
  throw new GoogleError(
    'INVALID_ARGUMENT',
    `The input token count (${tokens}) exceeds the maximum number of tokens allowed (${MAXIMUM_INPUT_TOKENS}).`,
  );
}
