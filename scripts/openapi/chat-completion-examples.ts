/** The example of a conversation in OpenAI's form. */
export const CHAT_QUESTION = {
  model: 'google/gemini-3.5-flash',
  messages: [{ role: 'user', content: 'Why is the sky blue?' }],
};

const COMMON = { id: 'chatcmpl-1f5e7c0a2b', created: 1_764_000_000, model: 'google/gemini-3.5-flash' };
const SAID = { role: 'assistant', content: 'Air scatters blue light more than red light.' };

export const CHAT_ANSWER = {
  ...COMMON,
  object: 'chat.completion',
  choices: [{ index: 0, message: SAID, finish_reason: 'stop' }],
  usage: { prompt_tokens: 6, completion_tokens: 9, total_tokens: 15 },
};

const CHUNK = {
  ...COMMON,
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta: SAID, finish_reason: 'stop' }],
};

export const CHAT_EVENTS = `data: ${JSON.stringify(CHUNK)}\n\ndata: [DONE]\n\n`;
