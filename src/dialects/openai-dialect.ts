import { GatewayError } from '../errors/gateway-error.ts';
import type { JsonValue } from '../json/json-value.ts';
import type { Dialect, DialectRequest } from '../prediction/dialect.ts';
import type { QuestionDialect } from '../questions/question-dialect.ts';
import type { Prediction } from '../prediction/prediction.ts';
import type { AskedCall, AskedQuestion, Question } from '../questions/question.ts';
import { fillSilence } from './fill-silence.ts';
import { readOpenAiChat } from './openai-chat.ts';
import { checkTextEmbedding, OTHER_EMBEDDING_OPERATIONS, readEmbeddings } from './openai-embeddings.ts';
import { writeOpenAiError } from './openai-errors.ts';
import { checkImageModel, describeModel, describeModels } from './openai-models.ts';
import { readOpenAiTarget } from './openai-target.ts';
import { readOpenAiResponse, readResponseCall } from './openai-responses.ts';
import { CHAT_REQUEST } from './reach/chat-messages.ts';
import { readReach } from './reach/read-reach.ts';
import { readCapacity, readOpenAiTier } from './service-tier.ts';
import { writeStreamError } from './stream-errors.ts';
import { validateBody } from './validate-body.ts';
import { NamingBody } from './vertex-bodies.ts';

/**
 * The OpenAI surface: responses, chat completions, embeddings, images and lists of models, the part of OpenAI's API that Vertex AI can serve.
 * https://platform.openai.com/docs/api-reference
 */
export const openAiDialect: Dialect & QuestionDialect = {
  name: 'openai',
  readPrediction,
  readQuestion,
  writeError: writeOpenAiError,
  writeStreamError,
  fillSilence,
};

/** The path of all models, or of the one that its group names. */
const MODELS = /^v1\/models(?:\/(.+))?$/;

async function readPrediction(request: DialectRequest): Promise<Prediction> {
  switch (`${request.method} ${request.path}`) {
    case 'POST v1/chat/completions':
      return readOpenAiChat(request);
    case 'POST v1/embeddings':
      return readEmbeddings(request);
    case 'POST v1/images/generations':
      return (await import('./openai-images.ts')).readImages(request);
    case 'POST v1/responses':
      return readOpenAiResponse(request);
  }
  throw notOffered(request);
}

/**
 * Reads the target of a call without making it. The body names the model; the returned `check` judges its places and tools.
 * @param path the path below `/openai/`.
 * @throws GatewayError the error that the call itself would get.
 */
export async function readOpenAiCall(
  method: string,
  path: string,
  body: JsonValue | undefined,
): Promise<AskedCall | AskedQuestion> {
  switch (`${method} ${path}`) {
    case 'POST v1/chat/completions':
      return {
        ...readOpenAiTarget(await modelOf(body), 'chatCompletions'),
        ...(body && { ...tierOf(body), check: (await readReach(CHAT_REQUEST, body)).check }),
      };
    case 'POST v1/embeddings':
      return {
        ...readOpenAiTarget(await modelOf(body), 'predict'),
        otherOperations: OTHER_EMBEDDING_OPERATIONS,
        check: checkTextEmbedding,
      };
    case 'POST v1/images/generations':
      return { ...readOpenAiTarget(await modelOf(body), 'generateContent'), check: checkImageModel };
    case 'POST v1/responses':
      return readResponseCall(body);
  }
  if (method === 'GET' && MODELS.test(path)) return { question: 'models' };
  throw notOffered({ path });
}

/** Reads the service tier that a body asks for. A question about a call has no headers. */
function tierOf(body: JsonValue): Pick<AskedCall, 'serviceTier'> {
  return readCapacity(() => null, readOpenAiTier(body)).target;
}

async function modelOf(body: JsonValue | undefined): Promise<string> {
  return (await validateBody(NamingBody, body)).model;
}

function readQuestion(request: DialectRequest): Question {
  const [, model] = MODELS.exec(request.path) ?? [];
  if (model !== undefined) return { operation: 'models', describe: describeModel(model) };
  if (request.path === 'v1/models') return { operation: 'models', describe: describeModels };
  throw notOffered(request);
}

function notOffered({ path }: Pick<DialectRequest, 'path'>): GatewayError {
  if (/^v1\/(responses|conversations)(\/|$)/.test(path))
    return new GatewayError(
      'OPERATION_NOT_FOUND',
      'The gateway stores no responses, so it has none to get, list, cancel, delete or compact. Send the items of the ' +
        'conversation with each POST v1/responses, with `store: false`.',
    );
  return new GatewayError(
    'OPERATION_NOT_FOUND',
    'The gateway has no such operation of OpenAI’s API. It offers POST v1/responses, POST v1/chat/completions, ' +
      'POST v1/embeddings, POST v1/images/generations, GET v1/models and GET v1/models/{model}.',
  );
}
