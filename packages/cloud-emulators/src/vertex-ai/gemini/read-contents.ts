import { createHash } from 'node:crypto';
import type { Modality } from '../count-tokens.ts';
import { GoogleError } from '../google-error.ts';
import type { Json } from '../read-message.ts';
import { refuseOthers, unable } from '../refusals.ts';

/** A file of a prompt, sent inline or by its address. */
export interface PromptFile {
  readonly modality: Modality;
  /** A hash of the file's bytes or its address. */
  readonly fingerprint: string;
}

/** One content of a request: a turn of a conversation or an instruction. */
export interface Turn {
  readonly role: string;
  /** All text of the content, one part a line; function calls and responses are JSON. */
  readonly text: string;
  /** The last part that is text. */
  readonly lastText: string;
  readonly files: readonly PromptFile[];
  readonly functionCalls: number;
  readonly functionResponses: number;
}

const PART = new Set([
  'text',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
  'thought',
  'thoughtSignature',
]);
const FUNCTION_CALL = new Set(['id', 'name', 'args']);
const FUNCTION_RESPONSE = new Set(['id', 'name', 'response']);
/**
 * The modalities of media types.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference#part
 */
const MODALITIES: readonly (readonly [RegExp, Modality])[] = [
  [/^image\/(png|jpeg|webp|heic|heif)$/, 'IMAGE'],
  [/^video\//, 'VIDEO'],
  [/^audio\//, 'AUDIO'],
  [/^(application\/pdf|text\/plain)$/, 'DOCUMENT'],
];

/**
 * Reads contents, which have been read as messages, in the order of a conversation.
 * @throws GoogleError INVALID_ARGUMENT in Vertex AI's words; UNIMPLEMENTED for parts that this emulator does not read
 */
export function readContents(contents: readonly Json[]): Turn[] {
  if (contents.length === 0) throw unable('at least one contents field is required.');
  for (const { role } of contents) {
    if (role !== 'user' && role !== 'model' && role !== 'function') {
      throw unable('Please use a valid role: user, model..');
    }
  }
  const turns = contents.map(readContent);
  // Contents of one role that follow each other are one turn: a stream's call and the empty text after it come back so.
  let calls = 0;
  turns.forEach(({ role, functionCalls, functionResponses }, i) => {
    const before = calls;
    calls = functionCalls + (turns[i - 1]?.role === role ? calls : 0);
    if (functionResponses === 0 || functionResponses === before) return;
    throw new GoogleError(
      'INVALID_ARGUMENT',
      'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
    );
  });
  return turns;
}

/** Reads one content of any role. */
export function readContent(content: Json): Turn {
  const parts = (content.parts ?? []) as readonly Json[];
  if (parts.length === 0) {
    throw unable('it must include at least one parts field, which describes the prompt input.');
  }
  const read = parts.map(readPart);
  return {
    role: (content.role as string | undefined) ?? '',
    text: read.flatMap(({ text }) => (text === undefined ? [] : [text])).join('\n'),
    lastText: (parts.findLast(({ text }) => typeof text === 'string')?.text as string | undefined) ?? '',
    files: read.flatMap(({ file }) => file ?? []),
    functionCalls: parts.filter((part) => part.functionCall !== undefined).length,
    functionResponses: parts.filter((part) => part.functionResponse !== undefined).length,
  };
}

function readPart(part: Json): { readonly text?: string; readonly file?: PromptFile } {
  refuseOthers(part, PART, 'contents.parts.');
  if (part.inlineData !== undefined) {
    const { mimeType, data } = part.inlineData as Json;
    if (data === undefined || data === '') throw unable('it has an empty inlineData parameter.');
    return { file: { modality: modalityOf(mimeType), fingerprint: fingerprintOf(data as string) } };
  }
  if (part.fileData !== undefined) {
    const { mimeType, fileUri } = part.fileData as Json;
    if (typeof fileUri !== 'string' || !/^(gs|https?):\/\/[^/]+\/./.test(fileUri)) {
      throw unable('it has an invalid fileUri parameter: expected a Cloud Storage URI or an HTTP URL.');
    }
    return { file: { modality: modalityOf(mimeType), fingerprint: fingerprintOf(fileUri) } };
  }
  if (part.functionCall !== undefined)
    return { text: readFunction(part.functionCall as Json, FUNCTION_CALL) };
  if (part.functionResponse !== undefined) {
    return { text: readFunction(part.functionResponse as Json, FUNCTION_RESPONSE) };
  }
  const ran = part.executableCode ?? part.codeExecutionResult;
  if (ran !== undefined) return { text: JSON.stringify(ran) };
  if (typeof part.text !== 'string') throw unable('it must have a text parameter.');
  return { text: part.text };
}

function readFunction(message: Json, fields: ReadonlySet<string>): string {
  refuseOthers(message, fields, 'contents.parts.');
  if (typeof message.name !== 'string' || message.name === '')
    throw unable('it has a function without a name.');
  return JSON.stringify({ name: message.name, ...((message.args ?? message.response) as Json | undefined) });
}

function modalityOf(mimeType: unknown): Modality {
  if (typeof mimeType !== 'string' || mimeType === '') throw unable('it has an empty mimeType parameter.');
  const found = MODALITIES.find(([pattern]) => pattern.test(mimeType));
  if (found) return found[1];
  throw unable(
    `it has a mimeType parameter with value ${mimeType}, which is not supported. Update the mimeType and try again.`,
  );
}

function fingerprintOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
