import { makesImages } from './make-image.ts';
import type { GenerateRequest } from './read-generate-request.ts';
import { MOST_LOG_PROBABILITIES } from './log-probabilities.ts';
import type { Json } from '../read-message.ts';
import { refuseOthers, unable, unsupported } from '../refusals.ts';

/** The limit of both models: https://cloud.google.com/vertex-ai/generative-ai/docs/models/gemini/2-5-flash */
const MAXIMUM_OUTPUT_TOKENS = 65_535;
/**
 * The smallest and the largest thinking budget of each model.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/thinking
 */
const THINKING_BUDGETS: Readonly<Record<string, readonly [number, number]>> = {
  'gemini-3.5-flash': [1, 24_576],
  'gemini-3.1-pro-preview': [128, 32_768],
};
/**
 * The tokens that a level of thinking takes at most; a level of none is answered without thoughts. Gemini 3 takes the older
 * budgets, too, but not both.
 * Source: https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/thinking
 */
const LEVEL_TOKENS: Readonly<Record<string, number>> = { MINIMAL: 0, LOW: 1024, MEDIUM: 8192, HIGH: 24_576 };
/**
 * The level at which a model thinks unless the call says another. A model that is not listed does not think by itself.
 * Source: https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/thinking
 */
const DEFAULT_LEVELS: Readonly<Record<string, string>> = {
  'gemini-3.8-flash': 'MEDIUM',
  'gemini-3.5-flash': 'MEDIUM',
  'gemini-3.5-flash-lite': 'MINIMAL',
  'gemini-3-flash-preview': 'HIGH',
  'gemini-3.1-pro-preview': 'HIGH',
};
/**
 * The models that never go without thinking.
 * Source: https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/guides/gemini-3-8-flash
 */
const ALWAYS_THINKING: ReadonlySet<string> = new Set(['gemini-3.1-pro-preview', 'gemini-3.8-flash']);
/** The limit of candidates: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference#generationconfig */
const MOST_CANDIDATES = 8;
const DYNAMIC_BUDGET = -1;
const ASPECT_RATIOS = new Set(['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9']);
const IMAGE_SIZES = new Set(['1K', '2K', '4K']);
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
  'responseLogprobs',
  'logprobs',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
  'responseModalities',
  'imageConfig',
]);
/** The parts of a request that its `generationConfig` decides; undefined means the same as in `GenerateRequest`. */
export type GenerationConfig = Pick<
  GenerateRequest,
  | 'maxOutputTokens'
  | 'stopSequences'
  | 'candidateCount'
  | 'logProbabilities'
  | 'modalities'
  | 'json'
  | 'thinkingBudget'
  | 'includesThoughts'
>;

/**
 * Reads a GenerationConfig that has been read as a message.
 * @throws GoogleError INVALID_ARGUMENT in Vertex AI's words; UNIMPLEMENTED for features that this emulator does not
 * support
 */
export function readGenerationConfig(model: string, config: Json): GenerationConfig {
  refuseOthers(config, SUPPORTED_CONFIG, 'generationConfig.');
  checkRange(config, 'temperature', 0, 2.0001);
  checkRange(config, 'topP', 0, 1.0001);
  checkRange(config, 'maxOutputTokens', 1, MAXIMUM_OUTPUT_TOKENS + 1);
  checkRange(config, 'candidateCount', 1, MOST_CANDIDATES + 1);
  const json = readJsonMode(config);
  return {
    maxOutputTokens: Number(config.maxOutputTokens ?? MAXIMUM_OUTPUT_TOKENS),
    stopSequences: (config.stopSequences ?? []) as readonly string[],
    candidateCount: Number(config.candidateCount ?? 1),
    ...readModalities(model, config),
    ...readLogProbabilities(config),
    ...(json && { json }),
    ...readThinking(model, (config.thinkingConfig ?? {}) as Json),
  };
}

/**
 * Reads the forms of the answer. Models of images answer with text and images unless they are asked for less.
 * Source: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/image-generation
 */
