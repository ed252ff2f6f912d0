import { invalidBody } from '../errors/invalid-body.ts';
import type { AuthorizedCall } from '../governance/decide.ts';
import type { UsableModel } from '../questions/list-models.ts';
import type { ModelsQuestion } from '../questions/question.ts';
import { findOfferedModel } from './find-offered-model.ts';

/** A model as OpenAI describes it: https://platform.openai.com/docs/api-reference/models/object */
interface OpenAiModel {
  /** The catalog's name, to be sent as `model`. */
  readonly id: string;
  readonly object: 'model';
  /** OpenAI's clients expect a time in seconds; the gateway does not know it. */
  readonly created: 0;
  readonly owned_by: string;
}

/**
 * Names of Google's text embedding models.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/embeddings/get-text-embeddings#supported_models
 */
const TEXT_EMBEDDING = /^(text|gemini)-(multilingual-)?embedding-\d/;

/** True for a publisher's model that makes vectors of texts. */
export function isTextEmbedding({ publisher, model }: { publisher?: string; model?: string }): boolean {
  return publisher === 'google' && model !== undefined && TEXT_EMBEDDING.test(model);
}

/** The names of Google's models of images end so: https://docs.cloud.google.com/gemini-enterprise-agent-platform/models */
const IMAGE_MODEL = /^gemini-.+-image(-preview)?$/;

/** Refuses models that make no images. @throws GatewayError INVALID_REQUEST. */
export function checkImageModel({ resource }: Pick<AuthorizedCall, 'resource'>): void {
  if (resource.kind === 'model' && resource.publisher === 'google' && IMAGE_MODEL.test(resource.model))
    return;
  throw invalidBody([
    { field: 'model', description: 'must be a model of images, such as gemini-3.1-flash-image' },
  ]);
}

/** Describes, as OpenAI's list of models, those that the caller may use for responses, chats or embeddings. */
export function describeModels(models: readonly UsableModel[]): object {
  return { object: 'list', data: models.filter(isOffered).map(describe) };
}

/**
 * Returns a function that describes one of the caller's models as OpenAI does. It throws as `findOfferedModel` says.
 * @param encodedName the model's name, percent-encoded, in any form that the `model` of a body can have.
 * @throws GatewayError INVALID_PATH for bytes that are not UTF-8.
 */
export function describeModel(encodedName: string): NonNullable<ModelsQuestion['describe']> {
  const find = findOfferedModel(encodedName, { isOffered });
  return (models, catalog) => describe(find(models, catalog));
}

function isOffered(model: UsableModel): boolean {
  const operations = model.allowed.flatMap((allowed) => allowed.operations);
  const may = (...names: readonly string[]) => names.some((name) => operations.includes(name));
  if (may('chatCompletions', 'generateContent', 'streamGenerateContent')) return true;
  if (model.publisher === 'anthropic') return may('rawPredict', 'streamRawPredict');
  return may('predict', 'embedContent') && isTextEmbedding(model);
}

function describe({ name, publisher, project }: UsableModel): OpenAiModel {
  return { id: name, object: 'model', created: 0, owned_by: publisher ?? project };
}
