import { FILTER_FIELDS } from '@vertex-ai-gateway/audit-ledger/reading';
import { queryNameOf } from '../../src/dialects/record-filters.ts';
import { AuditQuery, UsageQuery } from '../../src/dialects/gateway-queries.ts';
import { POLICY_VERSION, REQUEST_ID, WITH_QUERY } from './failures.ts';
import { RecordedCall, RecordLines, RecordPage, RecordTable, Usage } from './gateway-record-schemas.ts';
import { queryParameters } from './query-parameters.ts';
import type { Operation } from './surface.ts';

const CURSOR = 'eyJhZnRlciI6IjIwMjUtMTEtMjRUMTY6MDA6MDBaIn0';
const PERIOD = { from: { example: '2025-11-01' }, to: { example: '2025-11-24T16:00:00Z' } };
const FILTER_EXAMPLES = Object.fromEntries(
  FILTER_FIELDS.map(({ name, facts }) => [queryNameOf(name), { example: facts.filter?.example ?? '' }]),
);
const RECORD = {
  id: `20251124T155958123Z-${REQUEST_ID}`,
  requestId: REQUEST_ID,
  time: '2025-11-24T15:59:58.123Z',
  recordedBy: 'function-app',
  status: 200,
  roles: ['Scoring.Predict'],
  isDelegated: false,
  dialect: 'vertex',
  method: 'POST',
  operation: 'predict',
  policyVersion: POLICY_VERSION,
  decision: 'allow',
  rule: 'scoring-iris',
  reason: 'The scoring team predicts flowers.',
  outcome: 'answered',
  subscriptionId: 'scoring-app',
  productId: 'production',
  project: 'sample-project',
  location: 'us-central1',
  endpoint: '1234567890',
  deployedModelId: '2345678901234567890',
  instances: 1,
  costInUsd: 0.0001,
  durationInMs: 84,
};
const FIGURES = {
  calls: 3,
  outcomes: { answered: 2, denied: 1, failed: 0, interrupted: 0, aborted: 0 },
  inputTokens: 0,
  outputTokens: 0,
  totalTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  instances: 2,
  costInUsd: 0.0002,
};

/** The gateway's operations on records: usage, records of calls, and one record. */
export const recordOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/usage',
    operationId: 'usage',
    summary: 'Sum usage',
    description: 'Sums the calls of the APIM subscription in a period of at most 31 days.',
    tag: 'records',
    parameters: queryParameters(UsageQuery, { ...PERIOD, by: { example: 'model' } }),
    answer: {
      description: 'Calls, outcomes, tokens and estimated costs.',
      content: {
        'application/json': {
          schema: Usage,
          example: {
            policyVersion: POLICY_VERSION,
            subscriptionId: 'scoring-app',
            from: '2025-11-01T00:00:00.000Z',
            to: '2025-11-24T16:00:00.000Z',
            by: 'model',
            usage: [{ model: 'iris', ...FIGURES }],
            total: FIGURES,
          },
        },
      },
    },
    failures: [...WITH_QUERY, 501],
  },
  {
    method: 'get',
    path: '/v1/audit',
    operationId: 'audit',
    summary: 'List records',
    description:
      "Lists the caller's own records, newest first; an auditor's list has everybody's. The header Accept chooses between a page of JSON, JSON lines and CSV, as format does.",
    tag: 'records',
    parameters: queryParameters(AuditQuery, {
      ...PERIOD,
      caller: { example: 'a0000002-0000-4000-8000-000000000002' },
      model: { example: 'iris' },
      ...FILTER_EXAMPLES,
      format: { example: 'json' },
      limit: { example: '50' },
      cursor: { example: CURSOR },
    }),
    answer: {
      description: 'One page of records; or all of the period, as JSON lines or CSV.',
      content: {
        'application/json': { schema: RecordPage, example: { records: [RECORD], nextCursor: CURSOR } },
        'application/x-ndjson': { schema: RecordLines, example: `${JSON.stringify(RECORD)}\n` },
        'text/csv': { schema: RecordTable, example: 'id,requestId,time\r\n' },
      },
    },
    failures: [...WITH_QUERY, 403, 501],
  },
  {
    method: 'get',
    path: '/v1/audit/{id}',
    operationId: 'audit-record',
    summary: 'Read a record',
    description: "Reads one of the caller's own records; an auditor reads anybody's.",
    tag: 'records',
    answer: {
      description: 'The record.',
      content: { 'application/json': { schema: RecordedCall, example: RECORD } },
    },
    failures: [...WITH_QUERY, 501],
  },
];
