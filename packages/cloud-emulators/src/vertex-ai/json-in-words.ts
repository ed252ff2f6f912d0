import type { Json } from './read-message.ts';

/** The length of a text, in characters, within which a schema is looked for, and how many beginnings of one are tried. */
const WITHIN = 64 * 1024;
const MOST_ATTEMPTS = 16;
/** A demand for JSON within one sentence. */
const DEMAND =
  /\b(?:answer|format(?:ted)?|give|output|produce|reply|respond|return|write)\b[^.!?\n]{0,80}\bJSON\b|\b(?:as|in|only|valid)\s+(?:an?\s+)?(?:pure|raw|strict|valid)?\s*JSON\b/i;
/** The keywords of which a JSON Schema has at least one. */
const KEYWORDS = ['properties', 'items', '$schema', 'anyOf', '$ref', 'enum'];

/** JSON that a prompt asks for in words; the schema is undefined when the prompt has none. */
export interface JsonInWords {
  readonly schema: Json | undefined;
}

/**
 * Reads whether a prompt asks in words for an answer in JSON, as libraries ask that know no other way: the demand is in
 * the last text or, beside a JSON Schema, in the instructions.
 * @returns undefined when it does not
 */
export function jsonInWords(lastText: string, instructions: string): JsonInWords | undefined {
  if (DEMAND.test(lastText.slice(0, WITHIN))) return { schema: schemaIn(lastText) ?? schemaIn(instructions) };
  if (!DEMAND.test(instructions.slice(0, WITHIN))) return undefined;
  const schema = schemaIn(instructions);
  return schema && { schema };
}

/** Finds the last JSON Schema that a text quotes; libraries explain by examples before it. */
function schemaIn(text: string): Json | undefined {
  const within = text.slice(0, WITHIN);
  let last: Json | undefined;
  let at = within.indexOf('{');
  for (let attempt = 0; attempt < MOST_ATTEMPTS && at >= 0; attempt += 1) {
    const end = endOfObject(within, at);
    const found = end === undefined ? undefined : parseObject(within.slice(at, end));
    if (found && isSchema(found)) last = found;
    at = within.indexOf('{', found && end !== undefined ? end : at + 1);
  }
  return last;
}

/** Gives the position behind the object of JSON that begins at a brace, undefined when it does not end. */
function endOfObject(text: string, start: number): number | undefined {
  let depth = 0;
  let isInString = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (isInString && character === '\\') at += 1;
    else if (character === '"') isInString = !isInString;
    else if (!isInString && character === '{') depth += 1;
    else if (!isInString && character === '}') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return undefined;
}

function parseObject(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function isSchema(json: Json): boolean {
  return KEYWORDS.some((keyword) => json[keyword] !== undefined);
}
