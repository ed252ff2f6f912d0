import type { JsonValue } from '../../json/json-value.ts';
import { isObject, type JsonObject } from '../json-answers.ts';
import { objectsOf, textOf } from './answer-reader.ts';
import type { WebSearch } from './conversation.ts';
import { bytesOf, type JsonText, writeObject } from './json-text.ts';
import { memberOf } from './members.ts';
import { malformed, notServed, type Path } from './not-served.ts';

/** The types of OpenAI's tool that searches the web, with and without a date. */
const WEB_SEARCH = /^web_search(_preview)?(_\d{4}_\d{2}_\d{2})?$/;
/** OpenAI takes no more domains. */
const MAXIMUM_DOMAINS = 100;
const MAXIMUM_DOMAIN_BYTES = 512;
/** No answer has more; others are left out. */
const MAXIMUM_CITATIONS = 1_000;

/** True for a type of OpenAI's tool that searches the web. */
export function isWebSearch(type: string): boolean {
  return WEB_SEARCH.test(type);
}

/** Finds the tool that searches the web in a body that may be incomplete; undefined without one. */
export function findWebSearch(body: JsonValue): Path | undefined {
  const tools = body.member('tools');
  if (tools?.kind !== 'array') return undefined;
  let index = 0;
  for (const tool of tools.items()) {
    if (isWebSearch(tool.member('type')?.readText(MAXIMUM_DOMAIN_BYTES) ?? '')) return ['tools', index];
    index += 1;
  }
  return undefined;
}

/**
 * Reads the tool that searches the web. The size of its context is a hint and is not sent on.
 * https://platform.openai.com/docs/guides/tools-web-search
 * @throws GatewayError INVALID_REQUEST, UNSUPPORTED_PARAMETER.
 */
export function readWebSearch(tool: JsonValue, path: Path): WebSearch {
  if (memberOf(tool, 'external_web_access')?.toJson() === false)
    throw notServed(
      [...path, 'external_web_access'],
      'it asks for pages that OpenAI has kept, and Vertex AI searches the web as it is. Leave the tool out; in Codex, ' +
        '`web_search = "disabled"` in config.toml does',
    );
  const filters = memberOf(tool, 'filters');
  const allowed = filters && readDomains(filters, 'allowed_domains', path);
  const blocked = filters && readDomains(filters, 'blocked_domains', path);
  const location = memberOf(tool, 'user_location');
  if (location && location.kind !== 'object')
    throw malformed([...path, 'user_location'], 'must be an object');
  return {
    path,
    ...(allowed && { allowed }),
    ...(blocked && { blocked }),
    ...(location && { location: bytesOf(location) }),
  };
}

function readDomains(filters: JsonValue, name: string, path: Path): JsonText | undefined {
  const list = memberOf(filters, name);
  if (!list) return undefined;
  const isList = list.kind === 'array' && list.length <= MAXIMUM_DOMAINS;
  if (isList && [...list.items()].every((one) => one.readText(MAXIMUM_DOMAIN_BYTES) !== undefined))
    return list.length === 0 ? undefined : bytesOf(list);
  throw malformed([...path, 'filters', name], `must be a list of at most ${MAXIMUM_DOMAINS} domains`);
}

/**
 * Writes the tool for Gemini, which searches all of the web but some domains.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/grounding/grounding-with-google-search
 * @throws GatewayError UNSUPPORTED_PARAMETER.
 */
export function writeGoogleSearch({ path, allowed, blocked, location }: WebSearch): JsonText {
  if (allowed)
    throw notServed(
      [...path, 'filters', 'allowed_domains'],
      'Gemini cannot keep to some domains. Send blocked_domains, or leave the filters out',
    );
  if (location)
    throw notServed(
      [...path, 'user_location'],
      'Gemini knows no place of the user by its name. Leave it out',
    );
  return writeObject({ googleSearch: writeObject({ excludeDomains: blocked }) });
}

/** Writes the tool for Claude: https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool */
export function writeClaudeSearch({ allowed, blocked, location }: WebSearch): JsonText {
  return writeObject({
    type: '"web_search_20250305"',
    name: '"web_search"',
    allowed_domains: allowed,
    blocked_domains: blocked,
    user_location: location,
  });
}

/** A search that a model made: what it asked, and the pages that it found. */
export interface Search {
  readonly queries: readonly string[];
  readonly urls: readonly string[];
  /** True for a search that failed. */
  readonly isFailed?: boolean;
}

/** A part of an answer's text with the page that supports it. Places are in UTF-16 code units. */
export interface Citation {
  readonly start: number;
  readonly end: number;
  readonly url: string;
  readonly title: string;
}

/** Reads the searches with which Google grounded an answer; undefined when it made none. */
export function readGoogleSearch({ webSearchQueries, groundingChunks }: JsonObject): Search | undefined {
  const queries = Array.isArray(webSearchQueries) ? webSearchQueries.map(textOf) : [];
  const urls = objectsOf(groundingChunks).map(({ web }) => (isObject(web) ? textOf(web.uri) : ''));
  return queries.length === 0 ? undefined : { queries, urls: urls.filter((url) => url !== '') };
}

/**
 * Finds the passages of a text that Google supports with pages. Google counts in bytes of the text's part; a passage that is
 * not where Google says is looked for by its words, and left out when it is not there.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GroundingMetadata
 */
export function readGoogleCitations(
  { groundingChunks, groundingSupports }: JsonObject,
  text: string,
): Citation[] {
  const pages = objectsOf(groundingChunks).map(({ web }) => (isObject(web) ? web : {}));
  const bytes = Buffer.from(text);
  const citations = objectsOf(groundingSupports).flatMap(({ segment, groundingChunkIndices }) => {
    const place = isObject(segment) ? placeOf(segment, text, bytes) : undefined;
    if (!place || !Array.isArray(groundingChunkIndices)) return [];
    return groundingChunkIndices.flatMap((index): Citation[] => {
      const page = typeof index === 'number' ? pages[index] : undefined;
      return page && textOf(page.uri) !== ''
        ? [{ ...place, url: textOf(page.uri), title: textOf(page.title) }]
        : [];
    });
  });
  return citations.slice(0, MAXIMUM_CITATIONS);
}

function placeOf(
  { startIndex, endIndex, text: passage }: JsonObject,
  text: string,
  bytes: Buffer,
): Pick<Citation, 'start' | 'end'> | undefined {
  const wanted = textOf(passage);
  if (wanted === '') return undefined;
  const from = typeof startIndex === 'number' ? startIndex : 0;
  const until = typeof endIndex === 'number' ? endIndex : 0;
  const isThere = bytes.subarray(from, until).toString() === wanted;
  const start = isThere ? bytes.subarray(0, from).toString().length : text.indexOf(wanted);
  return start < 0 ? undefined : { start, end: start + wanted.length };
}

/** Reads the results of a search of Claude's: https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool */
export function readClaudeResults(content: unknown): Pick<Search, 'urls' | 'isFailed'> {
  if (!Array.isArray(content)) return { urls: [], isFailed: true };
  return { urls: objectsOf(content).map(({ url }) => textOf(url)) };
}
