/** The example of a conversation with Claude. */
export const QUESTION_TO_CLAUDE = {
  max_tokens: 256,
  messages: [{ role: 'user', content: 'Why is the sky blue?' }],
};

const TEXT = 'Air scatters blue light more than red light.';

export const ANSWER_OF_CLAUDE = {
  id: 'msg_vrtx_01GdDgNyNqGGWvmVVcLpSMq3',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-5-5',
  content: [{ type: 'text', text: TEXT }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 13, output_tokens: 12 },
};

export const EVENTS_OF_CLAUDE = [
  {
    type: 'message_start',
    message: {
      ...ANSWER_OF_CLAUDE,
      content: [],
      stop_reason: null,
      usage: { input_tokens: 13, output_tokens: 1 },
    },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: TEXT } },
  { type: 'content_block_stop', index: 0 },
  {
    type: 'message_delta',
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: 12 },
  },
  { type: 'message_stop' },
]
  .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  .join('');
