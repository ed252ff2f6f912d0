import type { RecordList } from '../../src/questions/list-records.ts';
import type { Usage } from '../../src/questions/sum-usage.ts';
import { today } from './days.ts';
import { modelPath } from './gateway-paths.ts';
import { ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';

const EMAIL = 'erika.mustermann@mail.example.com';
/** An access key of AWS by its form, put together here so that it stands in no file. */
const SECRET = ['AKIA', 'Q7ZLM3VXT5RNB2WD'].join('');
/** Calls may have been made on the day before the one on which they are asked about. */
const FIRST_DAY = today();

let observed: ObservedChain;
let calls: Readonly<Record<'redacted' | 'restored' | 'blocked' | 'clean', Answer>>;

beforeAll(async () => {
  observed = await ObservedChain.start();
  const ask = (application: string, text: string, location = 'us') =>
    observed.call({
      application,
      path: modelPath('generateContent', { location, model: 'gemini-3.5-flash' }),
      body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text }] }] }),
    });
  calls = {
    redacted: await ask('sandbox-app', `Write to ${EMAIL}, and again to ${EMAIL}.`),
    restored: await ask('eu-analytics-app', `Write to ${EMAIL}.`, 'eu'),
    blocked: await ask('sandbox-app', `The key is ${SECRET}. Write to ${EMAIL}.`),
    clean: await ask('sandbox-app', 'Hello'),
  };
  await observed.untilOnRecord();
});
afterAll(() => observed.stop());

async function read<Result>(application: string, path: string): Promise<Result> {
  const answer = await observed.call({ application, method: 'GET', path: `/gateway/v1/${path}` });
  expect([path, answer.status, answer.text]).toEqual([path, 200, expect.any(String)]);
  return JSON.parse(answer.text) as Result;
}

const email = { kind: 'email', direction: 'request', detector: 'email' };
const awsKey = { kind: 'aws-key', direction: 'request', action: 'block' };

test('a record has findings by kind, direction, action and count, of denied calls too', () => {
  const { redacted, restored, blocked, clean } = calls;
  expect([redacted, restored, blocked, clean].map(({ status }) => status)).toEqual([200, 200, 403, 200]);
  observed.whenRecorded(redacted, (record) => {
    expect(record).toMatchObject({ outcome: 'answered' });
    expect(JSON.parse(String(record.findings))).toContainEqual({ ...email, action: 'redact', count: 2 });
  });
  observed.whenRecorded(restored, (record) => {
    expect(record).toMatchObject({ durability: 'strict' });
    expect(JSON.parse(String(record.findings))).toEqual([{ ...email, action: 'restore', count: 1 }]);
  });
  observed.whenRecorded(blocked, (record) => {
    expect(record).toMatchObject({ outcome: 'denied', code: 'CONTENT_BLOCKED', status: '403' });
    expect(JSON.parse(String(record.findings))).toContainEqual(
      expect.objectContaining({ ...awsKey, count: 1 }),
    );
  });
  observed.whenRecorded(clean, (record) => expect(record).not.toHaveProperty('findings'));
});

test('records are listed by a kind of finding', async () => {
  const idsOf = ({ records }: RecordList) => records.map(({ requestId }) => requestId);
  const { redacted, restored, blocked } = calls;
  const all = await read<RecordList>('auditor-app', `audit?finding=email&limit=200&from=${FIRST_DAY}`);
  expect(idsOf(all).toSorted()).toEqual(
    [redacted, restored, blocked].map(({ requestId }) => requestId).toSorted(),
  );
  const secrets = await read<RecordList>('sandbox-app', `audit?finding=aws-key&from=${FIRST_DAY}`);
  expect(idsOf(secrets)).toEqual([blocked.requestId]);
  expect(secrets.records[0]?.findings).toContainEqual(expect.objectContaining(awsKey));
  expect(idsOf(await read<RecordList>('sandbox-app', 'audit?finding=iban'))).toEqual([]);
});

test('usage by finding has a row for each kind, and every call once in its total', async () => {
  const usage = await read<Usage>('sandbox-app', `usage?by=finding&from=${FIRST_DAY}`);
  const emails = usage.usage.find(({ finding }) => finding === 'email');
  expect(emails).toMatchObject({ calls: 2, outcomes: { answered: 1, denied: 1 } });
  expect(emails?.findings).toBeGreaterThanOrEqual(3);
  expect(usage.usage).toContainEqual(expect.objectContaining({ finding: 'aws-key', findings: 1, calls: 1 }));
  expect(usage.total).toMatchObject({ calls: 3, outcomes: { answered: 2, denied: 1 } });
});

test('a call that is explained says what is looked for', async () => {
  const answer = await observed.call({
    application: 'eu-analytics-app',
    path: '/gateway/v1/policy:explain',
    body: JSON.stringify({
      method: 'POST',
      path: modelPath('generateContent', { location: 'eu', model: 'gemini-3.5-flash' }),
    }),
  });
  expect([answer.status, JSON.parse(answer.text)]).toEqual([
    200,
    expect.objectContaining({
      protection: [
        expect.objectContaining({ direction: 'request', action: 'block', rule: 'secrets-stay' }),
        expect.objectContaining({
          direction: 'request',
          action: 'restore',
          rule: 'eu-customers',
          kinds: expect.arrayContaining(['email', 'iban']) as unknown,
        }),
      ],
    }),
  ]);
});

test('every call is on record, and no record has a value', async () => {
  await observed.expectAllOnRecord([EMAIL, SECRET]);
});
