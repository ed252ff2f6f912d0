import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import type { CallTarget, Principal } from '../../../src/governance/call-target.ts';
import { targetOf } from '../../../src/governance/decide-catalog.ts';
import { splitRoles } from '../../../src/governance/principals.ts';
import { OPERATIONS } from '../../../src/governance/documents.ts';
import { loadGovernance } from '../../../src/governance/load-governance.ts';

const governance = loadGovernance('governance');
const { access, catalog, limits } = governance.documents;

/** Matches a message that tells the caller what to do or to ask for, or where the call is allowed. */
const REMEDY =
  /\b(ask|send|try|check|look up|wait|give|call the gateway|compare|use|correct|discard|nothing, or)\b|allowed in|called in|served from|it offers|\bonly\b/i;

function expectPlainEnglish(message: string): void {
  const words = message.split(/\s+/).filter((word) => /\w/.test(word));
  expect([message, words.length >= 6]).toEqual([message, true]);
  expect(message).toMatch(/^["a-z].*\.$/is);
  expect(message).not.toMatch(/^(access )?(forbidden|denied|not allowed)\b/i);
}

function expectRemedy(message: string): void {
  expectPlainEnglish(message);
  expect(message).toMatch(REMEDY);
}

test('every row of the documents’ table of errors says what to do', () => {
  const document = readFileSync('docs/errors.md', 'utf8');
  const rows = [...document.matchAll(/^\| `([A-Z_]+)` +\| (\d{3}) +\| (.*?) +\| (.*?) +\|$/gm)];
  expect(rows.length).toBeGreaterThan(30);
  for (const [, , , meaning = '', remedy = ''] of rows) {
    expectPlainEnglish(`${meaning} ${remedy}`);
    expect(remedy).toMatch(/^[A-Z][a-z]+\b.*\.$/);
  }
});

test('every message of the edge says what to do', () => {
  const messages = globSync('apim/policy-fragments/*/policy.xml').flatMap((file) =>
    [
      ...readFileSync(file, 'utf8').matchAll(/name="error-message"\s+value=(?:"([^"]*)"|'@\("([^']*)"\)')/g),
    ].map(([, plain, expression]) => plain ?? expression ?? ''),
  );
  expect(messages.length).toBeGreaterThan(15);
  for (const message of messages) {
    // This code is in audit records only, because its caller is gone.
    if (message.startsWith('The caller closed the connection')) expectPlainEnglish(message);
    else expectRemedy(message);
  }
});

test('every error that the function app raises is a sentence', () => {
  const messages = globSync('src/**/*.ts').flatMap(messagesOf);
  expect(messages.length).toBeGreaterThan(20);
  for (const message of messages) expectPlainEnglish(message);
});

/** Lists the texts of `new GatewayError(code, text)`. A placeholder in a text counts as a word. */
function messagesOf(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const messages: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && node.expression.getText() === 'GatewayError') {
      const text = node.arguments?.[1] && textOf(node.arguments[1]);
      if (text !== undefined) messages.push(text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return messages.filter((message) => message !== 'The caller went away.');
}

function textOf(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({ literal }) => `something${literal.text}`).join('');
  if (ts.isBinaryExpression(node)) {
    const [left, right] = [textOf(node.left), textOf(node.right)];
    return left === undefined || right === undefined ? undefined : left + right;
  }
  return undefined;
}

const ANY_APPLICATION = 'ffffffff-ffff-4fff-8fff-ffffffffffff';
const PRINCIPALS: readonly Principal[] = [[], ...access.roles.map(({ name }) => [name])].flatMap((roles) => [
  { roles, applicationId: ANY_APPLICATION, isDelegated: false },
  ...[ANY_APPLICATION, ...access.agents.map(({ applicationId }) => applicationId)].map((applicationId) => ({
    roles,
    applicationId,
    isDelegated: true,
  })),
  ...limits.products.map(({ id: productId }) =>
    splitRoles(governance.documents, {
      roles,
      productId,
      applicationId: ANY_APPLICATION,
      isDelegated: false,
    }),
  ),
]);
const UNKNOWN: CallTarget = {
  project: 'sample-project',
  location: 'us-central1',
  operation: 'predict',
  resource: { kind: 'endpoint', endpoint: 'unknown' },
};
const TARGETS: readonly CallTarget[] = [
  UNKNOWN,
  ...catalog.entries.flatMap((entry) =>
    [...entry.locations, 'asia-east1'].flatMap((location) =>
      OPERATIONS.map((operation) => targetOf(entry, operation, location)),
    ),
  ),
];

test('every denial says what to do or what to ask for', () => {
  const reasons = new Map<string, string>();
  for (const principal of PRINCIPALS) {
    for (const target of TARGETS) {
      const decision = governance.decide(principal, target);
      if (!decision.allowed) reasons.set(decision.reason, decision.code);
    }
  }
  expect(new Set(reasons.values())).toEqual(
    new Set([
      'MODEL_NOT_FOUND',
      'LOCATION_NOT_ALLOWED',
      'OPERATION_NOT_ALLOWED',
      'DENIED_BY_RULE',
      'AGENT_NOT_ALLOWED',
      'PRODUCT_NOT_ALLOWED',
      'NOT_GRANTED',
    ]),
  );
  for (const reason of reasons.keys()) expectRemedy(reason);
});
