import { SKIPPED_SIGNATURE } from '../gemini/thought-signatures.ts';
import type { ChatMessage } from './message.ts';
import { badRequest } from '../google-error.ts';

/** The turns of a GenerateContentRequest. */
export interface Contents {
  readonly contents: readonly Content[];
  readonly systemInstruction?: Omit<Content, 'role'>;
}

interface Content {
  readonly role: string;
  readonly parts: readonly object[];
}

const MIME_TYPES: Readonly<Record<string, string>> = {
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
};

/**
 * Translates the messages of a chat into the turns of a Gemini model. Messages of `system` and `developer` become the
 * system instruction. Tool results that follow each other become one turn.
 * @param thoughtTag the tag around the thoughts of earlier answers, which are no part of the conversation
 * @throws GoogleError INVALID_ARGUMENT that names the message that is wrong
 */
export function toContents(messages: readonly ChatMessage[], thoughtTag: string | undefined): Contents {
  const names = new Map(
    messages.flatMap(({ tool_calls = [] }) =>
      tool_calls.map((call): [string, string] => [call.id ?? '', call.function?.name ?? '']),
    ),
  );
  const instructions: object[] = [];
  const contents: { role: string; parts: object[]; ofTools?: boolean }[] = [];
  messages.forEach((message, i) => {
    const path = `messages[${i}]`;
    switch (message.role) {
      case 'system':
      case 'developer':
        instructions.push(...toParts(message.content, path));
        return;
      case 'user':
        contents.push({ role: 'user', parts: toParts(message.content, path) });
        return;
      case 'assistant':
        contents.push({ role: 'model', parts: toModelParts(message, path, thoughtTag) });
        return;
      case 'tool': {
        const last = contents.at(-1);
        const part = toFunctionResponse(message, names, path);
        if (last?.ofTools === true) last.parts.push(part);
        else contents.push({ role: 'user', parts: [part], ofTools: true });
        return;
      }
      default:
        throw wrong(
          `${path}.role`,
          'expected one of system, developer, user, assistant, tool; this emulator does not support function.',
        );
    }
  });
  return {
    contents: contents.map(({ role, parts }) => ({ role, parts })),
    ...(instructions.length > 0 && { systemInstruction: { parts: instructions } }),
  };
}

function toParts(content: unknown, path: string): object[] {
  if (typeof content === 'string') return [{ text: content }];
  if (!Array.isArray(content)) throw wrong(`${path}.content`, 'expected a string or a list of parts.');
  return content.map((part: unknown, j) => toPart(part, `${path}.content[${j}]`));
}

function toPart(part: unknown, path: string): object {
  const { type, text, image_url, input_audio } = asObject(part);
  switch (type) {
    case 'text':
      if (typeof text !== 'string') throw wrong(`${path}.text`, 'expected a string.');
      return { text };
    case 'image_url':
      return toFile(asObject(image_url).url, `${path}.image_url.url`);
    case 'input_audio': {
      const { data, format } = asObject(input_audio);
      if (typeof data !== 'string') throw wrong(`${path}.input_audio.data`, 'expected a string.');
      return { inlineData: { mimeType: `audio/${String(format)}`, data } };
    }
    default:
      throw wrong(`${path}.type`, 'expected one of text, image_url, input_audio.');
  }
}

/** Translates an image, given by a data URL with its bytes, or by its address. */
function toFile(url: unknown, path: string): object {
  if (typeof url !== 'string') throw wrong(path, 'expected a string.');
  const [, mimeType, data] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? [];
  if (mimeType !== undefined) return { inlineData: { mimeType, data } };
  if (!/^(gs|https?):\/\//.test(url)) {
    throw wrong(path, 'expected a Cloud Storage URI, an HTTP URL or a data URL with base64.');
  }
  // Google takes any image here; the emulated model needs its media type.
  const extension = /\.([a-z]+)$/.exec(url.toLowerCase())?.[1] ?? '';
  return { fileData: { mimeType: MIME_TYPES[extension] ?? 'image/jpeg', fileUri: url } };
}

function toModelParts(
  { content, tool_calls = [] }: ChatMessage,
  path: string,
  tag: string | undefined,
): object[] {
  const said = content === undefined || content === null || content === '' ? [] : toParts(content, path);
  const calls = tool_calls.map((call, j) => ({
    thoughtSignature: SKIPPED_SIGNATURE,
    functionCall: {
      name: call.function?.name ?? '',
      args: parseArguments(call.function?.arguments, `${path}.tool_calls[${j}].function.arguments`),
    },
  }));
  return [...said.map((part) => withoutThoughts(part, tag)), ...calls];
}

function withoutThoughts(part: object, tag: string | undefined): object {
  if (tag === undefined || !('text' in part)) return part;
  const text = String(part.text);
  const start = text.indexOf(`<${tag}>`);
  const end = text.indexOf(`</${tag}>`);
  return start < 0 || end < start ? part : { text: text.slice(0, start) + text.slice(end + tag.length + 3) };
}

function parseArguments(text: string | undefined, path: string): unknown {
  try {
    const args: unknown = JSON.parse(text === undefined || text === '' ? '{}' : text);
    if (typeof args === 'object' && args !== null && !Array.isArray(args)) return args;
  } catch {
    // The error is thrown below.
  }
  throw wrong(path, 'expected a JSON object.');
}

function toFunctionResponse(
  { content, tool_call_id: id = '' }: ChatMessage,
  names: ReadonlyMap<string, string>,
  path: string,
): object {
  const name = names.get(id);
  if (name === undefined) throw wrong(`${path}.tool_call_id`, 'no earlier message has such a tool call.');
  const text = toParts(content, path)
    .map((part) => ('text' in part ? String(part.text) : ''))
    .join('\n');
  return { functionResponse: { name, response: toResponse(text) } };
}

/** Reads a function's result, which has to be an object. */
function toResponse(text: string): unknown {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json;
  } catch {
    // The result is plain text.
  }
  return { result: text };
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function wrong(field: string, description: string): Error {
  return badRequest([{ field, description: `Invalid value at '${field}': ${description}` }]);
}
