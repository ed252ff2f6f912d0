import { answerClaude } from './answer.ts';
import { CLAUDE_ERRORS, ClaudeError, claudeErrorBody, newClaudeId } from './error.ts';
import { type ClaudeModel, claudeModel } from './models.ts';
import { readClaudeRequest, readCountTokensRequest } from './request.ts';
import { claudeEvents, claudeFraming } from './stream.ts';
import { countPromptTokens } from './tokens.ts';
import type { RestAnswer, RestCall, RestOperation } from '../rest-operation.ts';
import { findPublisherModel, publisherModelNotFound } from '../sample-resources.ts';

const MODELS = 'projects/{project}/locations/{location}/publishers/anthropic/models';
/**
 * The locations in which tokens are counted.
 * Source: https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/partner-models/claude/count-tokens
 */
const COUNT_LOCATIONS: readonly (string | undefined)[] = ['global', 'us', 'eu', 'asia-southeast1'];

/**
 * The operation `rawPredict` of Claude.
 * Source: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/use-claude
 */
export const claudeRawPredict: RestOperation = {
  httpMethod: 'POST',
  paths: [`${MODELS}/{model}:rawPredict`],
  method: 'PredictionService.RawPredict',
  serve: answer,
};

/** The operation `streamRawPredict` of Claude. The body's `stream` decides whether the answer is a stream. */
export const claudeStreamRawPredict: RestOperation = {
  httpMethod: 'POST',
  paths: [`${MODELS}/{model}:streamRawPredict`],
  method: 'PredictionService.StreamRawPredict',
  streams: true,
  serve: answer,
};

/**
 * The operation that counts the tokens of a prompt for Claude.
 * Source: https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/partner-models/claude/count-tokens
 * @throws GoogleError NOT_FOUND outside of the locations that count.
 */
export const claudeCountTokens: RestOperation = {
  httpMethod: 'POST',
  paths: [`${MODELS}/count-tokens:rawPredict`],
  method: 'PredictionService.RawPredict',
  serve: (call) => {
    const { params } = call.route;
    if (!COUNT_LOCATIONS.includes(params.location))
      throw publisherModelNotFound({ ...params, publisher: 'anthropic', model: 'count-tokens' });
    return inClaudesForm((requestId) => {
      const body = readCountTokensRequest(call.body, call.headers);
      findModel(call, body.model);
      return json(200, { input_tokens: countPromptTokens(body) }, requestId);
    });
  },
};

function answer(call: RestCall): RestAnswer {
  const model = findModel(call);
  return inClaudesForm((requestId) => {
    const request = readClaudeRequest(model, call.body, call.headers);
    const message = answerClaude(model, request);
    if (request.body.stream !== true) return json(200, message, requestId);
    return {
      headers: { 'request-id': requestId },
      elements: claudeEvents(message),
      framing: claudeFraming(requestId),
    };
  });
}

function findModel({ route: { params } }: RestCall, model = params.model ?? ''): ClaudeModel {
  return claudeModel(findPublisherModel({ ...params, publisher: 'anthropic', model }, 'rawPredict').id);
}

/** Answers a ClaudeError in Anthropic's form. Errors of Google's front end keep Google's form. */
function inClaudesForm(serve: (requestId: string) => RestAnswer): RestAnswer {
  const requestId = newClaudeId('req');
  try {
    return serve(requestId);
  } catch (error) {
    if (!(error instanceof ClaudeError)) throw error;
    return json(CLAUDE_ERRORS[error.type], claudeErrorBody(error, requestId), requestId);
  }
}

function json(status: number, body: unknown, requestId: string): RestAnswer {
  return {
    status,
    headers: { 'request-id': requestId },
    bytes: Buffer.from(JSON.stringify(body)),
    contentType: 'application/json',
  };
}
