import { isObject, type JsonObject } from '../json-answers.ts';
import { type AnswerReader, objectsOf, textOf } from './answer-reader.ts';
import type { Ending, ResponseWriter } from './response-writer.ts';
import { readClaudeResults, type Search } from './web-search.ts';

/**
 * Reads messages of Claude, whole or as the events of a stream.
 * https://docs.claude.com/en/docs/build-with-claude/streaming
 */
export class ClaudeAnswer implements AnswerReader {
  readonly #writer: ResponseWriter;
  #stopReason = '';
  /** The thoughts of the block that is being read, which are carried back as they were. */
  #thinking = { thinking: '', signature: '' };
  /** The input of the search that is being read, as JSON; undefined outside of one. */
  #input: string | undefined;
  /** The search whose results have yet to come. */
  #search: Search = { queries: [], urls: [] };
  /** True within a block of text. Those that follow each other are one message. */
  #isText = false;
  /** The sources of the text block that is being read, and the place where its text begins. */
  #citations: JsonObject[] = [];
  #textStart = 0;

  constructor(writer: ResponseWriter) {
    this.#writer = writer;
  }

  /** https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons */
  get ending(): Ending {
    switch (this.#stopReason) {
      case 'max_tokens':
      case 'model_context_window_exceeded':
        return { status: 'incomplete', reason: 'max_output_tokens' };
      case 'refusal':
        return { status: 'incomplete', reason: 'content_filter' };
      case 'pause_turn': {
        const message = 'Claude has paused a long search. Send the conversation again, or ask for less.';
        return { status: 'failed', error: { code: 'server_error', message } };
      }
      default:
        return { status: 'completed' };
    }
  }

  read(value: JsonObject): void {
    const { type, content_block: block, delta, content, stop_reason: stopReason } = value;
    switch (type) {
      case 'message':
        for (const one of objectsOf(content)) {
          this.#begin(one);
          this.#add(one);
          this.#end();
        }
        this.#stopReason = textOf(stopReason);
        break;
      case 'content_block_start':
        if (isObject(block)) this.#begin(block);
        break;
      case 'content_block_delta':
        if (isObject(delta)) this.#add(delta);
        break;
      case 'content_block_stop':
        this.#end();
        break;
      case 'message_delta':
        if (isObject(delta)) this.#stopReason = textOf(delta.stop_reason);
    }
  }

  #begin({ type, id, name, data, content }: JsonObject): void {
    this.#thinking = { thinking: '', signature: '' };
    this.#input = type === 'server_tool_use' ? '' : undefined;
    this.#isText = type === 'text';
    this.#citations = [];
    this.#textStart = this.#writer.textLength;
    if (type === 'web_search_tool_result')
      this.#writer.addSearch({ ...this.#search, ...readClaudeResults(content) });
    if (type === 'tool_use') this.#writer.beginCall(textOf(name), textOf(id));
    if (type === 'redacted_thinking')
      this.#writer.addCarried({ by: 'anthropic', blocks: [{ type, data: textOf(data) }] });
  }

  /** Adds what a delta of a stream, or the block of a whole answer, has. */
  #add({
    type,
    text,
    thinking,
    signature,
    partial_json: json,
    input,
    citation,
    citations,
  }: JsonObject): void {
    if (this.#input !== undefined) {
      this.#input += type === 'server_tool_use' ? JSON.stringify(input ?? {}) : textOf(json);
      return;
    }
    this.#citations.push(...objectsOf(citations), ...(isObject(citation) ? [citation] : []));
    this.#writer.addText(textOf(text));
    this.#writer.addThought(textOf(thinking));
    this.#thinking.thinking += textOf(thinking);
    this.#thinking.signature += textOf(signature);
    this.#writer.addArguments(type === 'tool_use' ? JSON.stringify(input ?? {}) : textOf(json));
  }

  #end(): void {
    const { thinking, signature } = this.#thinking;
    this.#thinking = { thinking: '', signature: '' };
    if (this.#input !== undefined) this.#search = { queries: [queryOf(this.#input)], urls: [] };
    else if (this.#isText) this.#cite();
    else if (signature === '') this.#writer.endItem();
    else this.#writer.addCarried({ by: 'anthropic', blocks: [{ type: 'thinking', thinking, signature }] });
  }

  /** Cites the sources of the text block that ends. Claude supports the whole block with them. */
  #cite(): void {
    const start = this.#textStart;
    this.#writer.addCitations(({ length }) =>
      this.#citations.flatMap(({ url, title }) =>
        textOf(url) === '' ? [] : [{ start, end: length, url: textOf(url), title: textOf(title) }],
      ),
    );
  }
}

/** Reads the query of a search from its input. */
function queryOf(json: string): string {
  try {
    const { query } = JSON.parse(json) as { query?: unknown };
    return textOf(query);
  } catch {
    return '';
  }
}
