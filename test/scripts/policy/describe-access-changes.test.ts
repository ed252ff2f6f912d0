import { describeAccessChanges } from '../../../scripts/policy/describe-access-changes.ts';
import { find, sampleGovernance } from './sample-documents.ts';

const before = sampleGovernance();

test('the same documents change nothing for anybody', () => {
  expect(describeAccessChanges(before, sampleGovernance())).toEqual([]);
});

test('a location that residency closes is one that the team can no longer call', () => {
  const after = sampleGovernance(({ access }) => {
    find(access.residency, 'eu-only').locations = ['europe-west1'];
  });
  expect(describeAccessChanges(before, after)).toEqual([
    'Europe.Use can no longer call flash in europe-west4 (generateContent, countTokens).',
  ]);
});

test('the change read backwards lets in what it shut out', () => {
  const after = sampleGovernance(({ access }) => {
    access.denies = [];
  });
  expect(describeAccessChanges(before, after)).toEqual([
    'Europe.Use can now call flash in europe-west1 and europe-west4 (batchPredict).',
  ]);
  expect(describeAccessChanges(after, before)).toEqual([
    'Europe.Use can no longer call flash in europe-west1 and europe-west4 (batchPredict).',
  ]);
});

test('a new role can now call what it is granted, and a role that is gone no longer can', () => {
  const after = sampleGovernance(({ access }) => {
    find(access.roles, 'Score.Use').name = 'Classify.Use';
    find(access.grants, 'score').roles = ['Classify.Use'];
  });
  expect(describeAccessChanges(before, after)).toEqual([
    'Classify.Use can now call iris in us-central1 (predict).',
    'Score.Use can no longer call iris in us-central1 (predict).',
    'helper for Score.Use can no longer call iris in us-central1 (predict).',
  ]);
});

test('an entry that is gone is one that nobody can call any longer', () => {
  const after = sampleGovernance(({ catalog }) => {
    catalog.entries = catalog.entries.filter(({ name }) => name !== 'iris');
  });
  expect(describeAccessChanges(before, after)).toEqual([
    'Score.Use can no longer call iris in us-central1 (predict).',
    'helper for Score.Use can no longer call iris in us-central1 (predict).',
  ]);
});

test('another order of locations moves the calls that name none', () => {
  const after = sampleGovernance(({ catalog }) => {
    find(catalog.entries, 'flash').locations.reverse();
  });
  expect(describeAccessChanges(before, after)).toEqual([
    'Europe.Use is served flash from europe-west4 when a call names no location; it was served from europe-west1.',
  ]);
});

test('another role of an agent changes what it may do for people', () => {
  const after = sampleGovernance(({ access }) => {
    find(access.agents, 'helper').roles = ['Sandbox.Use', 'Europe.Use'];
  });
  expect(describeAccessChanges(before, after)).toContain(
    'helper for Europe.Use can now call flash in europe-west1 and europe-west4 (generateContent, countTokens).',
  );
});
