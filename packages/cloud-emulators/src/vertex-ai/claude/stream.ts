import type { Fault } from '../../control/control.ts';
import type { AnswerBlock, ClaudeMessage } from './answer.ts';
import { CLAUDE_ERRORS, claudeErrorBody, type ClaudeErrorType } from './error.ts';
import type { Framing } from '../framing.ts';

/** The data of one event; its `type` is also the event's name. */
export interface ClaudeEvent {
  readonly type: string;
}

const PIECES = 6;

/**
 * Splits an answer into the events of a stream.
 * Source: https://platform.claude.com/docs/en/build-with-claude/streaming
 */
export function claudeEvents(message: ClaudeMessage): ClaudeEvent[] {
  const { content, stop_reason, stop_sequence, usage, context_management, ...rest } = message;
  const start = {
    type: 'message_start',
    message: {
      ...rest,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { ...usage, output_tokens: 1 },
    },
  };
  const end = {
    type: 'message_delta',
    delta: { stop_reason, stop_sequence },
    usage,
    ...(context_management ? { context_management } : {}),
  };
  const [first = [], ...others] = content.map(blockEvents);
  return [
    start,
    ...first.slice(0, 1),
    { type: 'ping' },
    ...first.slice(1),
    ...others.flat(),
    end,
    { type: 'message_stop' },
  ];
}

/** Gives the framing of Anthropic's streams: server-sent events with a name. `requestId` names the call in an error. */
export function claudeFraming(requestId: string): Framing {
  const frame = (event: unknown): string =>
    `event: ${(event as ClaudeEvent).type}\ndata: ${JSON.stringify(event)}\n\n`;
  return {
    contentType: 'text/event-stream; charset=utf-8',
    frame,
    end: '',
    failure: (fault) =>
      `event: error\ndata: ${JSON.stringify(fault.body ?? claudeErrorBody(errorOf(fault), requestId))}\n\n`,
  };
}

function blockEvents(block: AnswerBlock, index: number): ClaudeEvent[] {
  const { empty, deltas } = inPieces(block);
  return [
    { type: 'content_block_start', index, content_block: empty } as ClaudeEvent,
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index } as ClaudeEvent,
  ];
}

function inPieces(block: AnswerBlock): { empty: AnswerBlock; deltas: object[] } {
  switch (block.type) {
    case 'text':
      return {
        empty: { ...block, text: '', ...(block.citations && { citations: [] }) },
        deltas: [
          ...(block.citations ?? []).map((citation) => ({ type: 'citations_delta', citation })),
          ...split(block.text).map((text) => ({ type: 'text_delta', text })),
        ],
      };
    case 'thinking':
      return {
        empty: { ...block, thinking: '', signature: '' },
        deltas: [
          ...split(block.thinking).map((thinking) => ({ type: 'thinking_delta', thinking })),
          { type: 'signature_delta', signature: block.signature },
        ],
      };
    case 'web_search_tool_result':
    case 'tool_search_tool_result':
      return { empty: block, deltas: [] };
    case 'tool_use':
    case 'server_tool_use':
      return {
        empty: { ...block, input: {} },
        deltas: ['', ...split(JSON.stringify(block.input))].map((partial_json) => ({
          type: 'input_json_delta',
          partial_json,
        })),
      };
  }
}

/** Splits a text into pieces of nearly the same length in characters. */
function split(text: string): string[] {
  const characters = Array.from(text);
  const length = Math.ceil(characters.length / PIECES);
  const starts = Array.from({ length: Math.ceil(characters.length / length) }, (_start, i) => i * length);
  return starts.map((start) => characters.slice(start, start + length).join(''));
}

function errorOf({ status = 500 }: Fault): { type: ClaudeErrorType; message: string } {
  const types = Object.entries(CLAUDE_ERRORS) as [ClaudeErrorType, number][];
  const [type = 'api_error'] = types.find(([, http]) => http === status) ?? [];
  return { type, message: type === 'overloaded_error' ? 'Overloaded' : 'Internal server error' };
}
