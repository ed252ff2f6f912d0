import { describeChanges } from '../../../scripts/policy/describe-changes.ts';
import { describeExplanation } from '../../../scripts/policy/describe-explanation.ts';
import { describeProtectionChanges } from '../../../scripts/policy/describe-protection-changes.ts';
import { nameKinds } from '../../../scripts/policy/name-kinds.ts';
import { readContentActions } from '../../../scripts/policy/read-content-actions.ts';
import { warnOfProtection } from '../../../scripts/policy/warn-of-protection.ts';
import { KINDS } from '@vertex-ai-gateway/content-detectors/kinds';
import type { Governance } from '../../../src/governance/governance.ts';
import type { Protection } from '../../../src/governance/protection-document.ts';
import { explainCall } from '../../../src/questions/explain-call.ts';
import { sampleGovernance } from './sample-documents.ts';

type Rule = Protection['rules'][number];
const RULE: Rule = { id: 'one', reason: 'Tests.', direction: 'request', kinds: ['email'], action: 'redact' };
const DETECTOR = {
  name: 'customer',
  title: 'a customer number',
  group: 'personal' as const,
  placeholder: 'CUSTOMER',
  words: ['KD'],
};

function withRules(rules: readonly Rule[], detectors: Protection['detectors'] = []): Governance {
  return sampleGovernance((documents) => {
    documents.protection = { rules: [...rules], services: [], detectors };
  });
}

test('a group stands for all of its kinds, and others stand for themselves', () => {
  const secrets = Object.entries(KINDS).flatMap(([kind, { group }]) => (group === 'secret' ? [kind] : []));
  expect(nameKinds(['email', ...secrets, 'customer'])).toEqual(['secret', 'email', 'customer']);
  expect(nameKinds(secrets.slice(1))).toEqual(secrets.slice(1));
});

test('the table says for whose calls of what which kinds are treated how', () => {
  const rules: Rule[] = [
    { ...RULE, roles: ['Europe.Use'], operations: ['generateContent'] },
    { id: 'two', reason: 'Tests.', direction: 'response', products: ['sandbox'], refusedMedia: ['image'] },
  ];
  expect(readContentActions(withRules(rules)).rows).toEqual([
    ['Europe.Use with a key of production', 'flash', 'generateContent', 'request', 'redact', 'email', 'one'],
  ]);
});

test('an application that a rule names has rows of its own', () => {
  const rule = { ...RULE, applications: [{ applicationId: 'a0000003-0000-4000-8000-000000000003' }] };
  const callers = readContentActions(withRules([rule])).rows.map(([caller]) => caller);
  expect(callers).toContain('a0000003-0000-4000-8000-000000000003 as Europe.Use with a key of production');
  expect(callers).not.toContain('Europe.Use with a key of production');
});

test('without the document, and without rules, the check says that nothing is inspected', () => {
  expect(warnOfProtection(sampleGovernance())).toEqual([
    'There is no governance/protection.yaml, so no content is inspected.',
  ]);
  expect(warnOfProtection(withRules([]))).toEqual([
    'governance/protection.yaml has no rules, so no content is inspected.',
  ]);
});

test('a rule that stricter or earlier rules always cover is warned of', () => {
  const everyone: Rule = { ...RULE, id: 'everyone', action: 'block' };
  const [warning, ...others] = warnOfProtection(withRules([{ ...RULE, roles: ['Europe.Use'] }, everyone]));
  expect(warning).toMatch(
    /^Warning: the rule one decides nothing: wherever it applies, everyone is as strict/,
  );
  expect(others).toEqual([]);
  expect(warnOfProtection(withRules([everyone, { ...everyone, id: 'second' }]))).toHaveLength(1);
});

