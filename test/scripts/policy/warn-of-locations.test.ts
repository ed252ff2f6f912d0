import { join } from 'node:path';
import { warnOfLocations } from '../../../scripts/policy/warn-of-locations.ts';
import type { CatalogEntry } from '../../../src/governance/documents.ts';
import { loadGovernance } from '../../../src/governance/load-governance.ts';
import { governanceOf, modelEntry } from '../../unit/governance/governance-of.ts';

type Locations = CatalogEntry['locations'];

function warn(model: string, locations: Locations, publisher = 'google'): string[] {
  return warnOfLocations(
    governanceOf({ entries: [modelEntry({ model, locations, publisher })], grants: [] }),
  );
}

test('the sample lists only locations in which Google is known to serve', () => {
  expect(warnOfLocations(loadGovernance(join(process.cwd(), 'governance')))).toEqual([]);
});

test('warns of the locations that Google does not have, with those that it has and the page', () => {
  expect(warn('gemini-3.5-flash-lite', ['us', 'us-central1', 'global', 'europe-west4'])).toEqual([
    'Warning: flash lists us-central1 and europe-west4, where Google is not known to serve gemini-3.5-flash-lite. It is served in global, us and eu. Source: https://docs.cloud.google.com/gemini-enterprise-agent-platform/resources/locations',
  ]);
});

test.each<[model: string, locations: Locations, isDoubtful: boolean]>([
  ['gemini-3.1-pro-preview', ['global'], false],
  ['gemini-3.1-pro-preview', ['eu'], true],
  ['gemini-3.5-flash', ['asia-northeast1'], false],
  ['gemini-3.5-flash', ['us-central1'], true],
  ['gemini-3.8-flash', ['eu', 'us', 'global'], false],
  ['gemini-3.1-flash-image', ['us-central1'], true],
  ['gemini-embedding-2', ['us-central1'], true],
  ['gemini-embedding-2-preview', ['us-central1'], false],
  ['gemini-2.5-flash', ['us-central1', 'global'], false],
  ['gemini-2.5-flash', ['eu'], true],
  ['text-embedding-005', ['europe-west4'], false],
])('%s in %j is doubtful: %j', (model, locations, isDoubtful) => {
  expect(warn(model, locations)).toHaveLength(isDoubtful ? 1 : 0);
});

test('says nothing of other publishers, whose models have other locations', () => {
  expect(warn('gemini-3.5-flash', ['us-central1'], 'anthropic')).toEqual([]);
});
