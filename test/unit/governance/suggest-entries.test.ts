import type { CallTarget } from '../../../src/governance/call-target.ts';
import type { CatalogEntry } from '../../../src/governance/documents.ts';
import { findNearest } from '../../../src/governance/suggest.ts';
import { endpointEntry, governanceOf, modelEntry } from './governance-of.ts';

const FLASH = modelEntry({ name: 'flash', model: 'gemini-9-flash', alias: 'fast' });
const LITE = modelEntry({ name: 'lite', model: 'gemini-9-flash-lite' });
const SECRET = modelEntry({ name: 'secret', model: 'gemini-9-flush' });
const IRIS = endpointEntry();

/** Denies a call of a name that the catalog does not have. @returns the reason that the caller reads. */
function askFor(
  resource: CallTarget['resource'],
  changes: Partial<CallTarget> = {},
  entries: CatalogEntry[] = [IRIS, FLASH, LITE, SECRET],
): string {
  const governance = governanceOf({
    entries,
    grants: [
      {
        id: 'team',
        reason: 'The team uses it.',
        roles: ['Team'],
        entries: entries.filter(({ name }) => name !== 'secret').map(({ name }) => name),
      },
    ],
  });
  const target = {
    project: undefined,
    location: undefined,
    operation: 'generateContent',
    resource,
    ...changes,
  };
  const decision = governance.decide({ roles: ['Team'], applicationId: 'a', isDelegated: false }, target);
  if (decision.allowed) throw new Error('the call is allowed');
  expect([decision.code, decision.rule]).toEqual(['MODEL_NOT_FOUND', 'catalog']);
  return decision.reason;
}

const model = (name: string): CallTarget['resource'] => ({ kind: 'model', publisher: 'google', model: name });

test('a misspelt name is answered with similar ones, the nearest first', () => {
  const reason = askFor(model('gemini-9-flash-lit'));
  expect(reason).toContain('Did you mean gemini-9-flash-lite or gemini-9-flash?');
  expect(reason).toContain('You may use flash, lite.');
});

test('an alias counts among the names', () => {
  expect(askFor({ kind: 'name', name: 'fasst' })).toContain('Did you mean fast?');
});

test('no name is told that the caller may not use', () => {
  const reason = askFor(model('gemini-9-flusj'));
  expect(reason).not.toMatch(/secret|flush/);
});

test('only what the operation can be called on is told', () => {
  expect(askFor({ kind: 'endpoint', endpoint: '999' }, { operation: 'predict' })).toContain(
    'You may use iris.',
  );
  expect(askFor(model('x'), { operation: 'embedContent' })).toContain('You may use none by embedContent yet');
});

test('an entry that is in another project is told with its project', () => {
  expect(askFor(model('gemini-9-flash'), { project: 'other-project' })).toContain(
    'flash is in the project sample-project.',
  );
  expect(askFor(model('gemini-9-flush'), { project: 'other-project' })).not.toContain('secret');
});

test('ten names are told at most', () => {
  const many = Array.from({ length: 14 }, (_, index) =>
    modelEntry({ name: `m${index}`, model: `model-${index}` }),
  );
  const reason = askFor(model('unlike-all-others-by-far'), {}, many);
  expect(reason).toContain('m8, m9 and 4 more, which GET /gateway/v1/models lists.');
  expect(reason).not.toMatch(/m10|Did you mean/);
});

test('a name that is far longer than every name is compared with none', () => {
  expect(findNearest('a'.repeat(300), ['a'.repeat(299)])).toEqual([]);
  expect(findNearest('ab', ['abcd', 'abcde', 'xy'])).toEqual(['abcd', 'xy']);
});
