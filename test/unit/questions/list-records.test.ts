import fc from 'fast-check';
import type {
  AuditArchive,
  RecordedCall,
  RecordFilter,
  RecordPage,
  RecordScope,
} from '@vertex-ai-gateway/audit-ledger/reading';
import type { Caller } from '../../../src/prediction/caller.ts';
import {
  listAllRecords,
  listRecords,
  readRecord,
  type ReadingDependencies,
} from '../../../src/questions/list-records.ts';
import type { AuditQuestion } from '../../../src/questions/question.ts';
import { endpointEntry, governanceOf, modelEntry } from '../governance/governance-of.ts';
import { rejectedBy } from '../thrown-by.ts';
import { CALLER } from '../prediction/one-call.ts';
import { anyText } from '@vertex-ai-gateway/test-support/any-text';

const { signal } = new AbortController();
const AUDITOR: Caller = { ...CALLER, roles: ['Audit.Read'] };
const OWNER = {
  identityProvider: CALLER.identityProvider,
  subscriptionId: CALLER.subscriptionId,
  objectId: CALLER.objectId,
  applicationId: CALLER.applicationId,
};
const QUESTION: AuditQuestion = { operation: 'audit', period: {}, filters: {}, limit: 2 };
const governance = governanceOf({
  entries: [
    endpointEntry({ name: 'iris', alias: 'flowers', endpoint: '42' }),
    modelEntry({ name: 'claude', publisher: 'anthropic', model: 'claude-haiku-4-5@20251001' }),
  ],
  grants: [{ id: 'team', reason: 'Tests.', roles: ['Team'], entries: ['iris', 'claude'] }],
  auditors: { reason: 'Tests.', roles: ['Audit.Read'] },
});

interface Asked {
  readonly scope: RecordScope;
  readonly filter: RecordFilter;
  readonly page: RecordPage;
}

