import { GoogleError } from './google-error.ts';
import type { Json } from './read-message.ts';

/** What the emulated model makes its text from. */
export interface GenerateRequest {
  /** Text of the system instruction and of every turn, in order. */
  readonly texts: readonly string[];
  /** Text of the last turn. */
  readonly prompt: string;
  readonly maxOutputTokens: number;
  readonly stopSequences: readonly string[];
}

const LEARN_MORE = 'Learn more: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/gemini';
/** The limit of both models: https://cloud.google.com/vertex-ai/generative-ai/docs/models/gemini/2-5-flash */
const MAXIMUM_OUTPUT_TOKENS = 65_535;
const SUPPORTED = new Set([
  'model',
  'contents',
  'systemInstruction',
  'generationConfig',
  'safetySettings',
  'labels',
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
]);

/**
 * Takes what the emulated model needs from a GenerateContentRequest that has been read as a message.
 * @throws GoogleError INVALID_ARGUMENT as Vertex AI says it; UNIMPLEMENTED for what this emulator does not do
 */
export function readGenerateRequest(message: Json): GenerateRequest {
  refuseOthers(message, SUPPORTED, '');
  const contents = (message.contents ?? []) as readonly Json[];
  if (contents.length === 0) throw unable('at least one contents field is required.');
  for (const { role } of contents) {
    if (role !== 'user' && role !== 'model') throw unable('Please use a valid role: user, model..');
  }
  const turns = contents.map(readText);
  const instruction = message.systemInstruction as Json | undefined;
  const config = (message.generationConfig ?? {}) as Json;
  refuseOthers(config, SUPPORTED_CONFIG, 'generationConfig.');
  if (Number(config.candidateCount ?? 1) !== 1) throw unsupported('more than one candidate');
  if ((config.responseMimeType ?? 'text/plain') !== 'text/plain') {
    throw unsupported('generationConfig.responseMimeType other than text/plain');
  }
  checkRange(config, 'temperature', 0, 2.0001);
  checkRange(config, 'topP', 0, 1.0001);
  checkRange(config, 'maxOutputTokens', 1, MAXIMUM_OUTPUT_TOKENS + 1);
  return {
    texts: [...(instruction ? [readText(instruction)] : []), ...turns],
    prompt: turns.at(-1) ?? '',
    maxOutputTokens: Number(config.maxOutputTokens ?? MAXIMUM_OUTPUT_TOKENS),
    stopSequences: (config.stopSequences ?? []) as readonly string[],
  };
}

function readText(content: Json): string {
  const parts = (content.parts ?? []) as readonly Json[];
  if (parts.length === 0) {
    throw unable('it must include at least one parts field, which describes the prompt input.');
  }
  return parts
    .map((part) => {
      refuseOthers(part, new Set(['text']), 'contents.parts.');
      if (typeof part.text !== 'string') throw unable('it must have a text parameter.');
      return part.text;
    })
    .join('\n');
}

function checkRange(config: Json, name: string, least: number, below: number): void {
  if (config[name] === undefined) return;
  const value = Number(config[name]);
  if (value >= least && value < below) return;
  throw unable(
    `it has a ${name} value of ${value} but the supported range is from ${least} (inclusive) to ${below} (exclusive). Update the value and try again.`,
  );
}

function refuseOthers(message: Json, supported: ReadonlySet<string>, prefix: string): void {
  const other = Object.keys(message).find((name) => !supported.has(name));
  if (other !== undefined) throw unsupported(`${prefix}${other}`);
}

function unable(reason: string): GoogleError {
  return new GoogleError('INVALID_ARGUMENT', `Unable to submit request because ${reason} ${LEARN_MORE}`);
}

function unsupported(what: string): GoogleError {
  return new GoogleError('UNIMPLEMENTED', `The Vertex AI emulator does not support ${what}.`);
}
