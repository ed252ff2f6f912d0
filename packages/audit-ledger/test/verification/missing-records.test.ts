import type { Closing } from '../../src/verification/checks/closing.ts';
import { createMissingRecords } from '../../src/verification/checks/missing-records.ts';
import { STARTED_AT, WRITER } from './sample-chain.ts';

const DAY_IN_MS = 86_400_000;
const NOBODY_REFUSED = () => false;

/** The closing of a call some days before the verification. */
function closingOf(daysAgo: number, sequence = 0): Closing {
  return {
    writer: WRITER,
    sequence,
    hash: '',
    place: { part: 1, line: sequence + 1 },
    record: {},
    recordId: `call-${sequence}`,
    time: new Date(STARTED_AT - daysAgo * DAY_IN_MS + sequence),
  } as Closing;
}

/** Several closings of one day. */
function closingsOf(daysAgo: number, count: number): Closing[] {
  return Array.from({ length: count }, (_, index) => closingOf(daysAgo, index));
}

/** Judges the missing records of a workspace that keeps 90 days. @param oldestDaysAgo the age of its oldest record. */
function judge(missing: readonly Closing[], oldestDaysAgo: number | undefined) {
  const records = createMissingRecords({
    days: 90,
    keptFrom: new Date(STARTED_AT - 89 * DAY_IN_MS),
    oldest: oldestDaysAgo === undefined ? undefined : new Date(STARTED_AT - oldestDaysAgo * DAY_IN_MS),
  });
  missing.forEach(records.add);
  const findings = records.findings(NOBODY_REFUSED);
  return {
    count: findings.count(),
    messages: findings.list().map(({ message }) => message),
    notChecked: records.notChecked(),
  };
}

test('what retention has deleted is one sentence, and nothing is wrong', () => {
  const missing = [...closingsOf(120, 20_000), ...closingsOf(100, 20_000)];
  for (const oldest of [90, 89.5, undefined])
    expect(judge(missing, oldest)).toEqual({
      count: 0,
      messages: [],
      notChecked: [
        expect.stringMatching(
          /^Application Insights keeps 90 days: 40000 records from \S+ to \S+ are not there/,
        ),
      ],
    });
});

test('one record that was deleted in the kept time is named beside it', () => {
  const { count, messages, notChecked } = judge([...closingsOf(120, 5), closingOf(40, 7)], 89.5);
  expect({ count, messages }).toEqual({
    count: 1,
    messages: [expect.stringContaining('The record of entry 7 of ')],
  });
  expect(notChecked).toHaveLength(1);
});

test('all records of a day that were deleted are no retention, because the days before are there', () => {
  const kept = judge(closingsOf(40, 300), 89.5);
  expect([kept.count, kept.notChecked]).toEqual([300, []]);
  // The workspace keeps more than the auditor says, so that a day from before that is there too.
  const older = judge([...closingsOf(120, 300), ...closingsOf(110, 200)], 180);
  expect(older.messages).toEqual([
    expect.stringMatching(/^300 records from .* though it still has older ones\.$/),
    expect.stringMatching(/^200 records from .* though it still has older ones\.$/),
  ]);
  expect(older.notChecked).toEqual([]);
});

test('the first days of the kept time that are gone altogether are one finding', () => {
  const { count, messages, notChecked } = judge([...closingsOf(80, 300), ...closingsOf(60, 300)], 50);
  expect({ count, messages }).toEqual({
    count: 1,
    messages: [
      expect.stringMatching(
        /^600 records from \S+ to \S+ were shipped, .* whose oldest record is of \S+: they were deleted, or it keeps less than 90 days\.$/,
      ),
    ],
  });
  expect(notChecked).toEqual([]);
  expect(judge(closingsOf(60, 200), undefined).messages).toEqual([
    expect.stringContaining(', which has none: '),
  ]);
});

test('the first records of the kept time are named one by one while they are few', () => {
  expect(judge(closingsOf(60, 2), 50).messages).toEqual([
    expect.stringContaining('entry 0 of'),
    expect.stringContaining('entry 1 of'),
  ]);
});

test('without a retention every record is missed, unless it was refused', () => {
  const records = createMissingRecords(undefined);
  closingsOf(500, 3).forEach(records.add);
  expect(records.findings(({ sequence }) => sequence === 1).count()).toBe(2);
  expect(records.notChecked()).toEqual([]);
});
