import { checkLabels } from '../check-labels.ts';
import { type Countable, countTokens } from '../count-tokens.ts';
import { GoogleError } from '../google-error.ts';
import type { PromptFile } from './read-contents.ts';
import { readGenerationConfig } from './read-generation-config.ts';
import type { Json } from '../read-message.ts';
import { readPrompt } from './read-prompt.ts';
import type { Tools } from './read-tools.ts';
import { refuseOthers } from '../refusals.ts';

/** What the emulated model makes its answer from. */
export interface GenerateRequest {
  /** Text of the system instruction, of every turn and of the declared functions, in order. */
  readonly texts: readonly string[];
  /** Text of the last turn. */
  readonly prompt: string;
  readonly maxOutputTokens: number;
  readonly stopSequences: readonly string[];
  /** What is sent along or referred to. */
  readonly files?: readonly PromptFile[];
  /** What the model may call; nothing when left out. */
  readonly tools?: Tools;
  /** The last turn is what a function gave: the model answers with text. */
  readonly answersFunction?: boolean;
  /** The answer is JSON of this schema; any JSON when the schema is undefined. */
  readonly json?: { readonly schema: unknown };
  /** The most tokens that the model may think; it does not think when left out. */
  readonly thinkingBudget?: number;
  readonly includesThoughts?: boolean;
  /** What comes from a context cache, before everything else. */
  readonly cached?: CachedPrompt;
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
]);
/** Of both models: https://cloud.google.com/vertex-ai/generative-ai/docs/models/gemini/2-5-flash */
const MAXIMUM_INPUT_TOKENS = 1_048_576;

/**
 * Takes what the emulated model needs from a GenerateContentRequest that has been read as a message.
 * @param cached the prompt of the context cache that the request names
 * @throws GoogleError INVALID_ARGUMENT as Vertex AI says it; UNIMPLEMENTED for what this emulator does not do
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
