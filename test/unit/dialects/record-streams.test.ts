import { FlatRecord } from '@vertex-ai-gateway/audit-ledger/record';
import { readFormat, RECORD_STREAMS } from '../../../src/dialects/record-streams.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { RecordedCall } from '@vertex-ai-gateway/audit-ledger/reading';

const { jsonl, csv } = RECORD_STREAMS;
const RECORD: RecordedCall = {
  id: '20260101T000000000Z-00000000-0000-4000-8000-000000000000',
  requestId: '00000000-0000-4000-8000-000000000000',
  time: '2026-01-01T00:00:00Z',
  recordedBy: 'function-app',
  roles: ['A', 'B'],
  isDelegated: false,
  status: 403,
};
/** The columns in their order, which spreadsheets and scripts rely on. */
const COLUMNS = [
  ...['id', 'requestId', 'time', 'recordedBy', 'version', 'revision', 'traceId', 'dialect', 'method'],
  ...['operation', 'policyVersion', 'durability', 'decision', 'rule', 'reason', 'outcome', 'servedFrom'],
  ...['code', 'status', 'identityProvider', 'tenantId', 'objectId', 'applicationId', 'agentId', 'personId'],
  ...['roles', 'isDelegated', 'subscriptionId', 'productId', 'project', 'location', 'publisher', 'model'],
  ...['endpoint', 'requestedProject', 'requestedLocation', 'requestedModel', 'modelVersion'],
  ...['deployedModelId', 'finishReason', 'usageCompleteness', 'inputTokens', 'outputTokens', 'totalTokens'],
  ...['cachedTokens', 'cacheWriteTokens', 'hourCacheWriteTokens', 'thinkingTokens', 'instances', 'costInUsd'],
  ...['requestBytes', 'responseBytes'],
  ...['durationInMs', 'credentialsDurationInMs', 'firstByteDurationInMs', 'requestDigest'],
  ...['responseDigest', 'findings', 'content'],
];
const HEAD = csv?.head.trimEnd().split(',') ?? [];
const ERROR = new GatewayError('AUDIT_UNAVAILABLE', 'It is "down", now.');

function cellOf(name: string, value: string): string | undefined {
  const row = csv?.writeRecord({ id: '', requestId: '', time: '', recordedBy: 'edge', [name]: value }) ?? '';
  const at = HEAD.indexOf(name);
  return row.slice(',,,edge'.length + at - HEAD.indexOf('recordedBy'), at + 1 - HEAD.length - '\r\n'.length);
}

test('CSV has a column for every field of a record, and new ones after those that were there', () => {
  expect(HEAD.slice(0, COLUMNS.length)).toEqual(COLUMNS);
  expect(HEAD.at(-1)).toBe('error');
  const left = ['gen_ai.operation.name', 'gen_ai.provider.name'];
  expect(HEAD).toHaveLength(
    Object.keys(FlatRecord.shape).length - left.length + ['recordedBy', 'error'].length,
  );
});

test('a record is a line of JSON, and a row of as many cells as the head', () => {
  expect(jsonl?.writeRecord(RECORD)).toBe(`${JSON.stringify(RECORD)}\n`);
  const row = csv?.writeRecord(RECORD) ?? '';
  expect(row).toMatch(/^2026.*,function-app,.*,403,.*,A B,false,.*\r\n$/);
  expect(row.split(',')).toHaveLength(csv?.head.split(',').length ?? 0);
});

test.each([
  ['plain', 'plain'],
  ['a,b', '"a,b"'],
  ['a "b"', '"a ""b"""'],
  ['a\r\nb', '"a\r\nb"'],
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\tx', "'\tx"],
  ['=HYPERLINK("x","y")', '"\'=HYPERLINK(""x"",""y"")"'],
  ['a=b', 'a=b'],
])('the text %j is the cell %s', (text, cell) => {
  expect(cellOf('reason', text)).toBe(cell);
});

test('a list that breaks off says so in its last line', () => {
  expect(jsonl?.writeError(ERROR)).toBe(
    `${JSON.stringify({ error: { code: ERROR.code, message: ERROR.message } })}\n`,
  );
  expect(csv?.writeError(ERROR)).toBe(
    `${','.repeat(HEAD.length - 1)}"AUDIT_UNAVAILABLE: It is ""down"", now."\r\n`,
  );
});

test.each([
  [null, 'json'],
  ['', 'json'],
  ['*/*', 'json'],
  ['application/json', 'json'],
  ['text/csv', 'csv'],
  ['Text/CSV; header=present', 'csv'],
  ['application/x-ndjson', 'jsonl'],
  ['application/x-ndjson, */*', 'jsonl'],
  ['text/csv;q=0.5, application/json', 'json'],
  ['text/csv;q=0.5, application/x-ndjson;q=0.9', 'jsonl'],
  ['text/csv;q=0', 'json'],
  ['text/html', 'json'],
  ['text/csv;q=x', 'json'],
])('Accept %j asks for %s', (accept, format) => {
  expect(readFormat(accept)).toBe(format);
});
