/** The tokens of one call of a model. */
export interface TokenUsage {
  readonly prompt: number;
  readonly completion: number;
  readonly total: number;
}

type Json = Readonly<Record<string, unknown>>;

/** "the policy overcounts each image as a maximum of 1200 tokens". */
const TOKENS_OF_AN_IMAGE = 1200;
/** The tokens that a chat adds to each message's text, and to the whole. */
const TOKENS_OF_A_MESSAGE = 3;
const CHARACTERS_OF_A_TOKEN = 4;
const DEEPEST = 12;

/** The members of a request that hold the prompt, in OpenAI's, Anthropic's and Vertex AI's APIs. */
const PROMPTS = ['messages', 'input', 'prompt', 'instructions', 'system', 'contents', 'systemInstruction'];
/** The members within a prompt or an answer that lead to text. */
const TEXTS = [
  'content',
  'text',
  'parts',
  'output',
  'arguments',
  'tool_calls',
  'function',
  'functionCall',
  'args',
  'partial_json',
  'thinking',
  'refusal',
  'name',
];
/** The members of a stream's event that lead to its text. */
const EVENT_TEXTS = ['choices', 'delta', 'candidates'];
const IMAGES = new Set(['image_url', 'input_image', 'image']);

/** Estimates the tokens of a text: about four characters of English, or one of another script, are a token. */
export function estimateTokens(text: string): number {
  // eslint-disable-next-line no-control-regex -- the range of ASCII
  const others = text.replace(/[\u0000-\u007f]/g, '').length;
  return Math.ceil((text.length - others) / CHARACTERS_OF_A_TOKEN) + others;
}

/** Returns the tokens of a request's prompt. */
export function estimatePrompt(request: unknown): number {
  let tokens = 0;
  for (const name of PROMPTS) {
    const prompt = member(request, name);
    if (prompt === undefined) continue;
    tokens += tokensWithin(prompt, 0);
    if (Array.isArray(prompt) && prompt.some((item) => typeof item === 'object'))
      tokens += TOKENS_OF_A_MESSAGE * (prompt.length + 1);
  }
  return tokens;
}

/** Returns whether a request asks for a stream: OpenAI and Anthropic in the body, Vertex AI in the path. */
export function asksForStream(request: unknown, path: string): boolean {
  return member(request, 'stream') === true || /:stream\w+$/.test(path);
}

/** Reads the usage that an answer reports; undefined where it has none. */
export function readUsage(answer: unknown): TokenUsage | undefined {
  const openAi = member(answer, 'usage');
  const vertex = member(answer, 'usageMetadata');
  const prompt = count(openAi, 'prompt_tokens', 'input_tokens') ?? count(vertex, 'promptTokenCount');
  const completion =
    count(openAi, 'completion_tokens', 'output_tokens') ?? count(vertex, 'candidatesTokenCount');
  const total = count(openAi, 'total_tokens') ?? count(vertex, 'totalTokenCount');
  if (prompt === undefined && completion === undefined && total === undefined) return undefined;
  return {
    prompt: prompt ?? 0,
    completion: completion ?? 0,
    total: total ?? (prompt ?? 0) + (completion ?? 0),
  };
}

/** Returns the tokens that one event of a stream adds to the completion. */
export function estimateEvent(event: unknown): number {
  // The Responses API repeats a text as a whole when it is complete.
  const type = member(event, 'type');
  if (typeof type === 'string' && type.startsWith('response.'))
    return tokensWithin(member(event, 'delta'), 0);
  return EVENT_TEXTS.reduce((sum, name) => sum + tokensWithin(member(event, name), 0), 0);
}

function tokensWithin(value: unknown, depth: number): number {
  if (typeof value === 'string') return estimateTokens(value);
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return 0;
  if (Array.isArray(value))
    return value.reduce<number>((sum, item) => sum + tokensWithin(item, depth + 1), 0);
  const { type, inlineData, fileData } = value as Json;
  if ((typeof type === 'string' && IMAGES.has(type)) || inlineData !== undefined || fileData !== undefined)
    return TOKENS_OF_AN_IMAGE;
  return [...TEXTS, 'delta'].reduce((sum, name) => sum + tokensWithin((value as Json)[name], depth + 1), 0);
}

function count(value: unknown, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const number = member(value, name);
    if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
  }
  return undefined;
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Json)[name];
}
