import { isFiltered } from '../gemini/finish-reasons.ts';
import type { AnswerPart, Candidate, GenerateResponse } from '../gemini/generate.ts';

/** The fields of every answer and every chunk. */
interface Common {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly system_fingerprint: string;
}

/**
 * Builds a chat completion from the answer of a Gemini model. Thoughts count into the usage's total, not into the
 * completion's tokens.
 * Source: https://platform.openai.com/docs/api-reference/chat/object and, for the usage,
 * https://cloud.google.com/vertex-ai/generative-ai/docs/migrate/openai/overview
 * @param model as the request names it, with its publisher
 * @param thoughtTag the tag around thoughts; without one they are plain text before the answer
 */
export function toChatCompletion(response: GenerateResponse, model: string, thoughtTag?: string): object {
  return {
    ...commonOf(response, model),
    object: 'chat.completion',
    choices: response.candidates.map((candidate, index) => {
      const { parts = [] } = candidate.content;
      const calls = parts.flatMap(({ functionCall }) => functionCall ?? []);
      return {
        index,
        finish_reason: finishReasonOf(candidate, calls.length > 0),
        logprobs: logProbabilitiesOf(candidate),
        message: {
          role: 'assistant',
          content: calls.length > 0 ? null : parts.map((part) => textOf(part, thoughtTag)).join(''),
          ...(calls.length > 0 && {
            tool_calls: calls.map(({ name, args }, i) => ({
              id: callId(response, i, index),
              type: 'function',
              function: { name, arguments: JSON.stringify(args) },
            })),
          }),
          ...groundingOf(candidate),
        },
      };
    }),
    usage: usageOf(response),
  };
}

/**
 * Builds the chunks of a chat completion from a streamed answer. Function calls come as a name and pieces of their
 * arguments.
 * @param includesUsage true when a last chunk, without a choice, has the usage
 */
export function toChatChunks(
  responses: readonly GenerateResponse[],
  model: string,
  {
    includesUsage,
    thoughtTag,
  }: { readonly includesUsage: boolean; readonly thoughtTag?: string | undefined },
): object[] {
  const hasCalls = responses.some((response) => partsOf(response).some(({ functionCall }) => functionCall));
  const chunks = responses.flatMap((response) =>
    deltasOf(response, thoughtTag).map((delta, i, deltas) => ({
      ...commonOf(response, model),
      object: 'chat.completion.chunk',
      choices: [
        {
          index: 0,
          delta: {
            role: 'assistant',
            ...delta,
            ...(i === deltas.length - 1 && groundingOf(response.candidates[0])),
          },
          finish_reason: i === deltas.length - 1 ? finishReasonOf(response.candidates[0], hasCalls) : null,
          logprobs: logProbabilitiesOf(response.candidates[0]),
        },
      ],
    })),
  );
  const last = responses.at(-1);
  if (!includesUsage || !last) return chunks;
  const usage = {
    ...commonOf(last, model),
    object: 'chat.completion.chunk',
    choices: [],
    usage: usageOf(last),
  };
  return [...chunks, usage];
}

function deltasOf(response: GenerateResponse, thoughtTag: string | undefined): object[] {
  const parts = partsOf(response);
  const calls = parts.flatMap(({ functionCall }) => functionCall ?? []);
  if (calls.length === 0) return [{ content: parts.map((part) => textOf(part, thoughtTag)).join('') }];
  return calls.flatMap(({ name, args }, index) => {
    const text = JSON.stringify(args);
    const half = Math.ceil(text.length / 2);
    return [
      { index, id: callId(response, index), type: 'function', function: { name, arguments: '' } },
      { index, function: { arguments: text.slice(0, half) } },
      { index, function: { arguments: text.slice(half) } },
    ].map((call) => ({ tool_calls: [call] }));
  });
}

/**
 * Tells the pages that Google searched, which OpenAI has no place for, beside the signatures of thoughts. The documentation
 * does not say so; gateways in front of Gemini do.
 */
function groundingOf(candidate: Candidate | undefined): object {
  const grounding = candidate?.groundingMetadata;
  return grounding ? { extra_content: { google: { grounding_metadata: inSnakeCase(grounding) } } } : {};
}

function inSnakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inSnakeCase);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    inSnakeCase(member),
  ]);
  return Object.fromEntries(members);
}

function partsOf({ candidates: [candidate] }: GenerateResponse): readonly AnswerPart[] {
  return candidate?.content.parts ?? [];
}

function textOf({ text = '', thought }: AnswerPart, tag: string | undefined): string {
  return thought === true && tag !== undefined ? `<${tag}>${text}</${tag}>` : text;
}

function callId({ responseId }: GenerateResponse, index: number, candidate = 0): string {
  return `function-call-${responseId}-${candidate > 0 ? `${candidate}-` : ''}${index}`;
}

/**
 * Builds the log probabilities of a choice.
 * Source: https://platform.openai.com/docs/api-reference/chat/object#chat-object-choices-logprobs
 */
function logProbabilitiesOf(candidate: Candidate | undefined): object | null {
  if (candidate?.logprobsResult === undefined) return null;
  const { chosenCandidates, topCandidates } = candidate.logprobsResult;
  const toLikely = ({ token, logProbability }: (typeof chosenCandidates)[number]) => ({
    token,
    logprob: logProbability,
    bytes: [...Buffer.from(token)],
  });
  const content = chosenCandidates.map((chosen, step) => ({
    ...toLikely(chosen),
    top_logprobs: (topCandidates[step]?.candidates ?? []).map(toLikely),
  }));
  return { content, refusal: null };
}

function finishReasonOf(candidate: Candidate | undefined, hasCalls: boolean): string | null {
  if (candidate?.finishReason === undefined) return null;
  if (hasCalls) return 'tool_calls';
  if (isFiltered(candidate.finishReason)) return 'content_filter';
  return candidate.finishReason === 'MAX_TOKENS' ? 'length' : 'stop';
}

function commonOf({ responseId, createTime }: GenerateResponse, model: string): Common {
  return {
    id: responseId,
    created: Math.floor(Date.parse(createTime) / 1000),
    model,
    system_fingerprint: '',
  };
}

function usageOf({ usageMetadata: usage }: GenerateResponse): object {
  const { thoughtsTokenCount, cachedContentTokenCount, trafficType } = usage;
  return {
    prompt_tokens: usage.promptTokenCount,
    completion_tokens: usage.candidatesTokenCount,
    total_tokens: usage.totalTokenCount,
    ...(cachedContentTokenCount !== undefined && {
      prompt_tokens_details: { cached_tokens: cachedContentTokenCount },
    }),
    ...(thoughtsTokenCount !== undefined && {
      completion_tokens_details: { reasoning_tokens: thoughtsTokenCount },
    }),
    extra_properties: { google: { traffic_type: trafficType } },
  };
}
