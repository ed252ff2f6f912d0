import { createHash } from 'node:crypto';
import { CHARACTERS_PER_TOKEN } from '../count-tokens.ts';
import { type AskedTool, findAskedTools } from '../asked-tools.ts';
import { exampleOfSchema } from '../example-of-schema.ts';
import { type FinishReason, findAskedReason } from './finish-reasons.ts';
import { describeTools, runCode, type ToolMetadata } from './google-tools.ts';
import { jsonInWords } from '../json-in-words.ts';
import { type LogProbabilities, logProbabilitiesOf } from './log-probabilities.ts';
import { type InlineImage, makeImage } from './make-image.ts';
import type { GenerateRequest } from './read-generate-request.ts';
import type { FunctionDeclaration } from './read-tools.ts';
import { unable } from '../refusals.ts';
import { textSignatureOf, thoughtSignatureOf } from './thought-signatures.ts';
import { wordsOf } from '../characters.ts';
import { detailedUsageOf, type Usage, usageOf } from './usage.ts';

/** A GenerateContentResponse as JSON; a stream is a list of them. */
export interface GenerateResponse {
  readonly candidates: readonly Candidate[];
  readonly usageMetadata: Usage;
  readonly modelVersion: string;
  readonly createTime: string;
  readonly responseId: string;
}

/** One answer of a response. */
export interface Candidate extends ToolMetadata, Partial<LogProbabilities> {
  /** The position among the candidates, which is left out when it is 0. */
  readonly index?: number;
  /** Empty when the model stopped without an answer. */
  readonly content: { readonly role?: 'model'; readonly parts?: readonly AnswerPart[] };
  readonly finishReason?: FinishReason;
}

/** A part of an answer: text, a thought, a function call, an image, or code that Google ran. */
export interface AnswerPart {
  readonly text?: string;
  readonly thought?: true;
  readonly functionCall?: FunctionCall;
  readonly inlineData?: InlineImage;
  /** Signature of the thoughts that led to the part; it must come back with it. */
  readonly thoughtSignature?: string;
  readonly executableCode?: { readonly language: 'PYTHON'; readonly code: string };
  readonly codeExecutionResult?: { readonly outcome: 'OUTCOME_OK'; readonly output: string };
}

interface FunctionCall {
  readonly name: string;
  readonly args: unknown;
}

const PIECES = 6;
const MOST_WORDS = 24;

/**
 * Answers a request. The answer depends only on the model and on every text and file of the request.
 * @param now milliseconds since 1970, for `createTime`
 */
export function generate(model: string, request: GenerateRequest, now: number): GenerateResponse {
  const composed = Array.from({ length: request.candidateCount ?? 1 }, (_candidate, index) =>
    compose(model, request, index),
  );
  return {
    candidates: composed.map(({ parts, finishReason, metadata }, index) => ({
      ...(index > 0 && { index }),
      content: contentOf(parts),
      finishReason,
      ...logProbabilitiesOfParts(request, parts),
      ...metadata,
    })),
    usageMetadata: detailedUsageOf(
      request,
      composed.flatMap(({ parts }) => parts),
    ),
    ...commonOf(model, request, now),
  };
}

/**
 * Answers a request in pieces: a thought, and then six pieces of text (fewer when it has fewer characters), or the
 * function calls with an empty text after them. Code that Google ran and its result are pieces of their own.
 * @param now milliseconds since 1970, for `createTime`
 * @throws GoogleError INVALID_ARGUMENT when more than one candidate is asked for
 */
export function generateStream(model: string, request: GenerateRequest, now: number): GenerateResponse[] {
  // Source: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference#generationconfig
  if ((request.candidateCount ?? 1) > 1) throw unable('a stream has one candidate, not several.');
  const { parts, finishReason, metadata } = compose(model, request, 0);
  const common = commonOf(model, request, now);
  const pieces = parts.flatMap((part): AnswerPart[][] => {
    if (part.functionCall) return [];
    if (part.thought || part.text === undefined) return [[part]];
    const { text, thoughtSignature } = part;
    // The last piece of a text is signed for the whole.
    return split(text).map((piece, i, all) => [
      { text: piece, ...(thoughtSignature !== undefined && i === all.length - 1 && { thoughtSignature }) },
    ]);
  });
  const calls = parts.filter(({ functionCall }) => functionCall !== undefined);
  const withCalls = calls.length === 0 ? pieces : [...pieces, calls, [{ text: '' }]];
  const chunks = withCalls.length === 0 ? [[]] : withCalls;
  return chunks.map((chunk, i) => {
    const candidate: Candidate = {
      content: contentOf(chunk),
      ...logProbabilitiesOfParts(request, chunk),
    };
    const sent = chunks.slice(0, i + 1).flat();
    return i < chunks.length - 1
      ? { candidates: [candidate], usageMetadata: usageOf(request, sent), ...common }
      : {
          candidates: [{ ...candidate, finishReason, ...metadata }],
          usageMetadata: detailedUsageOf(request, sent),
          ...common,
        };
  });
}

