import { NUMBER_FIELDS, TEXT_FIELDS } from '@vertex-ai-gateway/audit-ledger/reading/record-fields';
import { COLUMNS, readFormat, RECORD_STREAMS } from '../../../src/dialects/record-streams.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { RecordedCall } from '@vertex-ai-gateway/audit-ledger/reading/audit-archive';

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
const ERROR = new GatewayError('AUDIT_UNAVAILABLE', 'It is "down", now.');

function cellOf(name: (typeof COLUMNS)[number], value: string): string | undefined {
  const row = csv?.writeRecord({ id: '', requestId: '', time: '', recordedBy: 'edge', [name]: value }) ?? '';
  const at = COLUMNS.indexOf(name) - COLUMNS.indexOf('recordedBy');
  return row.slice(',,,edge'.length + at, -(COLUMNS.length - COLUMNS.indexOf(name)) - '\r\n'.length);
}

test('CSV has a column for every field of a record', () => {
  const fields = ['id', 'time', 'recordedBy', ...TEXT_FIELDS, ...NUMBER_FIELDS];
  expect([...COLUMNS].toSorted()).toEqual(fields.toSorted());
  expect(csv?.head).toBe(`${COLUMNS.join(',')},error\r\n`);
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
    `${','.repeat(COLUMNS.length)}"AUDIT_UNAVAILABLE: It is ""down"", now."\r\n`,
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
