import { GatewayError } from '../errors/gateway-error.ts';
import type { JsonValue } from '../json/json-value.ts';
import type { Dialect, DialectRequest } from '../prediction/dialect.ts';
import type { Prediction } from '../prediction/prediction.ts';
import type { AskedCall, AskedQuestion, Question } from '../questions/question.ts';
import type { QuestionDialect } from '../questions/question-dialect.ts';
import { writeAnthropicError } from './anthropic-errors.ts';
import { readMessage, readMessageTarget, readTokenCount } from './anthropic-messages.ts';
import { describeAnthropicModel, describeAnthropicModels } from './anthropic-models.ts';
import { fillSilence } from './fill-silence.ts';
import { CLAUDE_REQUEST } from './reach/claude-messages.ts';
import { readReach } from './reach/read-reach.ts';
import { writeStreamError } from './stream-errors.ts';

/**
 * The Anthropic surface: messages, counts of their tokens and lists of models, the part of Anthropic's API that Vertex AI
 * and the catalog can serve. https://docs.claude.com/en/api/messages
 */
export const anthropicDialect: Dialect & QuestionDialect = {
  name: 'anthropic',
  readPrediction,
  readQuestion,
  writeError: writeAnthropicError,
  writeStreamError,
  fillSilence,
};

/** The path of all models, or of the one that its group names. */
const MODELS = /^v1\/models(?:\/(.+))?$/;

async function readPrediction(request: DialectRequest): Promise<Prediction> {
  return operationAt(request) === 'message' ? readMessage(request) : readTokenCount(request);
}

/**
 * Reads the target of a call without making it. The body names the model; the returned `check` judges its places and tools.
 * @param path the path below `/anthropic/`.
 * @throws GatewayError the error that the call itself would get.
 */
export async function readAnthropicCall(
  method: string,
  path: string,
  body: JsonValue | undefined,
): Promise<AskedCall | AskedQuestion> {
  if (method === 'GET' && MODELS.test(path)) return { question: 'models' };
  const target = await readMessageTarget(
    body,
    operationAt({ method, path }) === 'count' ? 'countTokens' : undefined,
  );
  return body ? { ...target, check: (await readReach(CLAUDE_REQUEST, body)).check } : target;
}

function readQuestion({ path, query }: DialectRequest): Question {
  const [, model] = MODELS.exec(path) ?? [];
  if (model !== undefined) return { operation: 'models', describe: describeAnthropicModel(model) };
  if (path === 'v1/models') return { operation: 'models', describe: describeAnthropicModels(query) };
  throw notOffered();
}

/** The query is ignored: SDKs add `beta=true`, and the header `anthropic-beta` names the betas. */
function operationAt({ method, path }: Pick<DialectRequest, 'method' | 'path'>): 'message' | 'count' {
  if (method === 'POST' && path === 'v1/messages') return 'message';
  if (method === 'POST' && path === 'v1/messages/count_tokens') return 'count';
  throw notOffered();
}

function notOffered(): GatewayError {
  return new GatewayError(
    'OPERATION_NOT_FOUND',
    'The gateway has no such operation of Anthropic’s API. It offers POST v1/messages, POST v1/messages/count_tokens, ' +
      'GET v1/models and GET v1/models/{model}.',
  );
}
