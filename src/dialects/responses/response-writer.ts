import { randomUUID } from 'node:crypto';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { AnswerFacts, Usage } from '../../prediction/answer.ts';
import { openAiTierOf } from '../service-tier.ts';
import { type CarriedReasoning, writeCarried } from './carried-reasoning.ts';
import type { ClientTool, Conversation } from './conversation.ts';
import { writeEvent, writeFailure } from './failure-events.ts';
import type { Citation, Search } from './web-search.ts';

/** The longest output of an answer, in characters. Models give less; an image of one takes most of it. */
const MAXIMUM_CHARACTERS = 32 * 1_048_576;

type JsonObject = Readonly<Record<string, unknown>>;
type OpenItem = MessageItem | ReasoningItem | CallItem;

interface MessageItem {
  readonly kind: 'message';
  readonly id: string;
  text: string;
  readonly annotations: JsonObject[];
}

interface ReasoningItem {
  readonly kind: 'reasoning';
  readonly id: string;
  text: string;
  carried: CarriedReasoning | undefined;
}

interface CallItem {
  readonly kind: 'call';
  readonly id: string;
  readonly callId: string;
  readonly tool: ClientTool;
  text: string;
}

/** The end of an answer. `reason` and `error` are those of the Responses API. */
export type Ending =
  | { readonly status: 'completed' }
  | { readonly status: 'incomplete'; readonly reason: 'max_output_tokens' | 'content_filter' }
  | { readonly status: 'failed'; readonly error: { readonly code: string; readonly message: string } };

/** The facts that a response tells about itself besides its output. */
export interface ResponseHead {
  readonly id: string;
  /** The time of creation, in seconds since 1970. */
  readonly createdAt: number;
  /** The members of the request that the response repeats. */
  readonly repeated: JsonObject;
  readonly tools: Conversation['tools'];
}

