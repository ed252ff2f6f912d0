import { z } from 'zod';
import { AnthropicModelsQuery } from '../../src/dialects/anthropic-models.ts';
import { ALWAYS } from './failures.ts';
import { queryParameters } from './query-parameters.ts';
import type { Operation } from './surface.ts';

/** https://platform.claude.com/docs/en/api/models/retrieve */
const ClaudeModel = z
  .looseObject({
    type: z.literal('model').describe('The type of the object.'),
    id: z.string().describe("The model's catalog name, which messages send as `model`."),
    display_name: z.string().describe("The model's catalog name."),
    created_at: z
      .string()
      .describe(
        'The time of release. It is always the beginning of 1970, because the catalog does not record it.',
      ),
  })
  .describe('A Claude model.');

/** https://platform.claude.com/docs/en/api/models/list */
const ClaudeModels = z
  .looseObject({
    data: z.array(ClaudeModel).describe('The models that the caller may use, and no others.'),
    has_more: z.boolean().describe('True when there are more models behind or before this page.'),
    first_id: z.string().nullable().describe('The id of the first model of the page; null for an empty one.'),
    last_id: z.string().nullable().describe('The id of the last model of the page; null for an empty one.'),
  })
  .describe('A page of the list of Claude models.');

const MODEL = {
  type: 'model',
  id: 'claude-haiku-4-5',
  display_name: 'claude-haiku-4-5',
  created_at: '1970-01-01T00:00:00Z',
};

/** Names the schemas of models in the document of the Anthropic surface. */
export function nameClaudeModels(components: z.core.$ZodRegistry<{ id: string }>): void {
  components.add(ClaudeModel, { id: 'ClaudeModel' });
  components.add(ClaudeModels, { id: 'ClaudeModels' });
}

/** The operations that describe the Claude models which a caller may use. */
export const claudeModelOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/models',
    operationId: 'models-list',
    summary: 'List models',
    description: 'Lists the Claude models that the caller may use.',
    tag: 'models',
    parameters: queryParameters(AnthropicModelsQuery, {
      limit: { example: '20' },
      after_id: { example: MODEL.id },
      before_id: { example: MODEL.id },
    }),
    answer: {
      description: 'A page of models.',
      content: {
        'application/json': {
          schema: ClaudeModels,
          example: { data: [MODEL], has_more: false, first_id: MODEL.id, last_id: MODEL.id },
        },
      },
    },
    failures: ALWAYS,
  },
  {
    method: 'get',
    path: '/v1/models/{model}',
    operationId: 'models-get',
    summary: 'Get a model',
    description: 'Describes a Claude model that the caller may use.',
    tag: 'models',
    answer: {
      description: 'The model.',
      content: { 'application/json': { schema: ClaudeModel, example: MODEL } },
    },
    failures: ALWAYS,
  },
];
