import { GatewayError } from '../errors/gateway-error.ts';
import type { Dialect, DialectRequest } from '../prediction/interfaces.ts';
import type { Prediction } from '../prediction/prediction.ts';
import { writeAnthropicError } from './anthropic-errors.ts';
import { readMessage, readTokenCount } from './anthropic-messages.ts';
import { writeStreamError } from './stream-errors.ts';

/** The part of Anthropic's API that Claude on Vertex AI has: https://docs.claude.com/en/api/messages */
export const anthropicDialect: Dialect = {
  name: 'anthropic',
  readPrediction,
  writeError: writeAnthropicError,
  writeStreamError,
};

function readPrediction(request: DialectRequest): Prediction {
  return readerOf(request)(request);
}

/** The query doesn't count: SDKs add `beta=true`, and what it stands for is in the header `anthropic-beta`. */
function readerOf({ method, path }: DialectRequest): (request: DialectRequest) => Prediction {
  if (method === 'POST' && path === 'v1/messages') return readMessage;
  if (method === 'POST' && path === 'v1/messages/count_tokens') return readTokenCount;
  throw new GatewayError(
    'OPERATION_NOT_FOUND',
    'The gateway has no such operation of Anthropic’s API. It offers POST v1/messages and POST v1/messages/count_tokens.',
  );
}
