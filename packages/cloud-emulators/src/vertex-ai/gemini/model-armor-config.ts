import { sampleTemplates } from '../../model-armor/sample-templates.ts';
import { matches } from '../../model-armor/screen-text.ts';
import { GoogleError } from '../google-error.ts';
import type { Json } from '../read-message.ts';
import type { GenerateResponse } from './generate.ts';
import type { GenerateRequest } from './read-generate-request.ts';

/** An answer to a prompt that was blocked: it has no candidates. */
interface BlockedResponse extends Omit<GenerateResponse, 'candidates'> {
  readonly promptFeedback: { readonly blockReason: 'MODEL_ARMOR'; readonly blockReasonMessage: string };
}

/** The screening of one call. */
interface Screen {
  /** Returns the answer, or what stands for it when the prompt or the answer is blocked. */
  answer(request: GenerateRequest, response: GenerateResponse): GenerateResponse | BlockedResponse;
}

type IsBlocked = (text: string) => boolean;

/**
 * Finds the screening that a request asks Model Armor for.
 * Source: https://cloud.google.com/security-command-center/docs/model-armor-vertex-integration
 * @throws GoogleError NOT_FOUND for a template that doesn't exist, INVALID_ARGUMENT for one of another location.
 */
export function findScreen(config: Json | undefined, location: string | undefined): Screen {
  const blocksPrompt = findTemplate(config?.promptTemplateName, location);
  const blocksAnswer = findTemplate(config?.responseTemplateName, location);
  return {
    answer: (request, response) => {
      if (blocksPrompt(request.texts.join('\n'))) return blockedPrompt(response);
      const texts = response.candidates.flatMap(({ content }) => content.parts ?? []).map(({ text }) => text);
      return blocksAnswer(texts.join('')) ? blockedAnswer(response) : response;
    },
  };
}

function findTemplate(name: unknown, location: string | undefined): IsBlocked {
  if (typeof name !== 'string' || name === '') return () => false;
  const template = sampleTemplates.find((one) => one.name === name);
  if (!template) throw new GoogleError('NOT_FOUND', `Resource '${name}' was not found.`);
  if (!name.includes(`/locations/${location ?? ''}/`))
    throw new GoogleError('INVALID_ARGUMENT', 'The Model Armor template is in another location.');
  return (text) => template.filters.some((filter) => matches(filter, text));
}

function blockedPrompt({
  usageMetadata: { promptTokenCount },
  modelVersion,
  createTime,
  responseId,
}: GenerateResponse): BlockedResponse {
  return {
    promptFeedback: {
      blockReason: 'MODEL_ARMOR',
      blockReasonMessage: 'The prompt violated filters of the Model Armor template.',
    },
    usageMetadata: { promptTokenCount, candidatesTokenCount: 0, totalTokenCount: promptTokenCount },
    modelVersion,
    createTime,
    responseId,
  };
}

function blockedAnswer(response: GenerateResponse): GenerateResponse {
  return { ...response, candidates: [{ content: {}, finishReason: 'MODEL_ARMOR' }] };
}
