import { GatewayError } from '../errors/gateway-error.ts';
import type { JsonValue } from '../json/json-value.ts';
import type { Dialect, DialectRequest } from '../prediction/dialect.ts';
import type { Prediction } from '../prediction/prediction.ts';
import type { AskedCall } from '../questions/question.ts';
import { writeAnthropicError } from './anthropic-errors.ts';
import { readMessage, readMessageTarget, readTokenCount } from './anthropic-messages.ts';
import { CLAUDE_REQUEST } from './reach/claude-messages.ts';
import { readReach } from './reach/read-reach.ts';
import { writeStreamError } from './stream-errors.ts';

/** The part of Anthropic's API that Claude on Vertex AI has: https://docs.claude.com/en/api/messages */
export const anthropicDialect: Dialect = {
  name: 'anthropic',
  readPrediction,
  writeError: writeAnthropicError,
  writeStreamError,
};

async function readPrediction(request: DialectRequest): Promise<Prediction> {
  return nameOf(request) === 'message' ? readMessage(request) : readTokenCount(request);
}

/** What a call would reach for, by its body. @throws GatewayError, as the call would get. */
export async function readAnthropicCall(
  method: string,
  path: string,
  body: JsonValue | undefined,
): Promise<AskedCall> {
  const target = await readMessageTarget(
    body,
    nameOf({ method, path }) === 'count' ? 'countTokens' : undefined,
  );
  return body ? { ...target, check: (await readReach(CLAUDE_REQUEST, body)).check } : target;
}

/** The query doesn't count: SDKs add `beta=true`, and what it stands for is in the header `anthropic-beta`. */
function nameOf({ method, path }: Pick<DialectRequest, 'method' | 'path'>): 'message' | 'count' {
  if (method === 'POST' && path === 'v1/messages') return 'message';
  if (method === 'POST' && path === 'v1/messages/count_tokens') return 'count';
  throw new GatewayError(
    'OPERATION_NOT_FOUND',
    'The gateway has no such operation of Anthropic’s API. It offers POST v1/messages and POST v1/messages/count_tokens.',
  );
}
