import { FlatOpening, FlatRecord, RecordId } from '../../src/record/record-schema.ts';

const OPENING = {
  version: 1,
  id: '20260101T000000000Z-55555555-5555-4555-8555-555555555555',
  requestId: '55555555-5555-4555-8555-555555555555',
  time: '2026-01-01T00:00:00.000Z',
  dialect: 'vertex',
  policyVersion: 'policy-1',
  durability: 'standard',
  requestBytes: 10,
};
const RECORD = { ...OPENING, outcome: 'denied', status: 403, responseBytes: 20, durationInMs: 1.5 };

test('a record needs no more than what is known of every call', () => {
  expect(FlatOpening.parse(OPENING)).toEqual(OPENING);
  expect(FlatRecord.parse(RECORD)).toEqual(RECORD);
});

test.each([
  ['content', { prompt: 'Ocelots nap at noon.' }],
  ['another version', { version: 2 }],
  ['an id that does not sort by time', { id: OPENING.requestId }],
  ['a trace id that is none', { traceId: 'x' }],
  ['an outcome that there is none of', { outcome: 'cached' }],
  ['a digest without its key', { requestDigest: 'a'.repeat(64) }],
  ['an empty text', { rule: '' }],
  ['a text that a store would cut', { reason: 'a'.repeat(1025) }],
  ['a count below none', { totalTokens: -1 }],
])('a record has not %s', (_, changes) => {
  expect(FlatRecord.safeParse({ ...RECORD, ...changes }).success).toBe(false);
});

test('every field says what it is and who knows it', () => {
  for (const [name, schema] of Object.entries(FlatRecord.shape)) {
    const { description, source } = schema.meta() ?? {};
    expect([name, description, source]).toEqual([
      name,
      expect.stringMatching(
        /^(?!(?:What|Whether|Who|Whose|How|Which|Why|Where|When|Of|Such|Those|Its)\b)[A-Z`].{8,}[^.]$/,
      ),
      expect.any(String),
    ]);
  }
});

test('ids sort as their calls came', () => {
  const ids = ['20260101T000000001Z', '20260101T000000002Z', '20260102T000000000Z'].map(
    (time) => `${time}-${OPENING.requestId}`,
  );
  expect(ids.map((id) => RecordId.parse(id)).toSorted()).toEqual(ids);
});