function readModalities(model: string, config: Json): Pick<GenerateRequest, 'modalities'> {
  const asked = ((config.responseModalities ?? []) as readonly unknown[]).map((one) =>
    String(one).toUpperCase(),
  );
  if (asked.some((one) => one !== 'TEXT' && one !== 'IMAGE')) {
    throw unsupported('generationConfig.responseModalities other than TEXT and IMAGE');
  }
  if (!makesImages(model)) {
    if (asked.includes('IMAGE')) throw unable('the model does not support the response modality IMAGE.');
    if (config.imageConfig !== undefined) throw unable('the model does not support imageConfig.');
    return {};
  }
  checkImageConfig((config.imageConfig ?? {}) as Json);
  if (asked.length === 0 || (asked.includes('TEXT') && asked.includes('IMAGE')))
    return { modalities: 'TEXT+IMAGE' };
  return { modalities: asked.includes('IMAGE') ? 'IMAGE' : 'TEXT' };
}

/**
 * Checks the form of images, which has no effect here. The words are our own.
 * Source: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/GenerationConfig#ImageConfig
 */
function checkImageConfig({ aspectRatio, imageSize, imageOutputOptions }: Json): void {
  if (aspectRatio !== undefined && !ASPECT_RATIOS.has(aspectRatio as string))
    throw unable(`the aspect ratio is not one of ${[...ASPECT_RATIOS].join(', ')}.`);
  if (imageSize !== undefined && !IMAGE_SIZES.has(imageSize as string))
    throw unable(`the image size is not one of ${[...IMAGE_SIZES].join(', ')}.`);
  const { mimeType = 'image/png' } = (imageOutputOptions ?? {}) as Json;
  if (mimeType !== 'image/png') throw unsupported('images other than PNG');
}

function readLogProbabilities(config: Json): Pick<GenerateRequest, 'logProbabilities'> {
  checkRange(config, 'logprobs', 1, MOST_LOG_PROBABILITIES + 1);
  if (config.responseLogprobs === true) return { logProbabilities: Number(config.logprobs ?? 0) };
  if (config.logprobs === undefined) return {};
  throw unable('logprobs may only be set when responseLogprobs is true.');
}

/**
 * Reads the JSON mode.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/control-generated-output
 */
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

function readThinkingLevel(
  model: string,
  level: string,
  { includeThoughts }: Json,
): Pick<GenerateRequest, 'thinkingBudget' | 'includesThoughts'> {
  const tokens = LEVEL_TOKENS[level];
  if (tokens === undefined || (tokens === 0 && ALWAYS_THINKING.has(model))) {
    throw unable(`thinking_level ${level} is not supported by the model.`);
  }
  return tokens === 0 ? {} : { thinkingBudget: tokens, includesThoughts: includeThoughts === true };
}

function readThinking(
  model: string,
  config: Json,
): Pick<GenerateRequest, 'thinkingBudget' | 'includesThoughts'> {
  const known = new Set(['thinkingBudget', 'thinkingLevel', 'includeThoughts']);
  refuseOthers(config, known, 'generationConfig.thinkingConfig.');
  const { thinkingLevel } = config;
  if (thinkingLevel !== undefined && thinkingLevel !== 'THINKING_LEVEL_UNSPECIFIED') {
    if (config.thinkingBudget !== undefined) {
      throw unable('only one of thinking_budget and thinking_level may be set.');
    }
    return readThinkingLevel(model, thinkingLevel as string, config);
  }
  if (config.thinkingBudget === undefined) {
    const level = DEFAULT_LEVELS[model];
    return level === undefined ? {} : readThinkingLevel(model, level, config);
  }
  const [least, most] = THINKING_BUDGETS[model] ?? [1, 24_576];
  const budget = Number(config.thinkingBudget);
  if (budget === 0) {
    if (least === 1) return {};
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

function checkRange(config: Json, name: string, least: number, below: number): void {
  if (config[name] === undefined) return;
  const value = Number(config[name]);
  if (value >= least && value < below) return;
  throw unable(
    `it has a ${name} value of ${value} but the supported range is from ${least} (inclusive) to ${below} (exclusive). Update the value and try again.`,
  );
}
