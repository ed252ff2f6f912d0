import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import { checkComputer, readBetas, refuseBetas } from './betas.ts';
import { checkCitable } from './citations.ts';
import { ClaudeError, invalidRequest } from './error.ts';
import { checkClaudeMessages } from './messages.ts';
import type { ClaudeModel } from './models.ts';
import { schemaError } from './schema-error.ts';
import { CountTokensBody, type MessagesBody, messagesSchema } from './schema.ts';
import { blocksOf, countPromptTokens } from './tokens.ts';
import { isDeeperThan } from '../json-depth.ts';

/** A call of a model that has passed all checks of the service. */
export interface ClaudeRequest {
  readonly body: MessagesBody;
  readonly inputTokens: number;
}

/**
 * The size limit of a request.
 * Source: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/use-claude
 */
const MAXIMUM_BYTES = 30 * 1024 * 1024;
const MAXIMUM_DEPTH = 100;

/**
 * Reads a call of a model.
 * @throws ClaudeError in the words of the service
 */
export function readClaudeRequest(
  model: ClaudeModel,
  bytes: Buffer,
  headers: IncomingHttpHeaders,
): ClaudeRequest {
  const betas = readBetas(headers['anthropic-beta'], model);
  const json = parse(bytes);
  const body = check(messagesSchema(json.anthropic_version, betas), json);
  checkClaudeMessages(body);
  checkComputer(body.tools, betas);
  checkCitations(body);
  checkCitable(body);
  checkSampling(body);
  checkThinking(model, body);
  const inputTokens = countPromptTokens(body);
  checkLimits(model, body, inputTokens);
  return { body, inputTokens };
}

/**
 * Reads a count of tokens.
 * @throws ClaudeError in the words of the service
 */
export function readCountTokensRequest(bytes: Buffer, headers: IncomingHttpHeaders): CountTokensBody {
  refuseBetas(headers['anthropic-beta']);
  const json = parse(bytes);
  const body = check(CountTokensBody, json);
  checkClaudeMessages(body);
  return body;
}

function parse(bytes: Buffer): Readonly<Record<string, unknown>> {
  if (bytes.length > MAXIMUM_BYTES) {
    throw new ClaudeError('request_too_large', 'Request exceeds the maximum size');
  }
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw invalidRequest('The request body is not valid JSON.');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw invalidRequest('Input should be a valid dictionary');
  }
  if (isDeeperThan(MAXIMUM_DEPTH, json)) throw invalidRequest('The request body is nested too deeply.');
  return json as Readonly<Record<string, unknown>>;
}

function check<T>(schema: z.ZodType<T>, json: unknown): T {
  const result = schema.safeParse(json);
  if (!result.success) throw schemaError(json, result.error.issues);
  return result.data;
}

/**
 * Refuses citations in text blocks of the user, as version `2026-10-21` does.
 * Source: https://platform.claude.com/docs/en/api/migration-2026-10-21
 */
function checkCitations({ anthropic_version, messages }: MessagesBody): void {
  if (anthropic_version !== '2026-10-21') return;
  messages.forEach(({ role, content }, i) =>
    blocksOf(content).forEach((block, j) => {
      if (role !== 'user' || block.type !== 'text' || (block.citations ?? []).length === 0) return;
      throw invalidRequest(
        `messages.${i}.content.${j}.text.citations: citations are not permitted in \`user\` messages`,
      );
    }),
  );
}

/**
 * Checks that a call sets only one of `temperature` and `top_p`.
 * Source: https://platform.claude.com/docs/en/about-claude/models/migration-guide
 */
function checkSampling({ temperature, top_p }: MessagesBody): void {
  if (temperature === undefined || top_p === undefined) return;
  throw invalidRequest(
    '`temperature` and `top_p` cannot both be specified for this model. Please use only one.',
  );
}

/**
 * Checks the way of thinking, and the parameters that it excludes or limits.
 * Source: https://platform.claude.com/docs/en/build-with-claude/extended-thinking#feature-compatibility
 */
function checkThinking(model: ClaudeModel, body: MessagesBody): void {
  const { thinking, max_tokens, temperature, top_p, top_k, tool_choice } = body;
  if (body.output_config?.effort !== undefined && model.thinking !== 'adaptive')
    throw invalidRequest('This model does not support the effort parameter.');
  if (thinking === undefined || thinking.type === 'disabled') return;
  if (thinking.type === 'adaptive' && model.thinking !== 'adaptive')
    throw invalidRequest('adaptive thinking is not supported on this model');
  if (thinking.type === 'enabled' && model.thinking === 'adaptive')
    throw invalidRequest(
      '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.',
    );
  if (thinking.type === 'enabled' && max_tokens <= thinking.budget_tokens) {
    throw invalidRequest('`max_tokens` must be greater than `thinking.budget_tokens`.');
  }
  if (temperature !== undefined && temperature !== 1) {
    throw invalidRequest('`temperature` may only be set to 1 when thinking is enabled.');
  }
  if (top_p !== undefined && top_p < 0.95) {
    throw invalidRequest('`top_p` must be greater than or equal to 0.95 when thinking is enabled.');
  }
  if (top_k !== undefined) throw invalidRequest('`top_k` must be unset when thinking is enabled.');
  if (tool_choice?.type === 'any' || tool_choice?.type === 'tool') {
    throw invalidRequest('Thinking may not be enabled when tool_choice forces tool use.');
  }
}

function checkLimits(
  { name, maximumOutputTokens, contextTokens }: ClaudeModel,
  { max_tokens }: MessagesBody,
  inputTokens: number,
): void {
  if (max_tokens > maximumOutputTokens) {
    throw invalidRequest(
      `max_tokens: ${max_tokens} > ${maximumOutputTokens}, which is the maximum allowed number of output tokens for ${name}`,
    );
  }
  if (inputTokens > contextTokens) {
    throw invalidRequest(`prompt is too long: ${inputTokens} tokens > ${contextTokens} maximum`);
  }
  if (inputTokens + max_tokens > contextTokens) {
    throw invalidRequest(
      `input length and \`max_tokens\` exceed context limit: ${inputTokens} + ${max_tokens} > ${contextTokens}, decrease input length or \`max_tokens\` and try again`,
    );
  }
}
