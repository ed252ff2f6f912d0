import { describeExplanation, describeRefusal } from '../../../scripts/policy/describe-explanation.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { CallTarget, Principal } from '../../../src/governance/call-target.ts';
import { explain } from '../../../src/governance/explain.ts';
import { sampleGovernance } from './sample-documents.ts';

const governance = sampleGovernance();
const FLASH: CallTarget = {
  project: undefined,
  location: undefined,
  operation: 'countTokens',
  resource: { kind: 'model', publisher: 'google', model: 'fast' },
};

function described(principal: Principal, target = FLASH): string[] {
  const explanation = explain(governance, principal, target, 'production');
  return describeExplanation({ name: 'some-app', principal }, explanation).split('\n');
}

test('an allowed call reads with its place and its limits', () => {
  expect(described({ roles: ['Europe.Use'], applicationId: '', isDelegated: false })).toEqual([
    'Allowed. The team chats.',
    '',
    '  Caller           some-app with the role Europe.Use',
    '  Rule             europe',
    '  Entry            flash',
    '  Served from      europe-west1, project sample-project',
    '  Limits           the product production: 600 calls per minute',
    '                   calls of flash: 5,000 tokens per minute',
    '  Policy version   version-of-the-sample',
  ]);
});

test('a denied call reads with its code, what is missing and the nearest grant', () => {
  const target = { ...FLASH, location: 'us-central1' };
  expect(described({ roles: ['Europe.Use'], applicationId: '', isDelegated: false }, target)).toEqual([
    'Denied, 403 LOCATION_NOT_ALLOWED. Callers with the role Europe.Use are served from europe-west1, europe-west4 only. The data stays in Europe.',
    '',
    '  Caller           some-app with the role Europe.Use',
    '  Rule             eu-only',
    '  Entry            flash',
    '  What is missing  The rule eu-only keeps holders of Europe.Use in europe-west1 and europe-west4. The data stays in Europe.',
    '                   The same call is allowed in europe-west1 and europe-west4.',
    '  Nearest grant    europe: The team chats.',
    '                   for the role Europe.Use',
    '                   in us-central1, europe-west1 and europe-west4',
    '                   for generateContent, countTokens and batchPredict',
    '  Limits           the product production: 600 calls per minute',
    '                   calls of flash: 5,000 tokens per minute',
    '  Policy version   version-of-the-sample',
  ]);
});

test('an application that acts for a person says so', () => {
  expect(described({ roles: [], applicationId: '', isDelegated: true })).toContain(
    '  Caller           some-app for a person without any role',
  );
});

test('a call that the gateway cannot read names what is wrong with it', () => {
  const refusal = new GatewayError('INVALID_REQUEST', 'The body is not valid.', {
    violations: [{ field: 'model', description: 'must name the model' }],
  });
  const principal = { roles: [], applicationId: '', isDelegated: false };
  expect(describeRefusal({ name: 'some-app', principal }, refusal).split('\n')).toEqual([
    'Refused before any rule is asked, 400 INVALID_REQUEST. The body is not valid.',
    '',
    '  Caller           some-app without any role',
    '  What is wrong    model: must name the model',
  ]);
});