/** Makes an id of the Responses API. */
export function createId(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll('-', '')}`;
}

/**
 * Writes a response of the Responses API: its events in their order, and the response itself. The events together say the
 * same as the response. An item ends when another begins.
 * https://platform.openai.com/docs/api-reference/responses-streaming
 */
export class ResponseWriter {
  readonly #head: ResponseHead;
  readonly #newId: (prefix: string) => string;
  readonly #output: JsonObject[] = [];
  #events: string[] = [];
  #sequence = 0;
  #characters = 0;
  #open: OpenItem | undefined;
  #isCreated = false;

  constructor(head: ResponseHead, newId: (prefix: string) => string = createId) {
    this.#head = head;
    this.#newId = newId;
  }

  /** Adds to the text of the answer. @throws GatewayError VERTEX_FAILED for an answer that is too long. */
  addText(delta: string): void {
    if (delta === '') return;
    const item = this.#openAs('message', () => ({
      kind: 'message',
      id: this.#newId('msg'),
      text: '',
      annotations: [],
    }));
    item.text += this.#count(delta);
    this.#emit('response.output_text.delta', { ...this.#at(item, 'content_index'), delta, logprobs: [] });
  }

  /** The length of the text that is open, in UTF-16 code units; 0 when none is. */
  get textLength(): number {
    return this.#open?.kind === 'message' ? this.#open.text.length : 0;
  }

  /**
   * Adds the pages that support the text that is open.
   * @param find finds the passages in the text.
   * @returns false when no text is open.
   */
  addCitations(find: (text: string) => readonly Citation[]): boolean {
    const item = this.#open;
    if (item?.kind !== 'message') return false;
    for (const { start, end, url, title } of find(item.text)) {
      this.#count(url + title);
      const annotation = { type: 'url_citation', start_index: start, end_index: end, url, title };
      this.#emit('response.output_text.annotation.added', {
        ...this.#at(item, 'content_index'),
        annotation_index: item.annotations.length,
        annotation,
      });
      item.annotations.push(annotation);
    }
    return true;
  }

  /** Adds a search of the web that the model has made. */
  addSearch({ queries, urls, isFailed }: Search): void {
    this.endItem();
    const search = { type: 'web_search_call', id: this.#newId('ws') };
    const at = { item_id: search.id, output_index: this.#output.length };
    const [query = ''] = queries;
    const sources = urls.map((url) => ({ type: 'url', url }));
    this.#count([...queries, ...urls].join(''));
    this.#emit('response.output_item.added', {
      output_index: at.output_index,
      item: { ...search, status: 'in_progress' },
    });
    this.#emit('response.web_search_call.in_progress', at);
    this.#emit('response.web_search_call.searching', at);
    this.#emit('response.web_search_call.completed', at);
    const action = { type: 'search', query, queries, sources };
    this.#finishItem({ ...search, status: isFailed === true ? 'failed' : 'completed', action });
  }

  /** Adds to the summary of the thoughts. @throws GatewayError VERTEX_FAILED for an answer that is too long. */
  addThought(delta: string): void {
    if (delta === '') return;
    const item = this.#openReasoning();
    if (item.text === '')
      this.#emit('response.reasoning_summary_part.added', {
        ...this.#at(item, 'summary_index'),
        part: { type: 'summary_text', text: '' },
      });
    item.text += this.#count(delta);
    this.#emit('response.reasoning_summary_text.delta', { ...this.#at(item, 'summary_index'), delta });
  }

  /** Adds reasoning that the client is to carry back. It ends the item of the thoughts. */
  addCarried(carried: CarriedReasoning): void {
    const item = this.#openReasoning();
    item.carried = carried;
    this.#count(writeCarried(carried));
    this.endItem();
  }

  /** Begins a call of a function. @param name the name that the model was told. */
  beginCall(name: string, callId?: string): void {
    this.endItem();
    const tool = this.#head.tools.get(name) ?? { name };
    const id = this.#newId(tool.isCustom ? 'ctc' : 'fc');
    this.#open = { kind: 'call', id, callId: callId ?? this.#newId('call'), tool, text: '' };
    this.#added(this.#open);
  }

  /** Adds to the arguments of the call that has begun. */
  addArguments(delta: string): void {
    if (this.#open?.kind !== 'call' || delta === '') return;
    this.#open.text += this.#count(delta);
    // The input of a custom tool is in the arguments, which are complete at the end only.
    if (!this.#open.tool.isCustom)
      this.#emit('response.function_call_arguments.delta', { ...this.#at(this.#open), delta });
  }

  /** Adds an image that the model has made, in base64. */
  addImage(data: string): void {
    this.endItem();
    const image = { type: 'image_generation_call', id: this.#newId('ig') };
    const index = this.#output.length;
    this.#emit('response.output_item.added', {
      output_index: index,
      item: { ...image, status: 'in_progress', result: null },
    });
    this.#finishItem({ ...image, status: 'completed', result: this.#count(data) });
  }

  /** Ends the item that is open, if there is one. */
  endItem(status: 'completed' | 'incomplete' = 'completed'): void {
    const item = this.#open;
    this.#open = undefined;
    if (!item) return;
    switch (item.kind) {
      case 'message': {
        const at = this.#at(item, 'content_index');
        this.#emit('response.output_text.done', { ...at, text: item.text, logprobs: [] });
        this.#emit('response.content_part.done', { ...at, part: outputText(item) });
        break;
      }
      case 'reasoning':
        if (item.text !== '') {
          const at = this.#at(item, 'summary_index');
          this.#emit('response.reasoning_summary_text.done', { ...at, text: item.text });
          const part = { type: 'summary_text', text: item.text };
          this.#emit('response.reasoning_summary_part.done', { ...at, part });
        }
        break;
      case 'call':
        this.#endCall(item);
    }
    this.#finishItem(describe(item, status));
  }

  /** Ends the response. It tells the service tier that served the call. */
  end(ending: Ending, { usage, trafficType }: AnswerFacts): JsonObject {
    this.endItem(ending.status === 'completed' ? 'completed' : 'incomplete');
    const response = this.#describe(ending.status, {
      ...(ending.status === 'incomplete' && { incomplete_details: { reason: ending.reason } }),
      ...(ending.status === 'failed' && { error: ending.error }),
      service_tier: openAiTierOf(trafficType) ?? 'default',
      usage: describeUsage(usage),
    });
    this.#emit(`response.${ending.status}`, { response });
    return response;
  }

  /** Ends a response that breaks. An item that is open stays open. */
  fail(error: GatewayError): void {
    this.#events.push(writeFailure(error, this.#sequence, this.#describe('failed', {})));
  }

  /** Returns the events since the last time, as server-sent events. */
  takeEvents(): string {
    const events = this.#events.join('');
    this.#events = [];
    return events;
  }

  #openReasoning(): ReasoningItem {
    const create = (): ReasoningItem => ({
      kind: 'reasoning',
      id: this.#newId('rs'),
      text: '',
      carried: undefined,
    });
    return this.#openAs('reasoning', create);
  }

  #openAs<Kind extends OpenItem['kind']>(
    kind: Kind,
    create: () => Extract<OpenItem, { kind: Kind }>,
  ): Extract<OpenItem, { kind: Kind }> {
    if (this.#open?.kind === kind) return this.#open as Extract<OpenItem, { kind: Kind }>;
    this.endItem();
    const item = create();
    this.#open = item;
    this.#added(item);
    if (item.kind === 'message')
      this.#emit('response.content_part.added', {
        ...this.#at(item, 'content_index'),
        part: outputText({ text: '', annotations: [] }),
      });
    return item;
  }

  #added(item: OpenItem): void {
    this.#emit('response.output_item.added', {
      output_index: this.#output.length,
      item: describe(item, 'in_progress'),
    });
  }

  #endCall(item: CallItem): void {
    if (item.tool.isCustom) {
      const input = inputOf(item.text);
      this.#emit('response.custom_tool_call_input.delta', { ...this.#at(item), delta: input });
      this.#emit('response.custom_tool_call_input.done', { ...this.#at(item), input });
      return;
    }
    const written = argumentsOf(item);
    if (item.text === '')
      this.#emit('response.function_call_arguments.delta', { ...this.#at(item), delta: written });
    this.#emit('response.function_call_arguments.done', {
      ...this.#at(item),
      name: item.tool.name,
      arguments: written,
    });
  }

  #finishItem(item: JsonObject): void {
    this.#emit('response.output_item.done', { output_index: this.#output.length, item });
    this.#output.push(item);
  }

  /** The place of an item; the index of its only part is 0. */
  #at({ id }: OpenItem, index?: 'content_index' | 'summary_index'): JsonObject {
    return { item_id: id, output_index: this.#output.length, ...(index && { [index]: 0 }) };
  }

  #count(text: string): string {
    this.#characters += text.length;
    if (this.#characters > MAXIMUM_CHARACTERS)
      throw new GatewayError(
        'VERTEX_FAILED',
        'The answer is longer than the gateway holds. Ask for less in one call.',
      );
    return text;
  }

  #emit(type: string, members: JsonObject): void {
    if (!this.#isCreated && type !== 'response.created') {
      this.#isCreated = true;
      const response = this.#describe('in_progress', {});
      this.#emit('response.created', { response });
      this.#emit('response.in_progress', { response });
    }
    this.#events.push(writeEvent(type, this.#sequence, members));
    this.#sequence += 1;
  }

  #describe(status: string, members: JsonObject): JsonObject {
    const { id, createdAt, repeated } = this.#head;
    return {
      id,
      object: 'response',
      created_at: createdAt,
      status,
      background: false,
      error: null,
      incomplete_details: null,
      ...repeated,
      output: status === 'in_progress' ? [] : [...this.#output],
      previous_response_id: null,
      store: false,
      usage: null,
      ...members,
    };
  }
}

function outputText({ text, annotations }: Pick<MessageItem, 'text' | 'annotations'>): JsonObject {
  return { type: 'output_text', annotations: [...annotations], logprobs: [], text };
}

function describe(item: OpenItem, status: 'in_progress' | 'completed' | 'incomplete'): JsonObject {
  const { id } = item;
  const isBegun = status === 'in_progress';
  switch (item.kind) {
    case 'message': {
      const content = isBegun ? [] : [outputText(item)];
      return { id, type: 'message', status, role: 'assistant', content };
    }
    case 'reasoning':
      return {
        id,
        type: 'reasoning',
        summary: item.text === '' || isBegun ? [] : [{ type: 'summary_text', text: item.text }],
        ...(item.carried && { encrypted_content: writeCarried(item.carried) }),
      };
    case 'call': {
      const { name, namespace, isCustom } = item.tool;
      return {
        id,
        type: isCustom ? 'custom_tool_call' : 'function_call',
        status,
        call_id: item.callId,
        name,
        ...(namespace !== undefined && { namespace }),
        ...(isCustom
          ? { input: isBegun ? '' : inputOf(item.text) }
          : { arguments: isBegun ? '' : argumentsOf(item) }),
      };
    }
  }
}

function argumentsOf({ text }: CallItem): string {
  return text === '' ? '{}' : text;
}

/** The text for a custom tool. Arguments that break off, at the end of the tokens, are given as they are. */
function inputOf(text: string): string {
  try {
    const { input } = JSON.parse(text) as { input?: unknown };
    if (typeof input === 'string') return input;
  } catch {
    // The text itself is given below.
  }
  return text;
}

function describeUsage({
  inputTokens = 0,
  outputTokens = 0,
  totalTokens,
  cachedTokens,
  thinkingTokens,
}: Usage): JsonObject {
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: cachedTokens ?? 0 },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: thinkingTokens ?? 0 },
    total_tokens: totalTokens ?? inputTokens + outputTokens,
  };
}
