import { isObject, type JsonObject } from './json-answers.ts';
import { textOf } from './responses/answer-reader.ts';
import { readGoogleCitations } from './responses/web-search.ts';

/** A text that every answer has, or event of one, which tells the pages that Google searched. */
const GROUNDING = '"grounding_metadata"';
/** Objects of a grounding are no deeper than this; deeper ones are not read. */
const MAXIMUM_DEPTH = 6;

/**
 * Cites the pages that Google searched for a chat as OpenAI does, by `annotations` of the message, or of the last delta of
 * a stream. Google tells them in `extra_content.google.grounding_metadata`, which stays.
 * https://platform.openai.com/docs/guides/tools-web-search?api-mode=chat
 * @returns the rewriting of one call's answer, which keeps the text of a stream until the pages are told.
 */
export function citePages(): Record<'whole' | 'part', (bytes: Uint8Array) => Uint8Array> {
  const texts = new Map<unknown, string>();
  return {
    whole: (body) => {
      const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
      return text.includes(GROUNDING) ? Buffer.from(cited(text, 'message', texts)) : body;
    },
    part: (part) => {
      const text = Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString();
      const lines = text.split('\n').map((line) => {
        const [prefix] = /^data: ?/.exec(line) ?? [];
        return prefix === undefined ? line : prefix + cited(line.slice(prefix.length), 'delta', texts);
      });
      return text.includes(GROUNDING) ? Buffer.from(lines.join('\n')) : part;
    },
  };
}

/** Adds citations to a chat completion, or to a chunk of one. A text that is not JSON passes as it is. */
function cited(json: string, member: 'message' | 'delta', texts: Map<unknown, string>): string {
  let answer: unknown;
  try {
    answer = JSON.parse(json);
  } catch {
    // The reader of the answer's facts tells what is wrong with it.
    return json;
  }
  if (!isObject(answer) || !Array.isArray(answer.choices)) return json;
  const choices = (answer.choices as unknown[]).map((choice) => citedChoice(choice, member, texts));
  return json.includes(GROUNDING) ? JSON.stringify({ ...answer, choices }) : json;
}

function citedChoice(choice: unknown, member: 'message' | 'delta', texts: Map<unknown, string>): unknown {
  const said = isObject(choice) ? choice[member] : undefined;
  if (!isObject(choice) || !isObject(said)) return choice;
  const text = (texts.get(choice.index) ?? '') + textOf(said.content);
  texts.set(choice.index, text);
  const grounding = groundingOf(said);
  if (!grounding || 'annotations' in said) return choice;
  const annotations = readGoogleCitations(grounding, text).map(({ start, end, url, title }) => ({
    type: 'url_citation',
    url_citation: { start_index: start, end_index: end, url, title },
  }));
  return annotations.length === 0 ? choice : { ...choice, [member]: { ...said, annotations } };
}

/** Returns the grounding of a message in the names of Gemini's API; undefined without one. */
function groundingOf({ extra_content: extra }: JsonObject): JsonObject | undefined {
  const google = isObject(extra) ? extra.google : undefined;
  const grounding = isObject(google) ? withGoogleNames(google.grounding_metadata) : undefined;
  return isObject(grounding) ? grounding : undefined;
}

/** Turns names such as `grounding_chunks` into `groundingChunks`, which Google takes for the same. */
function withGoogleNames(value: unknown, depth = 0): unknown {
  if (Array.isArray(value)) return value.map((item) => withGoogleNames(item, depth));
  if (!isObject(value) || depth > MAXIMUM_DEPTH) return value;
  const members = Object.entries(value).map(([name, member]) => [
    name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    withGoogleNames(member, depth + 1),
  ]);
  return Object.fromEntries(members) as JsonObject;
}
