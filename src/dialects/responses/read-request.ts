import { z } from 'zod';
import type { JsonValue } from '../../json/json-value.ts';
import { type Scalars, validateBody } from '../validate-body.ts';
import type { Conversation, Effort } from './conversation.ts';
import { bytesOf, type JsonText } from './json-text.ts';
import { memberOf, readWord, textMember } from './members.ts';
import { malformed, notServed } from './not-served.ts';
import { readItems } from './read-items.ts';
import { readToolChoice, readTools } from './read-tools.ts';
import { textPart } from './read-parts.ts';
import { Steps } from './steps.ts';

const NO_STORE =
  'the gateway stores no responses. Send the items of the conversation again in `input`, those of answers as they came';
const NO_HANDLING = 'Vertex AI has nothing like it. Leave it out';

/** The parameters of the Responses API that are not served, with advice. Null leaves a parameter out. */
const NOT_SERVED: Readonly<Record<string, string>> = {
  previous_response_id: NO_STORE,
  conversation: NO_STORE,
  prompt: 'the gateway stores no prompts. Send `instructions` and `input`',
  context_management: 'the gateway leaves the conversation as it is. Shorten `input` instead',
  background_options: NO_HANDLING,
  moderation: NO_HANDLING,
  image: NO_HANDLING,
  access_programs: NO_HANDLING,
};

/**
 * The parameters of the Responses API: https://platform.openai.com/docs/api-reference/responses/create. The schema is
 * strict, because an unknown member would be lost in the body for Vertex AI. Ids and hints for OpenAI's own caches, limits
 * and abuse detection are accepted and not sent on.
 */
const ResponsesBody = z.strictObject({
  model: z.string(),
  input: z.unknown(),
  instructions: z.unknown(),
  stream: z.boolean().nullish(),
  store: z.boolean().nullish(),
  background: z.boolean().nullish(),
  tools: z.unknown(),
  tool_choice: z.unknown(),
  parallel_tool_calls: z.boolean().nullish(),
  max_output_tokens: z.int().min(1).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_logprobs: z.int().nullish(),
  truncation: z.string().nullish(),
  service_tier: z.string().nullish(),
  include: z.array(z.string()).max(100).nullish(),
  reasoning: z
    .strictObject({
      effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']).nullish(),
      summary: z.enum(['auto', 'concise', 'detailed', 'none']).nullish(),
      generate_summary: z.enum(['auto', 'concise', 'detailed']).nullish(),
      context: z.unknown(),
      mode: z.unknown(),
    })
    .nullish(),
  text: z
    .strictObject({ format: z.looseObject({ type: z.string() }).nullish(), verbosity: z.string().nullish() })
    .nullish(),
  prompt_cache_key: z.string().nullish(),
  prompt_cache_retention: z.string().nullish(),
  prompt_cache_options: z.unknown(),
  max_tool_calls: z.unknown(),
  metadata: z.unknown(),
  client_metadata: z.unknown(),
  safety_identifier: z.string().nullish(),
  stream_options: z.unknown(),
  user: z.string().nullish(),
  ...Object.fromEntries(Object.keys(NOT_SERVED).map((name) => [name, z.unknown()])),
});
type ResponsesBody = Scalars<z.infer<typeof ResponsesBody>>;

/** A request and the model that it names. */
export interface ReadRequest {
  readonly model: string;
  readonly conversation: Conversation;
  /** The members of the request that its response repeats. It repeats no long ones: the client has them. */
  readonly repeated: Readonly<Record<string, unknown>>;
}

/**
 * Reads a request of the Responses API. Other calls get their turn while a long one is read.
 * @throws GatewayError INVALID_REQUEST, and UNSUPPORTED_PARAMETER for what the gateway does not serve.
 */
export async function readRequest(json: JsonValue): Promise<ReadRequest> {
  const asked = await validateBody(ResponsesBody, json);
  refuse(json, asked);
  const steps = new Steps();
  const instructions = textMember(json, 'instructions', []);
  const { system, items } = await readItems(memberOf(json, 'input'), steps);
  const declared = readTools(memberOf(json, 'tools'));
  const chosen = readToolChoice(memberOf(json, 'tool_choice'), declared);
  const format = readFormat(json);
  return {
    model: asked.model,
    conversation: {
      system: [...(instructions ? textPart(instructions).flatMap(textOf) : []), ...system],
      items,
      tools: declared.tools,
      ...chosen,
      ...readReasoning(json),
      ...readSampling(asked),
      ...(format && { format }),
      isRepeated: typeof asked.prompt_cache_key === 'string',
      isStreamed: asked.stream === true,
    },
    repeated: repeat(json, asked),
  };
}

