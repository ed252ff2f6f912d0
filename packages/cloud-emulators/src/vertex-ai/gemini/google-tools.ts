import { createHash } from 'node:crypto';
import { wordsOf } from '../characters.ts';
import type { AnswerPart } from './generate.ts';

/** The tools that Google runs itself and that are emulated, by their names in `tools`. */
export const GOOGLE_TOOLS = ['googleSearch', 'urlContext', 'codeExecution'] as const;

/** A tool that Google runs itself. */
export type GoogleTool = (typeof GOOGLE_TOOLS)[number];

/** The metadata of a candidate that tells of the tools which Google ran. */
export interface ToolMetadata {
  readonly groundingMetadata?: object;
  readonly urlContextMetadata?: { readonly urlMetadata: readonly object[] };
}

/** The most addresses of one prompt: https://cloud.google.com/vertex-ai/generative-ai/docs/url-context */
const MOST_ADDRESSES = 20;
/** The tokens of every page that was fetched; they count as tokens of tools. */
const TOKENS_PER_PAGE = 128;
const MOST_WORDS = 8;

/** Lists the addresses in a prompt that `urlContext` fetches. */
function addressesIn(prompt: string): string[] {
  const found = prompt.match(/https?:\/\/[^\s"'<>()[\]{}]+/g) ?? [];
  return [...new Set(found.map((address) => address.replace(/[.,;:!?]+$/, '')))].slice(0, MOST_ADDRESSES);
}

/** Counts the tokens of the pages that `urlContext` fetches for a prompt. */
export function countToolTokens(tools: readonly GoogleTool[], prompt: string): number {
  return tools.includes('urlContext') ? addressesIn(prompt).length * TOKENS_PER_PAGE : 0;
}

/**
 * Makes up the code that the model runs for a prompt, and its result: how many words the prompt has.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/code-execution
 */
export function runCode(tools: readonly GoogleTool[], prompt: string): AnswerPart[] {
  if (!tools.includes('codeExecution')) return [];
  const words = wordsOf(prompt).slice(0, MOST_WORDS);
  return [
    {
      executableCode: {
        language: 'PYTHON',
        code: `words = ${JSON.stringify(words)}\nprint(len(words))\n`,
      },
    },
    { codeExecutionResult: { outcome: 'OUTCOME_OK', output: `${words.length}\n` } },
  ];
}

/**
 * Makes up the sources of an answer, which are well-formed and lead nowhere.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/grounding/grounding-with-google-search and
 * https://cloud.google.com/vertex-ai/generative-ai/docs/url-context
 * @param text of the answer's part `partIndex`
 */
export function describeTools(
  tools: readonly GoogleTool[],
  { prompt, text, partIndex }: { readonly prompt: string; readonly text: string; readonly partIndex: number },
): ToolMetadata {
  const addresses = tools.includes('urlContext') ? addressesIn(prompt) : [];
  const sources = tools.includes('googleSearch') ? [searchResultOf(prompt)] : addresses.map(sourceOf);
  const [sentence = ''] = /^[^.]*\.?/.exec(text) ?? [];
  const segment = {
    ...(partIndex > 0 && { partIndex }),
    endIndex: Buffer.byteLength(sentence),
    text: sentence,
  };
  const query = wordsOf(prompt).slice(0, MOST_WORDS).join(' ');
  const grounding = {
    ...(tools.includes('googleSearch') && {
      webSearchQueries: [query],
      searchEntryPoint: { renderedContent: `<div class="container"><a class="chip">${query}</a></div>` },
    }),
    groundingChunks: sources,
    groundingSupports: [{ segment, groundingChunkIndices: sources.map((_source, index) => index) }],
    retrievalMetadata: {},
  };
  return {
    ...(sources.length > 0 && { groundingMetadata: grounding }),
    ...(addresses.length > 0 && {
      urlContextMetadata: {
        urlMetadata: addresses.map((retrievedUrl) => ({
          retrievedUrl,
          urlRetrievalStatus: 'URL_RETRIEVAL_STATUS_SUCCESS',
        })),
      },
    }),
  };
}

function searchResultOf(prompt: string): object {
  const id = createHash('sha256').update(prompt).digest('base64url');
  const uri = `https://vertexaisearch.cloud.google.com/grounding-api-redirect/${id}`;
  return { web: { uri, title: 'example.com', domain: 'example.com' } };
}

function sourceOf(uri: string): object {
  const domain = URL.canParse(uri) ? new URL(uri).hostname : uri;
  return { web: { uri, title: domain, domain } };
}
