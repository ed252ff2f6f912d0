import { googleMessage } from './google-messages.ts';
import { CONTAINER_DATA, INSTANCE, PARAMETERS, TEXT } from './media-messages.ts';
import {
  CACHE,
  defineMessage,
  harmless,
  harmlessBecause,
  INPUT_OR_BYTES,
  INPUT_OR_DATA,
  LABELS,
  messageRule,
  refused,
  toolOf,
  type Members,
  type Message,
  type Rule,
} from './rules.ts';

const HELD_BY_OPENAI = refused('names a file that OpenAI stores, which Vertex AI cannot read');
const OTHER_MODEL = refused('must be left out: a call reaches only the model that it names');
const text: Rule = { is: 'harmless' };
const parts: Rule = { is: 'message', of: () => PART };
const extras: Rule = { is: 'message', of: () => EXTRAS };

/** An address, or an object that holds one. */
const ADDRESS: Rule = {
  is: 'message',
  of: () =>
    defineMessage(
      { ...harmless('detail format mime_type'), url: INPUT_OR_DATA, data: INPUT_OR_BYTES },
      { text: INPUT_OR_DATA },
    ),
};

const FILE = defineMessage(
  {
    ...harmless('filename format mime_type'),
    file_data: INPUT_OR_BYTES,
    file_id: HELD_BY_OPENAI,
    file_url: INPUT_OR_DATA,
    url: INPUT_OR_DATA,
  },
  { text: INPUT_OR_DATA },
);

/**
 * A part of a message's content. Google fetches every address that it would fetch for Gemini, also where OpenAI takes
 * data only.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/migrate/openai/overview#multimodal_input
 */
const PART: Message = defineMessage(
  {
    ...harmless('prompt_cache_breakpoint refusal text thinking type'),
    audio_url: ADDRESS,
    content: parts,
    document_name: text,
    document_url: ADDRESS,
    extra_content: extras,
    extra_part: extras,
    file: { is: 'message', of: () => FILE },
    file_url: ADDRESS,
    image_url: ADDRESS,
    input_audio: ADDRESS,
    input_image: ADDRESS,
    video_url: ADDRESS,
  },
  { text },
);

const TURN = defineMessage({
  ...harmless(`
    audio function_call name prefix reasoning reasoning_content refusal role reasoning_details tool_call_id
  `),
  // https://platform.openai.com/docs/api-reference/chat/object
  annotations: harmlessBecause('names sources of an earlier answer, which nothing reads again'),
  content: parts,
  extra_content: extras,
  extra_part: extras,
  tool_calls: {
    is: 'message',
    of: () => defineMessage({ ...harmless('custom function id index type'), extra_content: extras }),
  },
});

/**
 * Google's additions to a chat: members of its own requests, and of the parts of their contents.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/migrate/openai/overview#gemini_specific
 */
const GOOGLE_EXTRAS = (): Message =>
  defineMessage({
    ...harmless(`
      media_resolution safety_settings stream_function_call_arguments thinking_config thought
      thought_signature thought_tag_marker
    `),
    cached_content: CACHE,
    contents: google('Content'),
    extra_body: extras,
    generation_config: google('GenerationConfig'),
    google: { is: 'message', of: GOOGLE_EXTRAS },
    labels: LABELS,
    model: OTHER_MODEL,
    model_armor_config: google('ModelArmorConfig'),
    output_config: google('GenerationOutputConfig'),
    parts: google('FunctionResponsePart'),
    system_instruction: google('Content'),
    tool_config: google('ToolConfig'),
    tools: google('Tool'),
  });

const EXTRAS = defineMessage({
  cached_content: CACHE,
  extra_body: extras,
  google: { is: 'message', of: GOOGLE_EXTRAS },
  labels: LABELS,
  model: OTHER_MODEL,
  tools: google('Tool'),
});

function google(name: string): Rule {
  return { is: 'message', of: () => googleMessage(name) };
}

