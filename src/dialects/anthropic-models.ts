import { z } from 'zod';
import { invalidQuery } from '../errors/invalid-query.ts';
import type { UsableModel } from '../questions/list-models.ts';
import type { ModelsQuestion } from '../questions/question.ts';
import { findOfferedModel } from './find-offered-model.ts';
import { readQuery } from './read-query.ts';

/** A model as Anthropic describes it: https://platform.claude.com/docs/en/api/models/retrieve */
interface AnthropicModel {
  readonly type: 'model';
  /** The catalog's name, to be sent as `model`. */
  readonly id: string;
  readonly display_name: string;
  /** Anthropic says the beginning of 1970 where it doesn't know the time. */
  readonly created_at: '1970-01-01T00:00:00Z';
}

const DEFAULT_LIMIT = 20;
const MODEL_NAME = z
  .string()
  .regex(/^[A-Za-z0-9][\w.@-]{0,199}$/, 'must be the first_id or last_id of an answer')
  .optional();

/** The query of a list of models. https://platform.claude.com/docs/en/api/models/list */
export const AnthropicModelsQuery = z.object({
  limit: z
    .string()
    .regex(/^([1-9]\d{0,2}|1000)$/, 'must be a whole number from 1 to 1000')
    .transform(Number)
    .optional()
    .describe('Number of models that the answer has at most; 20 when left out'),
  after_id: MODEL_NAME.describe('`last_id` of an answer: the list goes on behind that model'),
  before_id: MODEL_NAME.describe('`first_id` of an answer: the list ends before that model'),
});

/**
 * Returns a function that describes, as Anthropic's list of models, the Claude models that the caller may use. It throws
 * GatewayError INVALID_REQUEST for a page that begins or ends at another model.
 * @throws GatewayError INVALID_REQUEST.
 */
export function describeAnthropicModels(query: URLSearchParams): NonNullable<ModelsQuestion['describe']> {
  const { limit = DEFAULT_LIMIT, after_id, before_id } = readQuery(AnthropicModelsQuery, query);
  if (after_id !== undefined && before_id !== undefined)
    throw invalidQuery([{ field: 'before_id', description: 'must be left out beside after_id' }]);
  return (models) => {
    const offered = models.filter(isClaude);
    const start = after_id === undefined ? 0 : positionOf(offered, 'after_id', after_id) + 1;
    const end = before_id === undefined ? offered.length : positionOf(offered, 'before_id', before_id);
    const page =
      before_id === undefined
        ? offered.slice(start, start + limit)
        : offered.slice(Math.max(0, end - limit), end);
    return {
      data: page.map(describe),
      has_more: page.length < end - start,
      first_id: page[0]?.name ?? null,
      last_id: page.at(-1)?.name ?? null,
    };
  };
}

/**
 * Returns a function that describes one of the caller's Claude models as Anthropic does. It throws as `findOfferedModel`
 * says.
 * @param encodedName the model's name, percent-encoded, in any form that the `model` of a message can have.
 * @throws GatewayError INVALID_PATH for bytes that are not UTF-8.
 */
export function describeAnthropicModel(encodedName: string): NonNullable<ModelsQuestion['describe']> {
  const find = findOfferedModel(encodedName, { publisher: 'anthropic', isOffered: isClaude });
  return (models, catalog) => describe(find(models, catalog));
}

function positionOf(offered: readonly UsableModel[], field: string, id: string): number {
  const position = offered.findIndex(({ name }) => name === id);
  if (position >= 0) return position;
  throw invalidQuery([{ field, description: 'must be the first_id or last_id of an answer' }]);
}

function isClaude({ publisher, allowed }: UsableModel): boolean {
  const operations = allowed.flatMap((one) => one.operations);
  return (
    publisher === 'anthropic' &&
    (operations.includes('rawPredict') || operations.includes('streamRawPredict'))
  );
}

function describe({ name }: UsableModel): AnthropicModel {
  return { type: 'model', id: name, display_name: name, created_at: '1970-01-01T00:00:00Z' };
}
