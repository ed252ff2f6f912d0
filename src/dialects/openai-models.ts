import { GatewayError } from '../errors/gateway-error.ts';
import type { CallTarget } from '../governance/call-target.ts';
import type { UsableModel } from '../questions/list-models.ts';
import { decodePart } from './decode-part.ts';
import { readModelName } from './read-model-name.ts';

/** https://platform.openai.com/docs/api-reference/models/object */
interface OpenAiModel {
  /** The catalog's name: what to send as `model`. */
  readonly id: string;
  readonly object: 'model';
  /** OpenAI's clients expect the time in seconds; nobody here knows it. */
  readonly created: 0;
  readonly owned_by: string;
}

/** https://cloud.google.com/vertex-ai/generative-ai/docs/embeddings/get-text-embeddings#supported_models */
const TEXT_EMBEDDING = /^(text|gemini)-(multilingual-)?embedding-\d/;

/** Whether the `predict` of a publisher's model makes vectors of texts. */
export function isTextEmbedding({ publisher, model }: { publisher?: string; model?: string }): boolean {
  return publisher === 'google' && model !== undefined && TEXT_EMBEDDING.test(model);
}

/** The models that the caller may chat with or get embeddings from. */
export function describeModels(models: readonly UsableModel[]): object {
  return { object: 'list', data: models.filter(isOffered).map(describe) };
}

/**
 * The one of them that a path names, as a body would name it.
 * @throws GatewayError INVALID_PATH; the description throws MODEL_NOT_ALLOWED, whether there is no such model or not for
 *   this caller.
 */
export function describeModel(part: string): (models: readonly UsableModel[]) => object {
  const named = readModelName(decodePart(part));
  return (models) => {
    const found = models.filter(isOffered).find((model) => named && isNamed(model, named.resource));
    if (found) return describe(found);
    throw new GatewayError(
      'MODEL_NOT_ALLOWED',
      'There is no such model that you may use here. Look up those that you may use with GET v1/models, or ask the ' +
        'platform team for a grant.',
    );
  };
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
