import { answerChat } from '../chat-completions/chat-answer.ts';
import { CHAT_SSE } from '../chat-completions/framing.ts';
import type { Fault } from '../../control/control.ts';
import { TextRequest } from './text-schema.ts';
import type { Framing } from '../framing.ts';
import { GoogleError } from '../google-error.ts';
import { unsupported } from '../refusals.ts';
import { parseBody } from '../request-body.ts';
import type { RestAnswer } from '../rest-operation.ts';

/** The name of the model that the container serves. */
const MODEL = 'google/gemma-3-4b-it';
const CONTEXT_TOKENS = 8192;

/** Server-sent events with errors in the container's form. */
const TEXT_SSE: Framing = {
  ...CHAT_SSE,
  contentType: 'text/event-stream; charset=utf-8',
  failure: (fault) => CHAT_SSE.frame(fault.body ?? faultBody(fault), 0),
};

/**
 * Calls the text generator's container, which serves chat completions as vLLM does, whole or as a stream.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/open-models/vllm/use-vllm and
 * https://docs.vllm.ai/en/stable/serving/openai_compatible_server.html
 * @param now milliseconds since 1970
 */
export function callTextContainer(body: Buffer, now: number): RestAnswer {
  try {
    return complete(read(body), now);
  } catch (error) {
    if (!(error instanceof ContainerError)) throw error;
    const { status, type, message } = error;
    return { status, ...compact(errorBody(message, type, status)) };
  }
}

/** An error in vLLM's form. */
class ContainerError extends Error {
  readonly status: number;
  readonly type: string;

  constructor(message: string, status = 400, type = 'BadRequestError') {
    super(message);
    this.name = 'ContainerError';
    this.status = status;
    this.type = type;
  }
}

function errorBody(message: string, type: string, code: number): object {
  return { error: { message, type, param: null, code } };
}

function faultBody({ status = 500 }: Fault): object {
  return errorBody(`Injected fault ${status}.`, 'InternalServerError', status);
}

function read(body: Buffer): TextRequest {
  const result = TextRequest.safeParse(parse(body));
  if (!result.success) {
    const [issue] = result.error.issues;
    const path = ['body', ...(issue?.path ?? [])].join('.');
    throw new ContainerError(`1 validation error: ${path}: ${issue?.message ?? 'Invalid input'}`);
  }
  const { model, tools, tool_choice, stream, stream_options, n, messages } = result.data;
  if (model !== undefined && model !== null && model !== '' && model !== MODEL) {
    throw new ContainerError('The model does not exist.', 404, 'NotFoundError');
  }
  if (stream !== true && stream_options) {
    throw new ContainerError('Stream options can only be defined when `stream=True`.');
  }
  if (tools && tools.length > 0 && tool_choice !== 'none') {
    throw new ContainerError(
      '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
    );
  }
  if ((n ?? 1) > 1) throw unsupported('more than one choice of the text generator');
  const other = messages.some(
    ({ content }) => Array.isArray(content) && content.some(({ type }) => type !== 'text'),
  );
  if (other) throw new ContainerError('At most 0 image(s) may be provided in one request.');
  return result.data;
}

function parse(body: Buffer): unknown {
  try {
    return parseBody(body);
  } catch (error) {
    if (error instanceof GoogleError) throw new ContainerError('1 validation error: body: JSON decode error');
    throw error;
  }
}

function complete(request: TextRequest, now: number): RestAnswer {
  const chat = answerChat(MODEL, { ...request, maximumOutputTokens: CONTEXT_TOKENS }, now);
  const { common, pieces, finishReason } = chat;
  const usage = { ...chat.usage, prompt_tokens_details: null };
  if (usage.prompt_tokens > CONTEXT_TOKENS) {
    throw new ContainerError(
      `This model's maximum context length is ${CONTEXT_TOKENS} tokens. However, your request has ${usage.prompt_tokens} input tokens. Please reduce the length of the input messages.`,
    );
  }
  if (request.stream !== true) {
    const message = { role: 'assistant', content: pieces.join(''), tool_calls: [] };
    const choices = [{ index: 0, message, logprobs: null, finish_reason: finishReason, stop_reason: null }];
    return compact({ ...common, object: 'chat.completion', choices, usage });
  }
  const chunk = (delta: object, reason: string | null = null) => ({
    ...common,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }],
  });
  const chunks: object[] = [
    chunk({ role: 'assistant', content: '' }),
    ...pieces.map((content, i) => chunk({ content }, i === pieces.length - 1 ? finishReason : null)),
  ];
  if (request.stream_options?.include_usage === true) {
    chunks.push({ ...common, object: 'chat.completion.chunk', choices: [], usage });
  }
  return { elements: chunks, framing: TEXT_SSE };
}

function compact(json: unknown): { readonly bytes: Buffer; readonly contentType: string } {
  return { bytes: Buffer.from(JSON.stringify(json)), contentType: 'application/json' };
}
