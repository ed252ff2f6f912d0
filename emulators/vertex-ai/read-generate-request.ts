import type { Countable } from './count-tokens.ts';
import { badRequest, GoogleError } from './google-error.ts';
import { type PromptFile, readContent, readContents, type Turn } from './read-contents.ts';
import type { Json } from './read-message.ts';
import { type FunctionDeclaration, readTools, type Tools } from './read-tools.ts';
import { refuseOthers, unable, unsupported } from './refusals.ts';

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

/** The limit of both models: https://cloud.google.com/vertex-ai/generative-ai/docs/models/gemini/2-5-flash */
const MAXIMUM_OUTPUT_TOKENS = 65_535;
/** Least and most; source: https://cloud.google.com/vertex-ai/generative-ai/docs/thinking */
const THINKING_BUDGETS: Readonly<Record<string, readonly [number, number]>> = {
  'gemini-2.5-flash': [1, 24_576],
  'gemini-2.5-pro': [128, 32_768],
};
const DYNAMIC_BUDGET = -1;
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
const SUPPORTED_CONFIG = new Set([
  'temperature',
  'topP',
  'topK',
  'seed',
  'presencePenalty',
  'frequencyPenalty',
  'thinkingConfig',
  'maxOutputTokens',
  'stopSequences',
  'candidateCount',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
  'responseModalities',
]);
/** Source: https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/add-labels-to-api-calls */
const LABEL_KEY = /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u;
const LABEL_VALUE = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;
const MAXIMUM_LABELS = 64;

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
  checkLabels((message.labels ?? {}) as Record<string, string>);
  const config = (message.generationConfig ?? {}) as Json;
  return {
    ...prompt,
    ...readConfig(model, config),
    tools: cached?.tools ?? prompt.tools,
    ...(cached && { cached }),
  };
}

/** A prompt as `countTokens`, `cachedContents` and `generateContent` have it. */
export interface Prompt {
  readonly texts: readonly string[];
  readonly prompt: string;
  readonly files: readonly PromptFile[];
  readonly tools: Tools;
  readonly answersFunction: boolean;
}

/** Reads `contents`, `systemInstruction`, `tools` and `toolConfig`; a cache may be without contents. */
export function readPrompt(message: Json, { contentsRequired = true } = {}): Prompt {
  const contents = (message.contents ?? []) as readonly Json[];
  const turns = contents.length === 0 && !contentsRequired ? [] : readContents(contents);
  const instruction = message.systemInstruction as Json | undefined;
  const instructions = instruction ? [readContent(instruction)] : [];
  if (instructions.some(({ files }) => files.length > 0)) {
    throw unable('it has a system instruction that is not text.');
  }
  const tools = readTools((message.tools ?? []) as readonly Json[], (message.toolConfig ?? {}) as Json);
  const all: readonly Turn[] = [...instructions, ...turns];
  return {
    texts: [...all.map(({ text }) => text), ...textsOf(tools.functions)],
    prompt: turns.at(-1)?.text ?? '',
    files: all.flatMap(({ files }) => files),
    tools,
    answersFunction: (turns.at(-1)?.functionResponses ?? 0) > 0,
  };
}

function textsOf(functions: readonly FunctionDeclaration[]): string[] {
  return functions.length === 0 ? [] : [JSON.stringify(functions)];
}

type ReadConfig = Pick<
  GenerateRequest,
  'maxOutputTokens' | 'stopSequences' | 'json' | 'thinkingBudget' | 'includesThoughts'
>;

function readConfig(model: string, config: Json): ReadConfig {
  refuseOthers(config, SUPPORTED_CONFIG, 'generationConfig.');
  if (Number(config.candidateCount ?? 1) !== 1) throw unsupported('more than one candidate');
  const modalities = (config.responseModalities ?? []) as readonly unknown[];
  if (modalities.some((modality) => String(modality).toUpperCase() !== 'TEXT')) {
    throw unsupported('generationConfig.responseModalities other than TEXT');
  }
  checkRange(config, 'temperature', 0, 2.0001);
  checkRange(config, 'topP', 0, 1.0001);
  checkRange(config, 'maxOutputTokens', 1, MAXIMUM_OUTPUT_TOKENS + 1);
  const json = readJsonMode(config);
  return {
    maxOutputTokens: Number(config.maxOutputTokens ?? MAXIMUM_OUTPUT_TOKENS),
    stopSequences: (config.stopSequences ?? []) as readonly string[],
    ...(json && { json }),
    ...readThinking(model, (config.thinkingConfig ?? {}) as Json),
  };
}

/** Source: https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/control-generated-output */
function readJsonMode(config: Json): GenerateRequest['json'] {
  const { responseSchema, responseJsonSchema } = config;
  const mimeType = config.responseMimeType ?? 'text/plain';
  const hasSchema = responseSchema !== undefined || responseJsonSchema !== undefined;
  if (mimeType === 'application/json') {
    if (responseSchema !== undefined && responseJsonSchema !== undefined) {
      throw unable('it has both responseSchema and responseJsonSchema. Set one of them.');
    }
    return { schema: responseSchema ?? responseJsonSchema };
  }
  if (mimeType !== 'text/plain') {
    throw unsupported('generationConfig.responseMimeType other than text/plain and application/json');
  }
  if (hasSchema) {
    throw unable(
      "controlled generation of a schema is only supported with responseMimeType 'application/json'.",
    );
  }
  return undefined;
}

function readThinking(
  model: string,
  config: Json,
): Pick<GenerateRequest, 'thinkingBudget' | 'includesThoughts'> {
  refuseOthers(config, new Set(['thinkingBudget', 'includeThoughts']), 'generationConfig.thinkingConfig.');
  const [least, most] = THINKING_BUDGETS[model] ?? [1, 24_576];
  const budget = Number(config.thinkingBudget ?? 0);
  if (budget === 0) {
    if (config.thinkingBudget === undefined || least === 1) return {};
    throw unable('the model does not support setting thinking_budget to 0.');
  }
  if (budget !== DYNAMIC_BUDGET && (budget < least || budget > most)) {
    throw unable(`thinking_budget is out of range; supported values are integers from ${least} to ${most}.`);
  }
  return {
    thinkingBudget: budget === DYNAMIC_BUDGET ? most : budget,
    includesThoughts: config.includeThoughts === true,
  };
}

/** Throws GoogleError INVALID_ARGUMENT for labels that Google Cloud does not take. */
export function checkLabels(labels: Readonly<Record<string, string>>): void {
  const entries = Object.entries(labels);
  const wrong = entries.some(([key, value]) => !LABEL_KEY.test(key) || !LABEL_VALUE.test(value));
  if (!wrong && entries.length <= MAXIMUM_LABELS) return;
  const description = wrong
    ? 'Labels can have lowercase letters, digits, underscores and dashes, at most 63 of them; a key starts with a letter.'
    : `There can be at most ${MAXIMUM_LABELS} labels.`;
  throw badRequest([{ field: 'labels', description }]);
}

function checkRange(config: Json, name: string, least: number, below: number): void {
  if (config[name] === undefined) return;
  const value = Number(config[name]);
  if (value >= least && value < below) return;
  throw unable(
    `it has a ${name} value of ${value} but the supported range is from ${least} (inclusive) to ${below} (exclusive). Update the value and try again.`,
  );
}
