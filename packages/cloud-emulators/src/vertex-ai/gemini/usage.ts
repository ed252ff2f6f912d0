import { wordsOf } from '../characters.ts';
import { countByModality, countTokens, type ModalityTokens, totalOf } from '../count-tokens.ts';
import { countToolTokens } from './google-tools.ts';
import type { AnswerPart } from './generate.ts';
import type { TrafficType } from './traffic-type.ts';
import { TOKENS_PER_IMAGE } from './make-image.ts';
import type { GenerateRequest } from './read-generate-request.ts';

/**
 * The usage metadata of an answer.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse#usagemetadata
 */
export interface Usage {
  readonly promptTokenCount: number;
  readonly candidatesTokenCount: number;
  readonly totalTokenCount: number;
  readonly thoughtsTokenCount?: number;
  readonly cachedContentTokenCount?: number;
  readonly toolUsePromptTokenCount?: number;
  readonly trafficType?: TrafficType;
  readonly promptTokensDetails?: readonly ModalityTokens[];
  readonly cacheTokensDetails?: readonly ModalityTokens[];
  readonly candidatesTokensDetails?: readonly ModalityTokens[];
  readonly toolUsePromptTokensDetails?: readonly ModalityTokens[];
}

/** The tokens of a thought: a fixed number, and a number for each word of the prompt. */
const THOUGHT = { tokens: 16, tokensPerWord: 2 };

/**
 * Computes the usage. Cached tokens count into the prompt. Pages that a tool fetched and thoughts
 * count into the total; the summary of thoughts does not count.
 */
export function usageOf(request: GenerateRequest, answer: readonly AnswerPart[]): Usage {
  const { cached, thinkingBudget, tools } = request;
  const cachedContentTokenCount = cached ? totalOf(countByModality(cached)) : 0;
  const promptTokenCount = totalOf(countByModality(request)) + cachedContentTokenCount;
  const toolUsePromptTokenCount = countToolTokens(tools?.googleTools ?? [], request.prompt);
  const candidatesTokenCount = countTokens(answer.map(countedText).join('')) + imageTokensOf(answer);
  const thinks = THOUGHT.tokens + THOUGHT.tokensPerWord * wordsOf(request.prompt).length;
  const thoughtsTokenCount = thinkingBudget === undefined ? 0 : Math.min(thinkingBudget, thinks);
  return {
    promptTokenCount,
    candidatesTokenCount,
    totalTokenCount: promptTokenCount + toolUsePromptTokenCount + candidatesTokenCount + thoughtsTokenCount,
    ...(toolUsePromptTokenCount > 0 && { toolUsePromptTokenCount }),
    ...(thinkingBudget !== undefined && { thoughtsTokenCount }),
    ...(cached && { cachedContentTokenCount }),
  };
}

function imageTokensOf(answer: readonly AnswerPart[]): number {
  return answer.filter(({ inlineData }) => inlineData).length * TOKENS_PER_IMAGE;
}

function countedText(part: AnswerPart): string {
  const { text = '', thought } = part;
  const other = part.functionCall ?? part.executableCode ?? part.codeExecutionResult;
  if (other) return JSON.stringify(other);
  return thought ? '' : text;
}

/** Computes the usage with the details that a whole answer and the last chunk of a stream have. */
export function detailedUsageOf(request: GenerateRequest, answer: readonly AnswerPart[]): Usage {
  const usage = usageOf(request, answer);
  const images = imageTokensOf(answer);
  const own = countByModality(request);
  const cached = request.cached ? countByModality(request.cached) : [];
  return {
    ...usage,
    trafficType: request.trafficType ?? 'ON_DEMAND',
    promptTokensDetails: addUp([...own, ...cached]),
    ...(request.cached && { cacheTokensDetails: cached }),
    candidatesTokensDetails: [
      { modality: 'TEXT', tokenCount: usage.candidatesTokenCount - images },
      ...(images > 0 ? [{ modality: 'IMAGE' as const, tokenCount: images }] : []),
    ],
    ...(usage.toolUsePromptTokenCount !== undefined && {
      toolUsePromptTokensDetails: [{ modality: 'TEXT', tokenCount: usage.toolUsePromptTokenCount }],
    }),
  };
}

function addUp(details: readonly ModalityTokens[]): ModalityTokens[] {
  const modalities = [...new Set(details.map(({ modality }) => modality))];
  return modalities.map((modality) => ({
    modality,
    tokenCount: totalOf(details.filter((detail) => detail.modality === modality)),
  }));
}
