import { GatewayError } from '../errors/gateway-error.ts';
import type { Dialect, DialectRequest, QuestionDialect } from '../prediction/interfaces.ts';
import type { Prediction } from '../prediction/prediction.ts';
import type { Question } from '../prediction/question.ts';
import { readOpenAiChat } from './openai-chat.ts';
import { readEmbeddings } from './openai-embeddings.ts';
import { writeOpenAiError } from './openai-errors.ts';
import { describeModel, describeModels } from './openai-models.ts';
import { writeStreamError } from './stream-errors.ts';

/** The part of OpenAI's API that models on Vertex AI have: https://platform.openai.com/docs/api-reference */
export const openAiDialect: Dialect & QuestionDialect = {
  name: 'openai',
  readPrediction,
  readQuestion,
  writeError: writeOpenAiError,
  writeStreamError,
};

function readPrediction(request: DialectRequest): Prediction {
  switch (`${request.method} ${request.path}`) {
    case 'POST v1/chat/completions':
      return readOpenAiChat(request);
    case 'POST v1/embeddings':
      return readEmbeddings(request);
  }
  throw notOffered(request);
}

function readQuestion(request: DialectRequest): Question {
  const [, model] = /^v1\/models(?:\/(.+))?$/.exec(request.path) ?? [];
  if (model !== undefined) return { operation: 'models', describe: describeModel(model) };
  if (request.path === 'v1/models') return { operation: 'models', describe: describeModels };
  throw notOffered(request);
}

function notOffered({ path }: DialectRequest): GatewayError {
  if (/^v1\/responses(\/|$)/.test(path))
    return new GatewayError(
      'OPERATION_NOT_SERVED',
      'The gateway does not serve OpenAI’s Responses API. Use POST v1/chat/completions instead.',
    );
  return new GatewayError(
    'OPERATION_NOT_FOUND',
    'The gateway has no such operation of OpenAI’s API. It offers POST v1/chat/completions, POST v1/embeddings, ' +
      'GET v1/models and GET v1/models/{model}.',
  );
}
