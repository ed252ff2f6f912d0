import { describeExplanation } from '../../../scripts/policy/describe-explanation.ts';
import { checkTools } from '../../../src/dialects/check-tools.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { CallTarget, Principal } from '../../../src/governance/call-target.ts';
import { explainCall } from '../../../src/questions/explain-call.ts';
import type { ToolName } from '../../../src/governance/tools.ts';
import type { AskedCall, PolicyExplainQuestion } from '../../../src/questions/question.ts';
import { sampleGovernance } from './sample-documents.ts';

const governance = sampleGovernance();
const FLASH: CallTarget = {
  project: undefined,
  location: undefined,
  operation: 'countTokens',
  resource: { kind: 'model', publisher: 'google', model: 'fast' },
};

function described(principal: Principal, call: PolicyExplainQuestion['call'] = FLASH): string[] {
  const explanation = explainCall(governance, principal, 'production', { call });
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
    '  Tools            functionDeclarations',
    '                   vertexRagStore: projects/sample-project/locations/europe-west4/ragCorpora/42',
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
  expect(described({ roles: [], applicationId: '', isDelegated: false }, refusal)).toEqual([
    'Refused before any rule is asked, 400 INVALID_REQUEST. The body is not valid.',
    '',
    '  Caller           some-app without any role',
    '  What is wrong    model: must name the model',
  ]);
});

test('a place in storage that no role lists reads with the places that one may use', () => {
  const call = {
    ...FLASH,
    check: () => {
      throw new GatewayError('STORAGE_NOT_ALLOWED', 'No rule allows your roles the place.', {
        violations: [
          {
            field: 'inputConfig.gcsSource.uris',
            description: 'is not a place that the rules allow for inputs',
          },
        ],
      });
    },
  };
  expect(described({ roles: ['Europe.Use'], applicationId: '', isDelegated: false }, call)).toEqual([
    'Denied, 403 STORAGE_NOT_ALLOWED. No rule allows your roles the place.',
    '',
    '  Caller           some-app with the role Europe.Use',
    '  Rule             default-deny',
    '  Entry            flash',
    '  What is missing  inputConfig.gcsSource.uris is not a place that the rules allow for inputs.',
    '                   You may read from no place yet.',
    '                   You may write to no place yet.',
    '  Limits           the product production: 600 calls per minute',
    '                   calls of flash: 5,000 tokens per minute',
    '  Policy version   version-of-the-sample',
  ]);
});

test('a question to the gateway itself needs no grant', () => {
  const lines = described({ roles: [], applicationId: '', isDelegated: false }, { question: 'models' });
  expect(lines[0]).toMatch(/^Allowed\. .+ needs no grant\. /);
  expect(lines).toContain('  Rule             question');
});

function askingFor(tool: ToolName): AskedCall {
  return {
    ...FLASH,
    check: (granted) => {
      checkTools(granted, [{ path: ['tools', 0, tool], tool }]);
    },
  };
}

test('a tool that no role lists reads with the tools that one may use', () => {
  const principal = { roles: ['Europe.Use'], applicationId: '', isDelegated: false };
  expect(described(principal, askingFor('codeExecution'))).toEqual([
    'Denied, 403 TOOL_NOT_ALLOWED. The member tools[0].codeExecution of the body gives the model codeExecution, a tool that the rules do not allow. No rule allows your roles the tool codeExecution. Ask the platform team to add it to the tools that you may use.',
    '',
    '  Caller           some-app with the role Europe.Use',
    '  Rule             default-deny',
    '  Entry            flash',
    '  What is missing  tools[0].codeExecution gives the model codeExecution, a tool that the rules do not allow.',
    '                   You may give models functionDeclarations.',
    '                   vertexRagStore may reach projects/sample-project/locations/europe-west4/ragCorpora/42.',
    '  Limits           the product production: 600 calls per minute',
    '                   calls of flash: 5,000 tokens per minute',
    '  Policy version   version-of-the-sample',
  ]);
});

test('a tool that leaves the caller’s locations reads with the rule that keeps it there', () => {
  const lines = described(
    { roles: ['Europe.Use'], applicationId: '', isDelegated: false },
    askingFor('googleSearch'),
  );
  expect(lines[0]).toMatch(/^Denied, 403 TOOL_NOT_ALLOWED\. .* googleSearch does not stay there\./);
  expect(lines).toContain('  Rule             eu-only');
  expect(lines).toContain('                   You may give models functionDeclarations.');
});
