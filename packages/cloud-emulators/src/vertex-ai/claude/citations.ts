import { invalidRequest } from './error.ts';
import type { Block, MessagesBody } from './schema.ts';
import { blocksOf, textOf } from './tokens.ts';

/** A passage of a document or of a search result that the caller has sent. Indexes count from 0, pages from 1, and ends are exclusive. */
export type DocumentCitation = { readonly cited_text: string } & (
  | (Document & {
      readonly type: 'char_location';
      readonly start_char_index: number;
      readonly end_char_index: number;
    })
  | (Document & {
      readonly type: 'page_location';
      readonly start_page_number: number;
      readonly end_page_number: number;
    })
  | (Document & {
      readonly type: 'content_block_location';
      readonly start_block_index: number;
      readonly end_block_index: number;
    })
  | {
      readonly type: 'search_result_location';
      readonly source: string;
      readonly title: string;
      readonly search_result_index: number;
      readonly start_block_index: number;
      readonly end_block_index: number;
    }
);

/** The document of a citation. Files have no ids on Vertex AI. */
interface Document {
  readonly document_index: number;
  readonly document_title: string | null;
  readonly file_id: null;
}

/** A block that may be cited. */
type Source = Extract<Block, { type: 'document' | 'search_result' }>;

/**
 * Cites the beginning of the first document or search result that may be cited: its first sentence, page or block. A PDF
 * is not opened, so that the text of its page is made up.
 * Source: https://platform.claude.com/docs/en/build-with-claude/citations and …/search-results
 */
export function citeSources({ messages }: Pick<MessagesBody, 'messages'>): DocumentCitation | undefined {
  const sources = sourcesIn(messages);
  const cited = sources.find(isCitable);
  if (!cited) return undefined;
  const index = sources.filter(({ type }) => type === cited.type).indexOf(cited);
  const first = { start_block_index: 0, end_block_index: 1 };
  if (cited.type === 'search_result') {
    const { source, title } = cited;
    const cited_text = cited.content[0]?.text ?? '';
    return {
      type: 'search_result_location',
      cited_text,
      source,
      title,
      search_result_index: index,
      ...first,
    };
  }
  const document = { document_index: index, document_title: cited.title ?? null, file_id: null };
  if (cited.source.type === 'base64')
    return {
      type: 'page_location',
      cited_text: 'The first page.',
      ...document,
      start_page_number: 1,
      end_page_number: 2,
    };
  if (cited.source.type === 'content') {
    const cited_text = blocksOf(cited.source.content).map(textOf)[0] ?? '';
    return { type: 'content_block_location', cited_text, ...document, ...first };
  }
  const [sentence = ''] = /^[^.!?]*[.!?]*\s*/.exec(cited.source.data) ?? [];
  const end = Array.from(sentence).length;
  return {
    type: 'char_location',
    cited_text: sentence,
    ...document,
    start_char_index: 0,
    end_char_index: end,
  };
}

/**
 * Checks that citations are enabled for all documents and search results or for none, and without a schema of the answer.
 * The words are our own.
 * Source: https://platform.claude.com/docs/en/build-with-claude/citations
 * @throws ClaudeError invalid_request_error
 */
export function checkCitable({
  messages,
  output_config,
}: Pick<MessagesBody, 'messages' | 'output_config'>): void {
  const sources = sourcesIn(messages);
  const citable = sources.filter(isCitable);
  if (citable.length === 0) return;
  if (citable.length < sources.length)
    throw invalidRequest('Citations must be enabled for all documents of a request or for none.');
  if (output_config?.format)
    throw invalidRequest('Citations cannot be enabled together with `output_config.format`.');
}

function sourcesIn(messages: MessagesBody['messages']): Source[] {
  return messages
    .flatMap(({ content }) =>
      blocksOf(content).flatMap((block) => [
        block,
        ...(block.type === 'tool_result' ? blocksOf(block.content ?? []) : []),
      ]),
    )
    .filter((block): block is Source => block.type === 'document' || block.type === 'search_result');
}

function isCitable({ citations }: Source): boolean {
  return citations?.enabled === true;
}
