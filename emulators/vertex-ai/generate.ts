import { createHash } from 'node:crypto';
import type { GenerateRequest } from './read-generate-request.ts';

/** A GenerateContentResponse as JSON; a stream is a list of them. */
export interface GenerateResponse {
  readonly candidates: readonly {
    readonly content: { readonly role: 'model'; readonly parts: readonly { readonly text: string }[] };
    readonly finishReason?: FinishReason;
  }[];
  readonly usageMetadata: Usage;
  readonly modelVersion: string;
  readonly createTime: string;
  readonly responseId: string;
}

type FinishReason = 'STOP' | 'MAX_TOKENS';

interface Usage {
  readonly promptTokenCount: number;
  readonly candidatesTokenCount: number;
  readonly totalTokenCount: number;
  readonly trafficType?: 'ON_DEMAND';
  readonly promptTokensDetails?: readonly { readonly modality: 'TEXT'; readonly tokenCount: number }[];
  readonly candidatesTokensDetails?: readonly { readonly modality: 'TEXT'; readonly tokenCount: number }[];
}

/** What Google gives as the average of its Gemini models: https://firebase.google.com/docs/ai-logic/count-tokens */
const CHARACTERS_PER_TOKEN = 4;
const PIECES = 6;
const MOST_WORDS = 24;

/**
 * Answers with a text that depends on the model and on every text of the request, and on nothing else.
 * @param now milliseconds since 1970, for `createTime`
 */
export function generate(model: string, request: GenerateRequest, now: number): GenerateResponse {
  const { text, finishReason, common } = compose(model, request, now);
  return {
    candidates: [{ content: contentOf(text), finishReason }],
    usageMetadata: withDetails(usageOf(request, text)),
    ...common,
  };
}

/** As `generate`, in the six pieces of a stream; fewer only when the text has fewer characters. */
export function generateStream(model: string, request: GenerateRequest, now: number): GenerateResponse[] {
  const { text, finishReason, common } = compose(model, request, now);
  const pieces = split(text);
  return pieces.map((piece, i) => {
    const content = contentOf(piece);
    const usage = usageOf(request, pieces.slice(0, i + 1).join(''));
    return i < pieces.length - 1
      ? { candidates: [{ content }], usageMetadata: usage, ...common }
      : { candidates: [{ content, finishReason }], usageMetadata: withDetails(usage), ...common };
  });
}

interface Composed {
  readonly text: string;
  readonly finishReason: FinishReason;
  readonly common: Pick<GenerateResponse, 'modelVersion' | 'createTime' | 'responseId'>;
}

function compose(model: string, request: GenerateRequest, now: number): Composed {
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([model, request]))
    .digest();
  const words = request.prompt.match(/[\p{L}\p{N}]+/gu) ?? [];
  const distinct = [...new Set(words.map((word) => word.toLowerCase()))].slice(0, MOST_WORDS);
  const list = distinct.length === 0 ? 'none' : distinct.join(', ');
  const text = `You wrote ${words.length} words. The first different ones are: ${list}. This answer depends on your request and on nothing else; its fingerprint is ${fingerprint.toString('hex', 0, 8)}.`;
  return {
    ...limit(text, request),
    common: {
      modelVersion: model,
      createTime: new Date(now).toISOString(),
      responseId: createHash('sha256')
        .update(fingerprint)
        .update(String(now))
        .digest('base64url')
        .slice(0, 22),
    },
  };
}

function limit(
  text: string,
  { stopSequences, maxOutputTokens }: GenerateRequest,
): { text: string; finishReason: FinishReason } {
  const stops = stopSequences.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
  const stopped = Array.from(text.slice(0, Math.min(text.length, ...stops)));
  const most = maxOutputTokens * CHARACTERS_PER_TOKEN;
  return {
    text: stopped.slice(0, most).join(''),
    finishReason: stopped.length > most ? 'MAX_TOKENS' : 'STOP',
  };
}

/** Pieces of nearly the same length in characters; one empty piece for an empty text. */
function split(text: string): string[] {
  const characters = Array.from(text);
  const count = Math.max(1, Math.min(PIECES, characters.length));
  const start = (piece: number): number => Math.floor((piece * characters.length) / count);
  return Array.from({ length: count }, (_piece, i) => characters.slice(start(i), start(i + 1)).join(''));
}

function contentOf(text: string): { role: 'model'; parts: { text: string }[] } {
  return { role: 'model', parts: [{ text }] };
}

function usageOf(request: GenerateRequest, answer: string): Usage {
  const promptTokenCount = countTokens(request.texts.join('\n'));
  const candidatesTokenCount = countTokens(answer);
  return {
    promptTokenCount,
    candidatesTokenCount,
    totalTokenCount: promptTokenCount + candidatesTokenCount,
  };
}

function withDetails(usage: Usage): Usage {
  return {
    ...usage,
    trafficType: 'ON_DEMAND',
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: usage.promptTokenCount }],
    candidatesTokensDetails: [{ modality: 'TEXT', tokenCount: usage.candidatesTokenCount }],
  };
}

function countTokens(text: string): number {
  return Math.ceil(Array.from(text).length / CHARACTERS_PER_TOKEN);
}
