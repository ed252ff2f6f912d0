import {
  defineMessage,
  harmless,
  harmlessBecause,
  INPUT_OR_BYTES,
  INPUT_OR_DATA,
  refused,
  toolOf,
  type Message,
  type Rule,
} from './rules.ts';
import { isWebSearch } from '../responses/web-search.ts';

const HELD_BY_OPENAI = refused('names a file that OpenAI stores, which Vertex AI cannot read');
const text: Rule = { is: 'harmless' };
const parts: Rule = { is: 'message', of: () => PART };

/** A part of a message's content or of a call's output. Google fetches addresses for its own models. */
const PART = defineMessage(
  {
    ...harmless('annotations detail filename input_audio logprobs refusal text type'),
    file_data: INPUT_OR_BYTES,
    file_id: HELD_BY_OPENAI,
    file_url: INPUT_OR_DATA,
    image_url: INPUT_OR_DATA,
  },
  { text },
);

/** An item of any kind: https://platform.openai.com/docs/api-reference/responses/create#responses_create-input */
const ITEM = defineMessage(
  {
    ...harmless(`
      arguments call_id encrypted_content id input name namespace phase role status summary type
    `),
    action: harmlessBecause('tells of an earlier search, which nothing makes again'),
    content: parts,
    output: parts,
  },
  { text },
);

const FUNCTION: Message = defineMessage({
  ...harmless('async defer_loading description format parameters strict type'),
  name: toolOf('functionDeclarations'),
});
const NAMESPACE: Message = defineMessage({
  ...harmless('description name type'),
  tools: { is: 'message', of: () => TOOL },
});

/** The search of the web is judged once the model is known, since each vendor has a tool of its own for it. */
const WEB_SEARCH: Message = defineMessage(
  harmless('external_web_access filters search_content_types search_context_size type user_location'),
);

/** Other tools are refused where the request is read. */
const TOOL: Message = defineMessage(
  {},
  {
    variant: (type = '') => {
      if (type === 'namespace') return NAMESPACE;
      return isWebSearch(type) ? WEB_SEARCH : FUNCTION;
    },
  },
);

/** The rules for the body of a request of the Responses API: https://platform.openai.com/docs/api-reference/responses/create */
export const RESPONSES_REQUEST = defineMessage({
  ...harmless(`
    background client_metadata include instructions max_output_tokens max_tool_calls metadata
    parallel_tool_calls prompt_cache_key prompt_cache_options prompt_cache_retention reasoning
    safety_identifier service_tier store stream stream_options temperature text tool_choice top_logprobs
    top_p truncation user
  `),
  input: { is: 'message', of: () => ITEM },
  model: harmlessBecause('names the model that the gateway authorizes'),
  tools: { is: 'message', of: () => TOOL },
});
