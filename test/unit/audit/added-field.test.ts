import { z } from 'zod';
import type { RecordFilter } from '@vertex-ai-gateway/audit-ledger/reading';
import { closing, RECORD_FIELDS } from '@vertex-ai-gateway/audit-ledger/record';
import { CALLER } from '../prediction/one-call.ts';
import { governanceOf } from '../governance/governance-of.ts';

const { signal } = new AbortController();
const PERIOD = { from: new Date('2026-01-01'), to: new Date('2026-01-02') };

// Nothing but the schema knows these fields. Everything else is loaded after them.
Object.assign(RECORD_FIELDS, {
  'gen_ai.mood': closing(z.enum(['good', 'bad']).optional(), {
    description: 'Mood of the model',
    source: 'Vertex AI',
    answerName: 'mood',
    filter: { place: 8, example: 'good' },
  }),
  effort: closing(z.int().min(0).optional(), {
    description: 'Effort of the model',
    source: 'Vertex AI',
    unit: 'tokens',
    isSummed: true,
  }),
});

test('a field that is added to the schema is shipped', async () => {
  const { toEventAttributes } = await import('@vertex-ai-gateway/audit-ledger/record');
  expect(toEventAttributes({ 'gen_ai.mood': 'good', effort: 3 })).toEqual({
    properties: { 'gen_ai.mood': 'good' },
    measurements: { effort: 3 },
  });
});

test('a field that is added to the schema is asked for and read', async () => {
  const { createApplicationInsightsArchive } = await import('@vertex-ai-gateway/audit-ledger/reading');
  const queries: string[] = [];
  const archive = createApplicationInsightsArchive((query) => {
    queries.push(query);
    return Promise.resolve([
      { id: '1', requestId: '1', timestamp: '2026-01-01T00:00:00Z', mood: 'good', effort: 3 },
    ]);
  });
  const filter = { period: PERIOD, mood: 'good' } as RecordFilter;
  const [record] = await archive.listRecords('everybody', filter, { limit: 1 }, signal);
  expect(record).toMatchObject({ mood: 'good', effort: 3 });
  expect(queries[0]).toContain("['mood'] = tostring(customDimensions['gen_ai.mood'])");
  expect(queries[0]).toContain("['effort'] = todouble(customMeasurements['effort'])");
  expect(queries[0]).toContain(`['mood'] == "good"`);
});

test('a field that is added to the schema is a column of CSV, after the others', async () => {
  const { RECORD_STREAMS } = await import('../../../src/dialects/record-streams.ts');
  expect(RECORD_STREAMS.csv?.head).toMatch(/,mood,effort,error\r\n$/);
});

test('a field that is added to the schema as a filter is a parameter of the query', async () => {
  const { AuditQuery } = await import('../../../src/dialects/gateway-queries.ts');
  expect(AuditQuery.parse({ mood: 'bad' })).toEqual({ mood: 'bad' });
  expect(AuditQuery.safeParse({ mood: 'sad' }).error?.issues).toMatchObject([
    { path: ['mood'], message: 'must be good or bad' },
  ]);
});

test('a field that is added to the schema as a sum is summed', async () => {
  const { createApplicationInsightsArchive } = await import('@vertex-ai-gateway/audit-ledger/reading');
  const { sumUsage } = await import('../../../src/questions/sum-usage.ts');
  const queries: string[] = [];
  const archive = createApplicationInsightsArchive((query) => {
    queries.push(query);
    return Promise.resolve([
      { calls: 1, effort: 3 },
      { calls: 1, effort: 4 },
    ]);
  });
  const dependencies = {
    archive,
    governance: governanceOf({ entries: [], grants: [] }),
    now: () => PERIOD.from,
  };
  const question = { operation: 'usage', period: PERIOD, by: 'model' } as const;
  expect(await sumUsage(dependencies, CALLER, question, signal)).toMatchObject({ total: { effort: 7 } });
  expect(queries[0]).toContain('effort = sum(effort)');
});

test('a field that is added to the schema is described in OpenAPI and in the table of fields', async () => {
  const { RecordedCall, Usage } = await import('../../../scripts/openapi/gateway-record-schemas.ts');
  const { recordOperations } = await import('../../../scripts/openapi/gateway-record-operations.ts');
  const { describeFields } = await import('../../../scripts/docs/describe-fields.ts');
  expect(RecordedCall.shape.mood?.description).toBe('Mood of the model. One of good, bad.');
  const { parameters } = recordOperations.find(({ operationId }) => operationId === 'audit') ?? {};
  expect(parameters).toContainEqual({
    name: 'mood',
    in: 'query',
    description: 'Mood of the model.',
    schema: { type: 'string', enum: ['good', 'bad'] },
    example: 'good',
  });
  expect(z.toJSONSchema(Usage.shape.total)).toMatchObject({
    properties: { effort: { type: 'integer', description: 'Effort of the model.' } },
  });
  expect(describeFields()).toContain(
    '| `gen_ai.mood` | `good`, `bad` |  | Vertex AI |  |  | Mood of the model (`mood` in answers) |',
  );
});