/** A tool in OpenAI's form or in Google's. */
const DECLARED_TOOL: Message = {
  rules: new Map([
    ...googleMessage('Tool').rules,
    ...defineMessage({
      ...harmless('cache_control description parameters strict type'),
      custom: toolOf('functionDeclarations', () => defineMessage(harmless('description format name'))),
      function: toolOf('functionDeclarations', () =>
        defineMessage(harmless('description name parameters strict')),
      ),
      name: toolOf('functionDeclarations'),
    }).rules,
  ]),
  others: 'tool',
};
const WEB_SEARCH = defineMessage({
  ...harmless('filters search_context_size user_location'),
  type: toolOf('googleSearch'),
});
const UNKNOWN_TOOL = defineMessage({ type: refused('is not a tool that the gateway knows') });

const CHAT_TOOL = defineMessage(
  {},
  {
    variant: (type = 'function') => {
      if (type === 'function' || type === 'custom') return DECLARED_TOOL;
      return /^web_search(_preview)?(_\d{4}_\d{2}_\d{2})?$/.test(type) ? WEB_SEARCH : UNKNOWN_TOOL;
    },
  },
);

const CHAT_MEMBERS = {
  ...harmless(`
    audio chat_template documents frequency_penalty function_call guided_choice guided_grammar guided_json
    guided_regex logit_bias logprobs max_tokens max_completion_tokens metadata modalities moderation n
    parallel_tool_calls presence_penalty prompt_cache_key prompt_cache_options prompt_cache_retention reasoning_effort
    response_format seed safety_identifier service_tier stop stream stream_options structured_outputs temperature
    tool_choice top_logprobs top_p user verbosity
  `),
  model: harmlessBecause('names the model that the gateway authorizes'),
  store: harmlessBecause('asks OpenAI to keep the answer, which Vertex AI never does'),
  cached_content: CACHE,
  extra_body: extras,
  functions: toolOf('functionDeclarations', () => defineMessage(harmless('description name parameters'))),
  google: { is: 'message', of: GOOGLE_EXTRAS },
  labels: LABELS,
  messages: { is: 'message', of: () => TURN },
  prediction: { is: 'message', of: () => PART },
  tools: { is: 'message', of: () => CHAT_TOOL },
  web_search_options: toolOf('googleSearch', () =>
    defineMessage(harmless('search_context_size user_location')),
  ),
} as const satisfies Members;

/** The rules for the body of a chat completion: https://platform.openai.com/docs/api-reference/chat/create */
export const CHAT_REQUEST = defineMessage(CHAT_MEMBERS);

const OPEN_MEMBERS = {
  ...CHAT_MEMBERS,
  audio: TEXT,
  contents: google('Content'),
  document: parts,
  input: TEXT,
  prompt: TEXT,
  query: TEXT,
  suffix: TEXT,
  system_instruction: google('Content'),
} as const satisfies Members;

/**
 * The rules for a raw body of a publisher's model, whose form the publisher alone defines. A member with a name from a chat
 * or from Google's requests is judged as there.
 */
export const OPEN_REQUEST = defineMessage(
  {
    ...OPEN_MEMBERS,
    generation_config: google('GenerationConfig'),
    model_armor_config: google('ModelArmorConfig'),
    output_config: google('GenerationOutputConfig'),
    tool_config: google('ToolConfig'),
    instances: { is: 'message', of: () => INSTANCE },
    parameters: { is: 'message', of: () => PARAMETERS },
  },
  { others: 'input' },
);

/** The members of OPEN_REQUEST that have no meaning of Google's in a body for a custom container. */
const CONTAINER_MEMBERS = [
  'audio',
  'cached_content',
  'documents',
  'extra_body',
  'functions',
  'google',
  'input',
  'instances',
  'labels',
  'parameters',
  'prompt',
  'query',
  'suffix',
  'tools',
  'web_search_options',
];

/** The rules for a body of a custom container, which has no tools, labels or context caches of Google's. */
export const CONTAINER_REQUEST = defineMessage(
  {
    ...OPEN_MEMBERS,
    ...Object.fromEntries(CONTAINER_MEMBERS.map((name) => [name, messageRule(CONTAINER_DATA)])),
  },
  { others: 'container' },
);