function contentOf(parts: readonly AnswerPart[]): Candidate['content'] {
  return parts.length === 0 ? {} : { role: 'model', parts };
}

function logProbabilitiesOfParts(
  { logProbabilities }: GenerateRequest,
  parts: readonly AnswerPart[],
): Partial<LogProbabilities> {
  if (logProbabilities === undefined) return {};
  const texts = parts.flatMap(({ text, thought }) => (thought ? [] : (text ?? [])));
  return logProbabilitiesOf(texts.join(''), logProbabilities);
}

interface Composed {
  readonly parts: readonly AnswerPart[];
  readonly finishReason: FinishReason;
  readonly metadata: ToolMetadata;
}

/** Composes one of the candidates. */
function compose(model: string, request: GenerateRequest, index: number): Composed {
  const { prompt, tools, lastText = prompt } = request;
  const asked = findAskedReason(lastText);
  if (asked) return { parts: [], finishReason: asked, metadata: {} };
  const thought = { text: 'The answer follows from the words of the request.', thought: true } as const;
  const thoughts = request.includesThoughts ? [thought] : [];
  const calls = callsOf(request);
  const signs = model.startsWith('gemini-3');
  if (calls.length > 0) {
    // Only the first of parallel calls is signed.
    const parts = [
      ...thoughts,
      ...calls.map((functionCall, at) => ({
        functionCall,
        ...(signs && at === 0 && { thoughtSignature: thoughtSignatureOf(functionCall.name) }),
      })),
    ];
    return { parts, finishReason: 'STOP', metadata: {} };
  }
  const googleTools = tools?.googleTools ?? [];
  const fingerprint = fingerprintOf(model, request, index).toString('hex', 0, 8);
  const { text, finishReason } = limit(textOf(request, fingerprint), request);
  const before = [...thoughts, ...runCode(googleTools, prompt)];
  const image = { inlineData: makeImage(fingerprintOf(model, request, index)) };
  const thinks = signs && request.thinkingBudget !== undefined && text !== '';
  const said = { text, ...(thinks && { thoughtSignature: textSignatureOf(text) }) };
  const parts = { TEXT: [said], 'TEXT+IMAGE': [said, image], IMAGE: [image] };
  return {
    parts: [...before, ...parts[request.modalities ?? 'TEXT']],
    finishReason,
    metadata: describeTools(googleTools, { prompt, text, partIndex: before.length }),
  };
}

/** Hashes the model and every text and file of a request, and the position of a candidate after the first. */
function fingerprintOf(model: string, { texts, files = [], cached }: GenerateRequest, index: number): Buffer {
  const all = [model, cached?.texts ?? [], texts, files, ...(index > 0 ? [index] : [])];
  return createHash('sha256').update(JSON.stringify(all)).digest();
}

function commonOf(
  model: string,
  request: GenerateRequest,
  now: number,
): Pick<GenerateResponse, 'modelVersion' | 'createTime' | 'responseId'> {
  const id = createHash('sha256')
    .update(fingerprintOf(model, request, 0))
    .update(String(now));
  return {
    modelVersion: model,
    createTime: new Date(now).toISOString(),
    responseId: id.digest('base64url').slice(0, 22),
  };
}

/**
 * Chooses the functions to call: those that the last text names as words, or the first one when a call is demanded. A JSON
 * object behind the name is the arguments.
 */
function callsOf({ tools, prompt, lastText = prompt, answersFunction }: GenerateRequest): FunctionCall[] {
  if (!tools || answersFunction) return [];
  const named = findAskedTools(lastText, tools.functions);
  const first = tools.mode === 'ANY' ? tools.functions.slice(0, 1).map((tool) => ({ tool })) : [];
  const called: readonly AskedTool<FunctionDeclaration>[] = named.length > 0 ? named : first;
  return called.map(({ tool: { name, parameters }, input }) => ({
    name,
    args: input ?? (parameters === undefined ? {} : exampleOfSchema(parameters)),
  }));
}

function textOf(request: GenerateRequest, fingerprint: string): string {
  const { prompt, lastText = prompt, instructions = '' } = request;
  const inWords = jsonInWords(lastText, instructions);
  const json = request.json?.schema === undefined ? (inWords ?? request.json) : request.json;
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
