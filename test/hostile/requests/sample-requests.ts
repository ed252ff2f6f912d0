/** A valid call of each surface. Hostile requests are variations of it. */
export const PARENT = 'projects/sample-project/locations/us';
/** Endpoints and models that no multi-region has. */
export const REGION = 'projects/sample-project/locations/us-central1';
export const GEMINI = `${PARENT}/publishers/google/models/gemini-3.5-flash`;
export const GENERATE = `/vertex/v1/${GEMINI}:generateContent`;
export const STREAM = `/vertex/v1/${GEMINI}:streamGenerateContent?alt=sse`;
export const PREDICT = `/vertex/v1/${REGION}/endpoints/1234567890:predict`;
export const RAW_PREDICT = `/vertex/v1/${REGION}/endpoints/1234567890:rawPredict`;
export const CHAT = '/openai/v1/chat/completions';
export const EMBEDDINGS = '/openai/v1/embeddings';
export const MESSAGES = '/anthropic/v1/messages';
export const WHOAMI = '/gateway/v1/whoami';
export const EXPLAIN = '/gateway/v1/policy:explain';
export const AUDIT = '/gateway/v1/audit';
export const MCP = '/agents/mcp';

export const PROMPT = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] };
export const FLOWER = { instances: [[5.1, 3.5, 1.4, 0.2]] };
export const ASKED = { model: 'gemini-fast', messages: [{ role: 'user', content: 'Hello' }] };
export const MESSAGE = {
  model: 'claude-haiku-4-5',
  max_tokens: 10,
  messages: [{ role: 'user', content: 'Hello' }],
};

/** Each surface by which a model is called, with a body that the assistants may send. */
export const SURFACES = {
  'the native surface': { path: GENERATE, body: PROMPT },
  'a native stream': { path: STREAM, body: PROMPT },
  'the chats of OpenAI': { path: CHAT, body: ASKED },
  'the messages of Anthropic': { path: MESSAGES, body: MESSAGE },
} as const;
