import { describeChanges } from '../../../scripts/policy/describe-changes.ts';
import { find, sampleGovernance } from './sample-documents.ts';

const before = sampleGovernance();

test('documents that say the same change nothing for anybody', () => {
  expect(describeChanges(before, sampleGovernance(), 'text')).toBe('Nothing changes for anybody.');
});

test('access comes first, then what the documents say', () => {
  const after = sampleGovernance(({ access }) => {
    access.denies = [];
  });
  expect(describeChanges(before, after, 'text').split('\n')).toEqual([
    'Who can call what',
    '  Europe.Use can now call flash in europe-west1 and europe-west4 (batchPredict).',
    '',
    'What the documents say',
    '  The deny no-batches is gone.',
  ]);
});

test('a change of limits alone says that nobody gains or loses access', () => {
  const after = sampleGovernance(({ limits }) => {
    find(limits.products, 'production').callsPerMinute = 60;
  });
  expect(describeChanges(before, after, 'markdown').split('\n')).toEqual([
    '### Who can call what',
    '',
    '- Nobody gains or loses access.',
    '',
    '### What the documents say',
    '',
    '- The product production: callsPerMinute is now 60, it was 600.',
  ]);
});
