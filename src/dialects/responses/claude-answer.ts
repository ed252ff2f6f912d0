import { isObject, type JsonObject } from '../json-answers.ts';
import { type AnswerReader, objectsOf, textOf } from './answer-reader.ts';
import type { Ending, ResponseWriter } from './response-writer.ts';

/**
 * Reads messages of Claude, whole or as the events of a stream.
 * https://docs.claude.com/en/docs/build-with-claude/streaming
 */
export class ClaudeAnswer implements AnswerReader {
  readonly #writer: ResponseWriter;
  #stopReason = '';
  /** The thoughts of the block that is being read, which are carried back as they were. */
  #thinking = { thinking: '', signature: '' };

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

  #begin({ type, id, name, data }: JsonObject): void {
    this.#thinking = { thinking: '', signature: '' };
    if (type === 'tool_use') this.#writer.beginCall(textOf(name), textOf(id));
    if (type === 'redacted_thinking')
      this.#writer.addCarried({ by: 'anthropic', blocks: [{ type, data: textOf(data) }] });
  }

  /** Adds what a delta of a stream, or the block of a whole answer, has. */
  #add({ type, text, thinking, signature, partial_json: json, input }: JsonObject): void {
    this.#writer.addText(textOf(text));
    this.#writer.addThought(textOf(thinking));
    this.#thinking.thinking += textOf(thinking);
    this.#thinking.signature += textOf(signature);
    this.#writer.addArguments(type === 'tool_use' ? JSON.stringify(input ?? {}) : textOf(json));
  }

  #end(): void {
    const { thinking, signature } = this.#thinking;
    this.#thinking = { thinking: '', signature: '' };
    if (signature === '') this.#writer.endItem();
    else this.#writer.addCarried({ by: 'anthropic', blocks: [{ type: 'thinking', thinking, signature }] });
  }
}