test.each<[string, Partial<Rule>]>([
  ['another kind', { kinds: ['email', 'iban'] }],
  ['the other direction', { direction: 'both' }],
  ['a medium', { refusedMedia: ['image'] }],
  ['a stricter action', { action: 'block' }],
])('a rule that adds %s to another is no cause for a warning', (_, change) => {
  expect(
    warnOfProtection(
      withRules([
        { ...RULE, id: 'everyone' },
        { ...RULE, roles: ['Europe.Use'], ...change },
      ]),
    ),
  ).toEqual([]);
});

test('a detector whose findings no rule asks for is warned of', () => {
  expect(warnOfProtection(withRules([RULE], [DETECTOR]))).toEqual([
    'Warning: no rule looks for what the detector customer finds.',
  ]);
  expect(warnOfProtection(withRules([{ ...RULE, kinds: ['personal'] }], [DETECTOR]))).toEqual([]);
  expect(warnOfProtection(withRules([{ ...RULE, kinds: ['customer'] }], [DETECTOR]))).toEqual([]);
});

test('a change of an action says for whom, of what and how', () => {
  const before = withRules([RULE]);
  const after = withRules([RULE, { ...RULE, id: 'two', roles: ['Europe.Use'], action: 'block' }]);
  expect(describeProtectionChanges(before, after)).toEqual([
    'Europe.Use with a key of production: email in the request of flash (generateContent, countTokens): now blocked, before redacted.',
  ]);
  expect(describeProtectionChanges(after, before)).toEqual([
    'Europe.Use with a key of production: email in the request of flash (generateContent, countTokens): now redacted, before blocked.',
  ]);
});

test('a rule that goes and a medium that comes are told, and another reason alone changes nothing', () => {
  const before = withRules([{ ...RULE, roles: ['Score.Use'] }]);
  const medium: Rule = {
    id: 'two',
    reason: 'Tests.',
    direction: 'request',
    roles: ['Score.Use'],
    refusedMedia: ['image'],
  };
  expect(describeProtectionChanges(before, withRules([medium])).slice(0, 2)).toEqual([
    'Score.Use with a key of production: the medium image in the request of iris: now refused, before not looked for.',
    'Score.Use with a key of production: email in the request of iris: now not looked for, before redacted.',
  ]);
  expect(
    describeProtectionChanges(before, withRules([{ ...RULE, roles: ['Score.Use'], reason: 'Other.' }])),
  ).toEqual([]);
});

test('a difference of documents has a section on content, and names rules and detectors', () => {
  const text = describeChanges(sampleGovernance(), withRules([RULE], [DETECTOR]), 'text');
  expect(text).toContain('What happens to content\n');
  expect(text).toContain('The protection rule one is new. Tests.');
  expect(text).toContain('The detector customer is new. It finds a customer number.');
});

test('an explained call says what is looked for in its content', () => {
  const principal = { roles: ['Europe.Use'], applicationId: '', isDelegated: false };
  const call = {
    project: undefined,
    location: undefined,
    operation: 'countTokens',
    resource: { kind: 'name' as const, name: 'flash' },
  };
  const rules: Rule[] = [
    { ...RULE, direction: 'both' },
    { id: 'two', reason: 'Pictures stay.', direction: 'request', refusedMedia: ['image', 'video'] },
  ];
  const explanation = explainCall(withRules(rules), principal, 'production', { call });
  expect(explanation.protection).toEqual([
    { direction: 'request', action: 'redact', kinds: ['email'], rule: 'one', reason: 'Tests.' },
    {
      direction: 'request',
      action: 'block',
      media: ['image', 'video'],
      rule: 'two',
      reason: 'Pictures stay.',
    },
    { direction: 'response', action: 'redact', kinds: ['email'], rule: 'one', reason: 'Tests.' },
  ]);
  const lines = describeExplanation({ name: 'some-app', principal }, explanation).split('\n');
  expect(lines).toContain('  Inspected        request, redact: email (one)');
  expect(lines).toContain('                   request, block: image and video (two)');
  expect(explainCall(withRules([]), principal, 'production', { call })).not.toHaveProperty('protection');
});
