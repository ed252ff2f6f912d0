import { auditRecordsIn } from '@vertex-ai-gateway/cloud-emulators/application-insights/audit-records';
import {
  ANSWER_FIELDS,
  ANSWER_NAMES,
  FILTER_FIELDS,
  SUMMED_FIELDS,
} from '../../src/reading/record-fields.ts';
import { RECORD_FIELDS } from '../../src/record/record-schema.ts';

test('each field has one name in answers, and no two have the same', () => {
  expect(new Set(ANSWER_NAMES).size).toBe(ANSWER_NAMES.length);
  expect(ANSWER_NAMES.filter((name) => !ANSWER_FIELDS.some((field) => field.name === name))).toEqual([
    'recordedBy',
  ]);
  for (const { name } of ANSWER_FIELDS) expect(name).toMatch(/^[a-z]+([A-Z][a-z]+)*$/);
});

test('a field is read in the form in which it is shipped', () => {
  const forms = Map.groupBy(ANSWER_FIELDS, ({ form }) => form);
  const named = Object.fromEntries(
    [...forms].map(([form, fields]) => [form, fields.map(({ name }) => name)]),
  );
  expect(named).toMatchObject({
    'whole number': ['version', 'revision', 'status'],
    boolean: ['isDelegated'],
    names: ['roles'],
    json: ['findings', 'content'],
  });
  expect(named.number).toEqual(
    Object.entries(RECORD_FIELDS)
      .filter(([, { facts }]) => 'unit' in facts || 'isSummed' in facts)
      .map(([name, { facts }]) => ('answerName' in facts ? facts.answerName : name)),
  );
});

test('numbers alone are summed, and a query has each filter in a place of its own', () => {
  expect(SUMMED_FIELDS.map(({ form }) => form)).toEqual(SUMMED_FIELDS.map(() => 'number'));
  expect(FILTER_FIELDS.map(({ facts }) => facts.filter?.place)).toEqual(
    FILTER_FIELDS.map((_, index) => index + 1),
  );
});

test('the emulator of Application Insights lists records under the names of answers', () => {
  const fields = ANSWER_FIELDS.map(({ attribute, name }) => [attribute, name] as const);
  const properties = Object.fromEntries(fields);
  const baseData = { name: 'gateway.prediction', properties };
  const item = { name: '', time: '', iKey: '', tags: {}, data: { baseType: 'EventData', baseData } };
  expect(auditRecordsIn([item])).toEqual([Object.fromEntries(fields.map(([, name]) => [name, name]))]);
});
