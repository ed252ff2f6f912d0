import type { JsonValue } from '../../json/json-value.ts';
import type { FilePart, Part } from './conversation.ts';
import { bytesOf, type JsonText } from './json-text.ts';
import { memberOf, readWord, requiredText, requireWord } from './members.ts';
import { malformed, notServed, type Path } from './not-served.ts';
import type { Steps } from './steps.ts';

const STORED_FILE =
  'OpenAI stores it, and models on Vertex AI cannot read it. Send the content as a data URL, or an address';

/** The longest head of a data URL, in characters of JSON. */
const HEAD_CHARACTERS = 256;
/** The head of a data URL as JSON writes it, where a slash may be escaped: https://www.rfc-editor.org/rfc/rfc2397 */
const DATA_HEAD = /^data:([\w.+-]+\\?\/[\w.+-]+)(?:;[\w=.+-]+)*;base64,/i;
/** A bound that no address reaches, in bytes of JSON. */
const MAXIMUM_ADDRESS_BYTES = 16_384;

/** Media types by the end of an address's path. Google wants one beside each address. */
const TYPES_BY_EXTENSION: Readonly<Record<string, string>> = {
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  heic: 'image/heic',
  heif: 'image/heif',
  pdf: 'application/pdf',
  txt: 'text/plain',
};

/** Recordings by OpenAI's names of their formats: https://platform.openai.com/docs/guides/audio */
const AUDIO_TYPES: Readonly<Record<string, string>> = { mp3: 'audio/mp3', wav: 'audio/wav' };

/**
 * Reads the content of a message or the result of a call: a text, or a list of parts. Empty texts are left out, which no
 * model takes.
 * @throws GatewayError INVALID_REQUEST, UNSUPPORTED_PARAMETER.
 */
export async function readParts(content: JsonValue, path: Path, steps: Steps): Promise<Part[]> {
  if (content.kind === 'string') return textPart(content);
  if (content.kind !== 'array') throw malformed(path, 'must be a text or a list of parts');
  const parts: Part[] = [];
  let index = 0;
  for (const part of content.items()) {
    const pause = steps.next();
    if (pause) await pause;
    parts.push(...readPart(part, [...path, index]));
    index += 1;
  }
  return parts;
}

function readPart(part: JsonValue, path: Path): Part[] {
  if (part.kind !== 'object') throw malformed(path, 'must be an object');
  const type = requireWord(part, 'type', path);
  switch (type) {
    case 'input_text':
    case 'output_text':
    case 'text':
    case 'summary_text':
      return textPart(requiredText(part, 'text', path));
    case 'refusal':
      return textPart(requiredText(part, 'refusal', path));
    case 'input_image':
      return [readFile(part, path, 'image_url', 'image/jpeg')];
    case 'input_file':
      return [
        readFile(part, path, memberOf(part, 'file_data') ? 'file_data' : 'file_url', 'application/pdf'),
      ];
    case 'input_audio':
      return [readAudio(part, path)];
    default:
      throw notServed([...path, 'type'], 'there is no such part. Send input_text, input_image or input_file');
  }
}

/** Returns a JSON string as a part; none for an empty one. */
export function textPart(text: JsonValue): Part[] {
  return text.end - text.start <= 2 ? [] : [{ kind: 'text', text: bytesOf(text) }];
}

/** @param otherType the media type of an address whose end does not tell it. */
function readFile(part: JsonValue, path: Path, name: string, otherType: string): FilePart {
  if (memberOf(part, 'file_id')) throw notServed([...path, 'file_id'], STORED_FILE);
  const source = requiredText(part, name, path);
  const head = source.body.toString(
    'latin1',
    source.start + 1,
    Math.min(source.end - 1, source.start + 1 + HEAD_CHARACTERS),
  );
  const [whole, mediaType] = DATA_HEAD.exec(head) ?? [];
  if (whole !== undefined && mediaType !== undefined)
    return {
      kind: 'file',
      mediaType: mediaType.replace('\\', '').toLowerCase(),
      data: ['"', source.body.subarray(source.start + 1 + whole.length, source.end)],
    };
  if (/^data:/i.test(head)) throw malformed([...path, name], 'must be a data URL in base64, or an address');
  if (name === 'file_data') {
    const type = typeOf(readWord(part, 'filename', path) ?? '') ?? otherType;
    return { kind: 'file', mediaType: type, data: bytesOf(source) };
  }
  const address = source.readText(MAXIMUM_ADDRESS_BYTES);
  if (address === undefined) throw malformed([...path, name], 'is too long for an address');
  return { kind: 'file', mediaType: typeOf(address) ?? otherType, uri: bytesOf(source) };
}

function typeOf(address: string): string | undefined {
  const [extension = ''] = /(?<=\.)\w{1,5}(?=$|[?#])/.exec(address) ?? [];
  const plain = extension.toLowerCase();
  return Object.hasOwn(TYPES_BY_EXTENSION, plain) ? TYPES_BY_EXTENSION[plain] : undefined;
}

function readAudio(part: JsonValue, path: Path): FilePart {
  const audio = memberOf(part, 'input_audio');
  const inner = [...path, 'input_audio'];
  if (audio?.kind !== 'object') throw malformed(inner, 'must be an object');
  const format = requireWord(audio, 'format', inner);
  const mediaType = Object.hasOwn(AUDIO_TYPES, format) ? AUDIO_TYPES[format] : undefined;
  if (mediaType === undefined) throw malformed([...inner, 'format'], 'must be mp3 or wav');
  const data: JsonText = bytesOf(requiredText(audio, 'data', inner));
  return { kind: 'file', mediaType, data };
}
