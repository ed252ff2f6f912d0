import { listCallers, readMatrix } from '../../../scripts/policy/access-matrix.ts';
import { sampleGovernance } from './sample-documents.ts';

const governance = sampleGovernance();

function rowsOf(caller: string): string[] {
  return readMatrix(governance)
    .filter((row) => row.caller === caller)
    .map(({ entries, locations, operations, rules }) => [entries, locations, operations, rules].join(' | '));
}

test('every role is a caller, and every agent with each role that a person can have', () => {
  expect(listCallers(governance.documents).map(({ name }) => name)).toEqual([
    'Sandbox.Use',
    'Europe.Use',
    'Score.Use',
    'helper for Sandbox.Use',
    'helper for Europe.Use',
    'helper for Score.Use',
  ]);
});

test('a role has one row for the locations that are decided alike', () => {
  expect(rowsOf('Europe.Use')).toEqual([
    'iris | everywhere | – | eu-only',
    'flash | us-central1 | – | eu-only, no-batches',
    'flash | europe-west1, europe-west4 | all but batchPredict | europe, no-batches',
  ]);
});

test('the operations are listed when fewer are allowed than refused', () => {
  expect(rowsOf('Sandbox.Use')).toEqual([
    'iris | everywhere | – | default-deny',
    'flash | us-central1 | generateContent | sandbox, no-batches',
    'flash | europe-west1, europe-west4 | – | sandbox, no-batches',
  ]);
});

test('an agent gets what the person and the agent both may, by both rules', () => {
  expect(rowsOf('helper for Score.Use')[0]).toBe('iris | everywhere | all | score+helper');
});

test('a caller that may call nothing has one row', () => {
  expect(rowsOf('helper for Sandbox.Use')).toEqual([
    'every model and endpoint | everywhere | – | default-deny, helper, sandbox, no-batches',
  ]);
});

test('entries that are decided alike share their rows', () => {
  const twins = sampleGovernance(({ catalog }) => {
    const [, flash] = catalog.entries;
    if (flash && 'model' in flash)
      catalog.entries.push({ ...flash, name: 'twin', alias: 'second', model: 'gemini-3.5-twin' });
  });
  const rows = readMatrix(twins).filter(({ caller }) => caller === 'Europe.Use');
  expect(rows.map(({ entries }) => entries)).toEqual(['iris', 'flash, twin', 'flash, twin']);
});
