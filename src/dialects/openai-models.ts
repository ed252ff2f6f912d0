import { GatewayError } from '../errors/gateway-error.ts';
import type { CallTarget } from '../governance/call-target.ts';
import type { UsableModel } from '../questions/list-models.ts';
import type { CatalogNames, ModelsQuestion } from '../questions/question.ts';
import { decodeSegment } from './vertex-path.ts';
import { readModelName } from './read-model-name.ts';

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

/** True for a publisher's model whose `predict` makes vectors of texts. */
export function isTextEmbedding({ publisher, model }: { publisher?: string; model?: string }): boolean {
  return publisher === 'google' && model !== undefined && TEXT_EMBEDDING.test(model);
}

/** Describes, as OpenAI's list of models, those that the caller may use for chats or embeddings. */
export function describeModels(models: readonly UsableModel[]): object {
  return { object: 'list', data: models.filter(isOffered).map(describe) };
}

/**
 * Returns a function that describes one of the caller's models as OpenAI does. It throws GatewayError MODEL_NOT_FOUND for
 * a model that the catalog does not have, and MODEL_NOT_ALLOWED for one that the caller may not use here.
 * @param encodedName the model's name, percent-encoded, in any form that the `model` of a body can have.
 * @throws GatewayError INVALID_PATH for bytes that are not UTF-8.
 */
export function describeModel(encodedName: string): NonNullable<ModelsQuestion['describe']> {
  const named = readModelName(decodeSegment(encodedName));
  return (models, catalog) => {
    const offered = models.filter(isOffered);
    const found = offered.find((model) => named && isNamed(model, named.resource));
    if (found) return describe(found);
    const isKnown = named !== undefined && catalog.isKnown(named.resource);
    throw refuseModel(isKnown, suggestOffered(catalog, decodeSegment(encodedName), offered));
  };
}

function suggestOffered({ suggest }: CatalogNames, asked: string, offered: readonly UsableModel[]): string {
  if (offered.length === 0) return 'You may use none here yet.';
  return suggest(
    asked,
    offered.map(({ name }) => name),
  );
}

function refuseModel(isKnown: boolean, suggested: string): GatewayError {
  return isKnown
    ? new GatewayError(
        'MODEL_NOT_ALLOWED',
        `You may not use this model here. ${suggested} Ask the platform team for a grant of others.`,
      )
    : new GatewayError(
        'MODEL_NOT_FOUND',
        `There is no model of this name here. ${suggested} Check the name, or list the models with GET v1/models.`,
      );
}

function isOffered(model: UsableModel): boolean {
  const operations = model.allowed.flatMap((allowed) => allowed.operations);
  return operations.includes('chatCompletions') || (operations.includes('predict') && isTextEmbedding(model));
}

function describe({ name, publisher, project }: UsableModel): OpenAiModel {
  return { id: name, object: 'model', created: 0, owned_by: publisher ?? project };
}

function isNamed(
  { name, alias, publisher, model, endpoint }: UsableModel,
  named: CallTarget['resource'],
): boolean {
  if (named.kind === 'name') return [name, alias].includes(named.name);
  if (named.kind === 'model')
    return publisher === named.publisher && [model, name, alias].includes(named.model);
  return (
    named.kind === 'endpoint' && endpoint !== undefined && [endpoint, name, alias].includes(named.endpoint)
  );
}
