import { createHash } from 'node:crypto';
import { CHARACTERS_PER_TOKEN } from '../count-tokens.ts';
import { exampleOfSchema } from '../example-of-schema.ts';
import type { GenerateRequest } from './read-generate-request.ts';
import { wordsOf } from '../characters.ts';
import { type Usage, usageOf, withDetails } from './usage.ts';

/** A GenerateContentResponse as JSON; a stream is a list of them. */
export interface GenerateResponse {
  readonly candidates: readonly {
    readonly content: { readonly role: 'model'; readonly parts: readonly AnswerPart[] };
    readonly finishReason?: FinishReason;
  }[];
  readonly usageMetadata: Usage;
  readonly modelVersion: string;
  readonly createTime: string;
  readonly responseId: string;
}

/** A part of an answer: text, a thought or a function call. */
export interface AnswerPart {
  readonly text?: string;
  readonly thought?: true;
  readonly functionCall?: FunctionCall;
}

interface FunctionCall {
  readonly name: string;
  readonly args: unknown;
}

type FinishReason = 'STOP' | 'MAX_TOKENS';

const PIECES = 6;
const MOST_WORDS = 24;

/**
 * Answers a request. The answer depends only on the model and on every text and file of the request.
 * @param now milliseconds since 1970, for `createTime`
 */
export function generate(model: string, request: GenerateRequest, now: number): GenerateResponse {
  const { parts, finishReason, common } = compose(model, request, now);
  return {
    candidates: [{ content: { role: 'model', parts }, finishReason }],
    usageMetadata: withDetails(request, usageOf(request, parts)),
    ...common,
  };
}

/**
 * Answers a request in pieces: a thought, and then six pieces of text (fewer when it has fewer characters), or the
 * function calls with an empty text after them.
 * @param now milliseconds since 1970, for `createTime`
 */
export function generateStream(model: string, request: GenerateRequest, now: number): GenerateResponse[] {
  const { parts, finishReason, common } = compose(model, request, now);
  const pieces = parts.flatMap((part): AnswerPart[][] => {
    if (part.functionCall) return [];
    return part.thought ? [[part]] : split(part.text ?? '').map((text) => [{ text }]);
  });
  const calls = parts.filter(({ functionCall }) => functionCall !== undefined);
  const chunks = calls.length === 0 ? pieces : [...pieces, calls, [{ text: '' }]];
  return chunks.map((chunk, i) => {
    const content = { role: 'model', parts: chunk } as const;
    const usage = usageOf(request, chunks.slice(0, i + 1).flat());
    return i < chunks.length - 1
      ? { candidates: [{ content }], usageMetadata: usage, ...common }
      : {
          candidates: [{ content, finishReason }],
          usageMetadata: withDetails(request, usage),
          ...common,
        };
  });
}

interface Composed {
  readonly parts: readonly AnswerPart[];
  readonly finishReason: FinishReason;
  readonly common: Pick<GenerateResponse, 'modelVersion' | 'createTime' | 'responseId'>;
}

function compose(model: string, request: GenerateRequest, now: number): Composed {
  const { texts, files = [], cached } = request;
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([model, cached?.texts ?? [], texts, files]))
    .digest();
  const calls = callsOf(request);
  const { text, finishReason } = limit(textOf(request, fingerprint.toString('hex', 0, 8)), request);
  const thought = { text: 'The answer follows from the words of the request.', thought: true } as const;
  return {
    parts: [
      ...(request.includesThoughts ? [thought] : []),
      ...(calls.length === 0 ? [{ text }] : calls.map((functionCall) => ({ functionCall }))),
    ],
    finishReason: calls.length === 0 ? finishReason : 'STOP',
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

/** Chooses the functions to call: those whose names occur in the prompt, or the first one when a call is demanded. */
function callsOf({ tools, prompt, answersFunction }: GenerateRequest): FunctionCall[] {
  if (!tools || answersFunction) return [];
  const words = new Set(prompt.match(/[A-Za-z0-9_.:-]+/g)?.map((word) => word.replace(/[.:-]+$/, '')));
  const named = tools.functions.filter(({ name }) => words.has(name));
  const called = named.length === 0 && tools.mode === 'ANY' ? tools.functions.slice(0, 1) : named;
  return called.map(({ name, parameters }) => ({
    name,
    args: parameters === undefined ? {} : exampleOfSchema(parameters),
  }));
}

function textOf({ prompt, json }: GenerateRequest, fingerprint: string): string {
  const words = wordsOf(prompt);
  const distinct = [...new Set(words.map((word) => word.toLowerCase()))].slice(0, MOST_WORDS);
  if (json) {
    return JSON.stringify(
      json.schema === undefined ? { words: distinct, fingerprint } : exampleOfSchema(json.schema),
    );
  }
  const list = distinct.length === 0 ? 'none' : distinct.join(', ');
  return `You wrote ${words.length} words. The first different ones are: ${list}. This answer depends on your request and on nothing else; its fingerprint is ${fingerprint}.`;
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

/** Splits a text into pieces of nearly the same length in characters; an empty text gives one empty piece. */
function split(text: string): string[] {
  const characters = Array.from(text);
  const count = Math.max(1, Math.min(PIECES, characters.length));
  const start = (piece: number): number => Math.floor((piece * characters.length) / count);
  return Array.from({ length: count }, (_piece, i) => characters.slice(start(i), start(i + 1)).join(''));
}