/** Makes the dependencies with an archive of `count` records, newest first. `asked` has the queries. */
function dependenciesOf(count: number): { dependencies: ReadingDependencies; asked: Asked[] } {
  const asked: Asked[] = [];
  const record = (index: number): RecordedCall => ({
    id: `20260101T000000000Z-00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    requestId: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    time: `2026-01-01T00:00:${String(59 - (index % 60)).padStart(2, '0')}Z`,
    recordedBy: 'function-app',
  });
  const archive: AuditArchive = {
    listRecords: (scope, filter, page) => {
      asked.push({ scope, filter, page });
      const start = page.after ? Number(page.after.id.slice(-12)) + 1 : 0;
      const length = Math.max(0, Math.min(page.limit, count - start));
      return Promise.resolve(Array.from({ length }, (_, index) => record(start + index)));
    },
    findRecord: (scope, name) => {
      const isOwn = 'id' in name ? name.id === record(0).id : name.requestId === record(0).requestId;
      return Promise.resolve(scope === 'everybody' || isOwn ? record(0) : undefined);
    },
    sumUsage: () => Promise.reject(new Error('not asked')),
  };
  return { dependencies: { archive, governance, now: () => new Date('2026-01-01T12:00:00Z') }, asked };
}

async function namesAsked(model: string): Promise<readonly string[] | undefined> {
  const { dependencies, asked } = dependenciesOf(0);
  await listRecords(dependencies, CALLER, { ...QUESTION, filters: { model } }, signal);
  return asked[0]?.filter.names?.toSorted();
}

test('a caller reads its own records of the day', async () => {
  const { dependencies, asked } = dependenciesOf(1);
  expect((await listRecords(dependencies, CALLER, QUESTION, signal)).records).toHaveLength(1);
  expect(asked).toEqual([
    {
      scope: OWNER,
      filter: { period: { from: new Date('2026-01-01'), to: new Date('2026-01-02') } },
      page: { limit: 3 },
    },
  ]);
});

test('an auditor reads everybody’s', async () => {
  const { dependencies, asked } = dependenciesOf(1);
  await listRecords(dependencies, AUDITOR, QUESTION, signal);
  expect(asked).toMatchObject([{ scope: 'everybody' }]);
});

test.each([
  ['iris', ['42', 'flowers', 'iris']],
  ['flowers', ['42', 'flowers', 'iris']],
  ['42', ['42', 'flowers', 'iris']],
  ['claude-haiku-4-5@20251001', ['claude', 'claude-haiku-4-5-20251001', 'claude-haiku-4-5@20251001']],
  [
    'anthropic/claude-haiku-4-5@20251001',
    ['claude', 'claude-haiku-4-5-20251001', 'claude-haiku-4-5@20251001'],
  ],
  ['claude-haiku-4-5-20251001', ['claude', 'claude-haiku-4-5-20251001', 'claude-haiku-4-5@20251001']],
  ['gemini-9', ['gemini-9']],
])('the model %s is looked for under every name that records may have', async (model, names) => {
  expect(await namesAsked(model)).toEqual(names);
});

test('filters are handed on', async () => {
  const { dependencies, asked } = dependenciesOf(0);
  const filters = { location: 'europe-west4', outcome: 'denied', decision: 'deny' } as const;
  await listRecords(dependencies, CALLER, { ...QUESTION, filters }, signal);
  expect(asked[0]?.filter).toMatchObject(filters);
});

test('there is a next page when there are more records, and only then', async () => {
  for (const [count, pages] of [
    [0, [0]],
    [2, [2]],
    [3, [2, 1]],
    [5, [2, 2, 1]],
  ] as const) {
    const { dependencies } = dependenciesOf(count);
    const sizes: number[] = [];
    let cursor: string | undefined;
    do {
      const question = { ...QUESTION, ...(cursor !== undefined && { cursor }) };
      const page = await listRecords(dependencies, CALLER, question, signal);
      sizes.push(page.records.length);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(sizes).toEqual(pages);
  }
});

test('a next page stays in the period of the first, whatever day it is by then', async () => {
  const { dependencies, asked } = dependenciesOf(5);
  const { nextCursor: cursor = '' } = await listRecords(dependencies, CALLER, QUESTION, signal);
  const later = { ...dependencies, now: () => new Date('2026-01-02T00:00:01Z') };
  await listRecords(later, CALLER, { ...QUESTION, limit: 1, cursor }, signal);
  expect(asked[1]?.filter.period).toEqual(asked[0]?.filter.period);
  expect(asked[1]?.page).toEqual({
    limit: 2,
    after: { id: '20260101T000000000Z-00000000-0000-4000-8000-000000000001', time: '2026-01-01T00:00:58Z' },
  });
});

test.each<[string, Partial<Caller>, Partial<AuditQuestion>]>([
  ['another APIM subscription', { subscriptionId: 'other' }, {}],
  ['another principal', { objectId: 'other' }, {}],
  ['an auditor', { roles: ['Audit.Read'] }, {}],
  ['another filter', {}, { filters: { outcome: 'denied' } }],
  ['another period', {}, { period: { from: new Date('2026-01-01') } }],
])('a cursor is refused for %s', async (_, caller, question) => {
  const { dependencies } = dependenciesOf(5);
  const { nextCursor: cursor = '' } = await listRecords(dependencies, CALLER, QUESTION, signal);
  const error = await rejectedBy(
    listRecords(dependencies, { ...CALLER, ...caller }, { ...QUESTION, ...question, cursor }, signal),
  );
  expect(error).toMatchObject({ code: 'INVALID_REQUEST', violations: [{ field: 'cursor' }] });
});

test.each([
  ['the first instant of all', [0, 1, 2], '0000-01-01T00:00:00.000Z'],
  ['the last instant of all', [0, 1, 2], '9999-12-31T23:59:59.999Z'],
  ['a last position', [2], '9999-12-31T23:59:59.9999999Z'],
  ['a day that there is not', [2], '2026-02-30T00:00:00Z'],
  ['an hour that there is not', [2], '2026-01-01T24:00:00Z'],
])('a cursor with %s is refused', async (_, places, time) => {
  const { dependencies, asked } = dependenciesOf(5);
  const { nextCursor = '' } = await listRecords(dependencies, CALLER, QUESTION, signal);
  const parts = Buffer.from(nextCursor, 'base64url').toString().split(' ');
  for (const place of places) parts[place] = time;
  const cursor = Buffer.from(parts.join(' ')).toString('base64url');
  const error = await rejectedBy(listRecords(dependencies, CALLER, { ...QUESTION, cursor }, signal));
  expect(error).toMatchObject({ code: 'INVALID_REQUEST', violations: [{ field: 'cursor' }] });
  expect(asked).toHaveLength(1);
});

test('whatever is sent as a cursor, only own records are asked for', async () => {
  const { dependencies, asked } = dependenciesOf(5);
  const { nextCursor = '' } = await listRecords(dependencies, CALLER, QUESTION, signal);
  const written = Buffer.from(nextCursor, 'base64url').toString();
  const forged = fc.oneof(
    fc.string(),
    fc.base64String(),
    fc
      .tuple(fc.nat(written.length), anyText({ maxLength: 5 }))
      .map(([at, text]) =>
        Buffer.from(written.slice(0, at) + text + written.slice(at + 1)).toString('base64url'),
      ),
    fc
      .tuple(fc.date({ noInvalidDate: true }), fc.date({ noInvalidDate: true }), fc.uuid())
      .map(([one, other, id]) => {
        const parts = [
          one.toISOString(),
          other.toISOString(),
          one.toISOString(),
          id,
          written.split(' ').at(-1),
        ];
        return Buffer.from(parts.join(' ')).toString('base64url');
      }),
  );
  await fc.assert(
    fc.asyncProperty(forged, async (cursor) => {
      await listRecords(dependencies, CALLER, { ...QUESTION, cursor }, signal).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'INVALID_REQUEST' });
      });
    }),
    { numRuns: 500 },
  );
  for (const { scope, filter, page } of asked) {
    expect(scope).toEqual(OWNER);
    const lengthInMs = filter.period.to.getTime() - filter.period.from.getTime();
    expect(lengthInMs).toBeLessThanOrEqual(31 * 86_400_000);
    expect(page.after?.time ?? '').toMatch(/^[\d:.TZ-]*$/);
    expect(page.after?.id ?? '').toMatch(/^[\da-fTZ-]*$/);
  }
});

test('one record is read in the caller’s scope, in whichever case its id comes', async () => {
  const { dependencies } = dependenciesOf(1);
  const id = '00000000-0000-4000-8000-000000000000';
  expect(await readRecord(dependencies, CALLER, id.toUpperCase(), signal)).toMatchObject({ requestId: id });
  expect(
    await readRecord(dependencies, CALLER, `20260101t000000000z-${id.toUpperCase()}`, signal),
  ).toMatchObject({
    requestId: id,
  });
  expect(
    await readRecord(dependencies, AUDITOR, '11111111-1111-4111-8111-111111111111', signal),
  ).toMatchObject({
    requestId: id,
  });
});

test('an id that is not the caller’s, and one that can be nobody’s, are told alike', async () => {
  const { dependencies } = dependenciesOf(1);
  const messages = new Set<string>();
  for (const id of ['11111111-1111-4111-8111-111111111111', 'x', '" or true', '../1', '']) {
    const error = await rejectedBy(readRecord(dependencies, CALLER, id, signal));
    expect(error.code).toBe('AUDIT_RECORD_NOT_FOUND');
    messages.add(error.message);
  }
  expect(messages.size).toBe(1);
});

test('all records of a period are read in bounded pages, each once', async () => {
  const { dependencies, asked } = dependenciesOf(1200);
  const ids: string[] = [];
  for await (const page of listAllRecords(dependencies, CALLER, QUESTION, signal))
    ids.push(...page.map(({ id }) => id));
  expect(new Set(ids).size).toBe(1200);
  expect(asked.map(({ page }) => page.limit)).toEqual([500, 500, 500]);
  expect(asked.map(({ scope }) => scope)).toEqual([OWNER, OWNER, OWNER]);
});

test('a caller may name itself, and only an auditor others', async () => {
  const { dependencies, asked } = dependenciesOf(0);
  const other = '11111111-1111-4111-8111-11111111111A';
  const filtered = (caller: string) => ({ ...QUESTION, filters: { caller } });
  await listRecords(dependencies, CALLER, filtered(CALLER.objectId.toUpperCase()), signal);
  await listRecords(dependencies, CALLER, filtered(CALLER.applicationId), signal);
  await listRecords(dependencies, AUDITOR, filtered(other), signal);
  expect(asked.map(({ filter }) => filter.caller)).toEqual([
    CALLER.objectId,
    CALLER.applicationId,
    other.toLowerCase(),
  ]);
  expect((await rejectedBy(listRecords(dependencies, CALLER, filtered(other), signal))).code).toBe(
    'NOT_GRANTED',
  );
  const all = listAllRecords(dependencies, CALLER, filtered(other), signal);
  expect((await rejectedBy(all.next())).code).toBe('NOT_GRANTED');
  expect(asked).toHaveLength(3);
});
