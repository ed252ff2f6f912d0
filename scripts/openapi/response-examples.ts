/** The example of a conversation in the form of OpenAI's Responses API. */
export const RESPONSE_QUESTION = { model: 'google/gemini-3.5-flash', input: 'Why is the sky blue?' };

const COMMON = {
  id: 'resp_1f5e7c0a2b',
  object: 'response',
  created_at: 1_764_000_000,
  error: null,
  incomplete_details: null,
  model: 'google/gemini-3.5-flash',
  store: false,
};
const MESSAGE = {
  id: 'msg_3c9d1e5f7a',
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'output_text', text: 'Air scatters blue light more than red light.', annotations: [] }],
};

export const RESPONSE_ANSWER = {
  ...COMMON,
  status: 'completed',
  output: [MESSAGE],
  usage: {
    input_tokens: 6,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 9,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 15,
  },
};

const EVENTS = [
  {
    type: 'response.created',
    sequence_number: 0,
    response: { ...COMMON, status: 'in_progress', output: [], usage: null },
  },
  { type: 'response.output_item.done', sequence_number: 1, output_index: 0, item: MESSAGE },
  { type: 'response.completed', sequence_number: 2, response: RESPONSE_ANSWER },
];

export const RESPONSE_EVENTS = EVENTS.map(
  (event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
).join('');
