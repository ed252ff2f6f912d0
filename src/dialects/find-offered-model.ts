import { GatewayError } from '../errors/gateway-error.ts';
import type { UsableModel } from '../questions/list-models.ts';
import type { CatalogNames } from '../questions/question.ts';
import { decodeSegment } from './vertex-path.ts';
import { readModelName } from './read-model-name.ts';

/** The models that a surface offers. */
interface Offer {
  /** The publisher of a name alone; when left out, that is a catalog name or an alias. */
  readonly publisher?: string;
  readonly isOffered: (model: UsableModel) => boolean;
}

/**
 * Returns a function that finds one of the caller's models. It throws GatewayError MODEL_NOT_FOUND for a model that the
 * catalog does not have, MODEL_RETIRED for one whose end has come, and MODEL_NOT_ALLOWED for one that the caller may not
 * use here.
 * @param encodedName the model's name, percent-encoded, in any form that the `model` of a body can have.
 * @throws GatewayError INVALID_PATH for bytes that are not UTF-8.
 */
export function findOfferedModel(
  encodedName: string,
  { publisher, isOffered }: Offer,
): (models: readonly UsableModel[], catalog: CatalogNames) => UsableModel {
  const asked = decodeSegment(encodedName);
  const named = readModelName(asked, publisher);
  return (models, catalog) => {
    const offered = models.filter(isOffered);
    const name = named && catalog.nameOf(named.resource);
    const found = offered.find((model) => model.name === name);
    if (found) return found;
    const end = name === undefined ? undefined : catalog.endOf(name);
    if (end !== undefined) throw new GatewayError('MODEL_RETIRED', end);
    throw refuseModel(name !== undefined, suggestOffered(catalog, asked, offered));
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
