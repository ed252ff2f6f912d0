import { z } from 'zod';
import { queryParameters } from '../../../scripts/openapi/query-parameters.ts';

const Query = z.strictObject({
  by: z.enum(['tree', 'day']).default('tree').describe('The key of the counts'),
  from: z.iso.date().optional().describe('The first day'),
  limit: z
    .string()
    .regex(/^\d{1,3}$/)
    .optional(),
  debug: z.string().optional(),
});

test('a query is described by the schema that reads it; no parameter is required', () => {
  expect(
    queryParameters(Query, {
      by: { example: 'day' },
      from: { example: '2025-11-24' },
      limit: { description: 'The most naps.', example: '10' },
    }),
  ).toEqual([
    {
      name: 'by',
      in: 'query',
      description: 'The key of the counts.',
      schema: { type: 'string', enum: ['tree', 'day'], default: 'tree' },
      example: 'day',
    },
    {
      name: 'from',
      in: 'query',
      description: 'The first day.',
      schema: { type: 'string', format: 'date' },
      example: '2025-11-24',
    },
    {
      name: 'limit',
      in: 'query',
      description: 'The most naps.',
      schema: { type: 'string', pattern: '^\\d{1,3}$' },
      example: '10',
    },
  ]);
});
