import { toContents } from './contents.ts';
import type { ChatCompletionMessage } from './message.ts';
import { badRequest } from '../google-error.ts';
import { unsupported } from '../refusals.ts';

/**
 * The thinking budgets of `reasoning_effort`.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/migrate/openai/overview
 */
const THINKING_BUDGETS: Readonly<Record<string, number>> = {
  none: 0,
  minimal: 1024,
  low: 1024,
  medium: 8192,
  high: 24_576,
};
const FORMATS: Readonly<Record<string, string>> = {
  text: 'text/plain',
  json_object: 'application/json',
  json_schema: 'application/json',
};

/** Gives the tag around thoughts that a request asks for. */
export function thoughtTagOf({ google, extra_body }: ChatCompletionMessage): string | undefined {
  return google?.thought_tag_marker ?? extra_body?.google?.thought_tag_marker;
}

/**
 * Translates a chat completions request into a GenerateContentRequest, as Vertex AI does.
 * @throws GoogleError INVALID_ARGUMENT; UNIMPLEMENTED for parameters of Google's list that this emulator does not
 * support
 */
export function toGenerateContent(request: ChatCompletionMessage): object {
  for (const name of ['functions', 'function_call'] as const) {
    if (request[name] !== undefined) throw unsupported(`${name} of chat completions`);
  }
  const { google = request.extra_body?.google, tools = [] } = request;
  const declarations = tools.map(({ type, function: declared = {} }, i) => {
    if (type !== 'function') throw wrong(`tools[${i}].type`, 'expected function.');
    const { name, description, parameters } = declared;
    return withoutUndefined({ name, description, parametersJsonSchema: parameters });
  });
  // The members of the options have no effect at Google.
  const searches = request.web_search_options !== undefined;
  return {
    ...toContents(request.messages ?? [], thoughtTagOf(request)),
    generationConfig: toConfig(request),
    ...((declarations.length > 0 || searches) && {
      tools: [
        ...(declarations.length > 0 ? [{ functionDeclarations: declarations }] : []),
        ...(searches ? [{ googleSearch: {} }] : []),
      ],
    }),
    ...(request.tool_choice !== undefined && {
      toolConfig: { functionCallingConfig: toCallingConfig(request.tool_choice) },
    }),
    ...(google?.cached_content !== undefined && { cachedContent: google.cached_content }),
    ...(google?.safety_settings !== undefined && { safetySettings: google.safety_settings }),
  };
}

function toConfig(request: ChatCompletionMessage): object {
  const { response_format: format, stop } = request;
  const most = request.max_completion_tokens ?? request.max_tokens;
  return withoutUndefined({
    maxOutputTokens: most,
    temperature: request.temperature,
    topP: request.top_p,
    candidateCount: request.n,
    responseLogprobs: request.logprobs,
    // OpenAI's least is 0, which leaves the chosen tokens.
    logprobs: request.top_logprobs === 0 ? undefined : request.top_logprobs,
    seed: request.seed,
    frequencyPenalty: request.frequency_penalty,
    presencePenalty: request.presence_penalty,
    stopSequences: stop,
    // A type that OpenAI does not have is a media type.
    responseMimeType: format?.type === undefined ? undefined : (FORMATS[format.type] ?? format.type),
    responseJsonSchema: format?.type === 'json_schema' ? (format.json_schema?.schema ?? {}) : undefined,
    responseModalities: request.modalities,
    thinkingConfig: toThinkingConfig(request),
  });
}

/** Leaves out undefined members, as JSON does. */
function withoutUndefined(members: object): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function toThinkingConfig({ reasoning_effort: effort, google, extra_body }: ChatCompletionMessage): unknown {
  const config = google?.thinking_config ?? extra_body?.google?.thinking_config;
  if (effort === undefined) return config;
  if (config !== undefined) {
    throw wrong('reasoning_effort', 'only one of reasoning_effort and thinking_config may be given.');
  }
  const thinkingBudget = THINKING_BUDGETS[effort];
  if (thinkingBudget === undefined) {
    throw wrong('reasoning_effort', `expected one of ${Object.keys(THINKING_BUDGETS).join(', ')}.`);
  }
  return { thinkingBudget };
}

function toCallingConfig(choice: unknown): object {
  switch (choice) {
    case 'none':
      return { mode: 'NONE' };
    case 'auto':
      return { mode: 'AUTO' };
    case 'required':
      return { mode: 'ANY' };
    case 'validated':
      return { mode: 'VALIDATED' };
  }
  const chosen = choice as { type?: unknown; function?: { name?: unknown } | null } | null;
  const name = chosen?.type === 'function' ? chosen.function?.name : undefined;
  if (typeof name === 'string') return { mode: 'ANY', allowedFunctionNames: [name] };
  throw wrong('tool_choice', 'expected none, auto, required, validated or a function.');
}

function wrong(field: string, description: string): Error {
  return badRequest([{ field, description: `Invalid value at '${field}': ${description}` }]);
}
