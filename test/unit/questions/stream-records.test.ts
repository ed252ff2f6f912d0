import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { RecordedCall } from '@vertex-ai-gateway/audit-ledger/reading';
import { startDeadline } from '../../../src/prediction/deadline.ts';
import type { AuditRecord } from '../../../src/prediction/audit-record.ts';
import { CallRecord } from '../../../src/prediction/call-record.ts';
import type { RecordStream } from '../../../src/questions/question.ts';
import { streamRecords } from '../../../src/questions/stream-records.ts';
import { gatewayDialect } from '../../../src/dialects/gateway-dialect.ts';
import { governanceOf } from '../governance/governance-of.ts';
import { rejectedBy } from '../thrown-by.ts';
import { createReply } from '../prediction/fake-reply.ts';
import { fakeTrail } from '../prediction/fake-trail.ts';
import { CALLER } from '../prediction/one-call.ts';

const STREAM: RecordStream = {
  contentType: 'text/plain',
  head: 'head\n',
  writeRecord: ({ id }) => `${id}\n`,
  writeError: ({ code }) => `<${code}>`,
};
const DOWN = new GatewayError('AUDIT_UNAVAILABLE', 'It is down.');
const recordOf = (id: string): RecordedCall => ({ id, requestId: id, time: '', recordedBy: 'edge' });

/** Makes pages of these records and a served call; an error among the pages breaks them off. */
function start(pages: readonly (readonly string[] | Error)[]) {
  const asked: number[] = [];
  async function* read(): AsyncGenerator<readonly RecordedCall[], void> {
    for (const [index, page] of pages.entries()) {
      asked.push(index);
      await Promise.resolve();
      if (page instanceof Error) throw page;
      yield page.map(recordOf);
    }
  }
  const reply = createReply();
  const clocks = { monotonicNow: () => 0, now: () => new Date(0) };
  const governance = governanceOf({ entries: [], grants: [] });
  const records: AuditRecord[] = [];
  const record = new CallRecord(
    { ...clocks, governance, audit: fakeTrail(records) },
    { dialect: gatewayDialect, method: 'GET' },
  );
  record.noteCaller(CALLER);
  const deadline = startDeadline({ ...clocks, callTimeoutInMs: 1000, streamTimeoutInMs: 1000 }, reply);
  const run = async () => {
    await streamRecords({ reply, record, deadline }, read(), STREAM).finally(() => deadline.clear());
    record.end();
    return records[0];
  };
  return { reply, asked, run };
}

test('pages come one after another, behind the head', async () => {
  const { reply, run } = start([['1', '2'], ['3'], []]);
  expect(await run()).toMatchObject({ outcome: 'answered', status: 200, responseBytes: 11 });
  expect(reply).toMatchObject({ status: 200, body: 'head\n1\n2\n3\n', ends: 1 });
  expect(reply.headers['content-type']).toBe('text/plain');
});

test('the next page is asked for when the one before is taken', async () => {
  const { reply, asked, run } = start([['1'], ['2']]);
  reply.take = (part) => {
    if (part === '1\n') expect(asked).toEqual([0]);
    return Promise.resolve(true);
  };
  await run();
  expect(asked).toEqual([0, 1]);
});

test('a list that breaks off says so in its last line, and on record', async () => {
  const { reply, run } = start([['1'], DOWN]);
  expect(await run()).toMatchObject({ outcome: 'interrupted', status: 200, code: 'AUDIT_UNAVAILABLE' });
  expect(reply).toMatchObject({ body: 'head\n1\n<AUDIT_UNAVAILABLE>', ends: 1 });
});

test('a list that fails before it begins is no list', async () => {
  const { reply, run } = start([DOWN]);
  expect(await rejectedBy(run())).toBe(DOWN);
  expect(reply.answers).toBe(0);
});

test('nobody reads on for a caller who is gone', async () => {
  const { reply, asked, run } = start([['1'], ['2']]);
  reply.take = (part) => Promise.resolve(part !== '1\n');
  expect(await run()).toMatchObject({ outcome: 'aborted', code: 'CALLER_GONE' });
  expect(asked).toEqual([0]);
});