/** The longest member that a response repeats, in bytes. Metadata has 16 pairs of 576 characters at the most. */
const MAXIMUM_REPEATED_BYTES = 65_536;

function repeat(json: JsonValue, asked: ResponsesBody): ReadRequest['repeated'] {
  const small = (name: string, otherwise: unknown): unknown => {
    const member = memberOf(json, name);
    return member && member.end - member.start <= MAXIMUM_REPEATED_BYTES ? member.toJson() : otherwise;
  };
  const { effort, summary } = small('reasoning', {}) as { effort?: unknown; summary?: unknown };
  const { format, verbosity } = small('text', {}) as { format?: unknown; verbosity?: unknown };
  return {
    instructions: null,
    max_output_tokens: asked.max_output_tokens ?? null,
    metadata: small('metadata', {}),
    model: asked.model,
    parallel_tool_calls: asked.parallel_tool_calls ?? true,
    reasoning: { effort: effort ?? null, summary: summary ?? null },
    // The end of the response has the tier that served the call in its place.
    service_tier: asked.service_tier ?? 'auto',
    temperature: asked.temperature ?? null,
    text: { format: format ?? { type: 'text' }, ...(verbosity !== undefined && { verbosity }) },
    tool_choice: small('tool_choice', 'auto'),
    tools: [],
    top_p: asked.top_p ?? null,
    truncation: 'disabled',
  };
}

function textOf(part: ReturnType<typeof textPart>[number]): JsonText[] {
  return part.kind === 'text' ? [part.text] : [];
}

/** The parts of an answer that a request may include. They are there in any case. */
const INCLUDED: ReadonlySet<string> = new Set([
  'reasoning.encrypted_content',
  'web_search_call.action.sources',
]);

function refuse(json: JsonValue, { background, truncation, top_logprobs: logprobs }: ResponsesBody): void {
  for (const [name, advice] of Object.entries(NOT_SERVED))
    if (memberOf(json, name)) throw notServed([name], advice);
  if (background === true)
    throw notServed(['background'], 'answers are given at once. Leave it out, and stream long answers');
  if (typeof truncation === 'string' && truncation !== 'disabled')
    throw notServed(
      ['truncation'],
      'the gateway leaves the conversation as it is. Shorten `input`, and send "disabled"',
    );
  if (typeof logprobs === 'number' && logprobs > 0)
    throw notServed(['top_logprobs'], 'answers have no log probabilities. Leave it out');
  for (const one of memberOf(json, 'include')?.items() ?? []) {
    if (!INCLUDED.has(one.readText(128) ?? ''))
      throw notServed(
        ['include'],
        `answers have nothing else to include than ${[...INCLUDED].join(' and ')}`,
      );
  }
}

function readReasoning(json: JsonValue): Pick<Conversation, 'effort' | 'isSummarized'> {
  const reasoning = memberOf(json, 'reasoning');
  const path = ['reasoning'];
  const effort = reasoning && readWord(reasoning, 'effort', path);
  const summary =
    reasoning && (readWord(reasoning, 'summary', path) ?? readWord(reasoning, 'generate_summary', path));
  return {
    ...(effort !== undefined && { effort: effort as Effort }),
    isSummarized: summary !== undefined && summary !== 'none',
  };
}

function readSampling(
  asked: ResponsesBody,
): Pick<Conversation, 'isParallel' | 'maximumOutputTokens' | 'temperature' | 'topP'> {
  const { parallel_tool_calls: parallel, max_output_tokens: tokens, temperature, top_p: topP } = asked;
  return {
    ...(typeof parallel === 'boolean' && { isParallel: parallel }),
    ...(typeof tokens === 'number' && { maximumOutputTokens: tokens }),
    ...(typeof temperature === 'number' && { temperature }),
    ...(typeof topP === 'number' && { topP }),
  };
}

function readFormat(json: JsonValue): Conversation['format'] {
  const text = memberOf(json, 'text');
  const format = text && memberOf(text, 'format');
  const path = ['text', 'format'];
  const type = format && readWord(format, 'type', path);
  switch (type) {
    case undefined:
    case 'text':
      return undefined;
    case 'json_object':
      return {};
    case 'json_schema': {
      const schema = format && memberOf(format, 'schema');
      if (schema?.kind !== 'object') throw malformed([...path, 'schema'], 'must be an object');
      return { schema: bytesOf(schema) };
    }
    default:
      throw notServed([...path, 'type'], 'there is no such format. Send text, json_object or json_schema');
  }
}
