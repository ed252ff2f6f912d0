import { flattenOpening, flattenRecord } from '../../../src/audit/flatten-record.ts';
import { FlatOpening, FlatRecord } from '@vertex-ai-gateway/audit-ledger/record';
import type { AuditRecord } from '../../../src/prediction/audit-record.ts';
import { FULL_RECORD } from './full-record.ts';

/** Fields that the record of a plain call does not have. */
const NOT_OF_A_PLAIN_CALL = ['revision', 'servedFrom', 'code', 'endpoint', 'content', 'vertexRequests'];

test('a record has its fields side by side, under OpenTelemetry’s names where there are some', () => {
  const record = flattenRecord(FULL_RECORD);
  expect(record).toEqual({
    version: 1,
    id: FULL_RECORD.id,
    requestId: FULL_RECORD.requestId,
    traceId: FULL_RECORD.traceId,
    time: '2026-01-01T00:00:00.000Z',
    dialect: 'vertex',
    method: 'POST',
    policyVersion: 'policy-1',
    durability: 'standard',
    outcome: 'answered',
    decision: 'allow',
    rule: 'sandbox-flash',
    reason: 'The sandbox tries things out.',
    status: 200,
    identityProvider: 'entra',
    tenantId: '11111111-1111-4111-8111-111111111111',
    objectId: '33333333-3333-4333-8333-333333333333',
    applicationId: '44444444-4444-4444-8444-444444444444',
    agentId: 'assistants-agent',
    personId: '33333333-3333-4333-8333-333333333333',
    isDelegated: true,
    roles: ['Sandbox.Use', 'Scoring.Predict'],
    subscriptionId: 'sandbox-team',
    productId: 'sandbox',
    operation: 'generateContent',
    'gen_ai.operation.name': 'generate_content',
    'gen_ai.provider.name': 'gcp.vertex_ai',
    project: 'sample-project',
    location: 'us-central1',
    publisher: 'google',
    'gen_ai.request.model': 'gemini-3.5-flash',
    requestedProject: '123456789012',
    requestedLocation: 'us-central1',
    requestedModel: 'gemini-fast',
    'gen_ai.response.model': 'gemini-3.5-flash-001',
    deployedModelId: '7',
    'gen_ai.response.finish_reasons': ['STOP'],
    trafficType: 'ON_DEMAND_FLEX',
    searches: 2,
    usageCompleteness: 'complete',
    'gen_ai.usage.input_tokens': 3,
    'gen_ai.usage.output_tokens': 5,
    'gen_ai.usage.cache_read.input_tokens': 1,
    'gen_ai.usage.cache_creation.input_tokens': 2,
    hourCacheWriteTokens: 1,
    'gen_ai.usage.reasoning.output_tokens': 2,
    totalTokens: 8,
    instances: 1,
    retiresOn: '2027-01-22',
    serviceTier: 'flex',
    requestBytes: 100,
    requestDigest: FULL_RECORD.requestDigest,
    findings: [{ kind: 'email', direction: 'request', action: 'redact', detector: 'email', count: 2 }],
    responseBytes: 200,
    responseDigest: FULL_RECORD.responseDigest,
    durationInMs: 12.346,
    credentialsDurationInMs: 0,
    firstByteDurationInMs: 10,
    costInUsd: 0.0000134,
  });
  expect(FlatRecord.parse(record)).toEqual(record);
});

test('a plain call fills every field but those of other events', () => {
  const fields = Object.keys(FlatRecord.shape).filter((name) => !NOT_OF_A_PLAIN_CALL.includes(name));
  expect(Object.keys(flattenRecord(FULL_RECORD)).toSorted()).toEqual(fields.toSorted());
});

test('an opening has what is known before Google is called', () => {
  const opening = flattenOpening(FULL_RECORD);
  expect(FlatOpening.parse(opening)).toEqual(opening);
  expect(flattenRecord(FULL_RECORD)).toMatchObject(opening);
});

test('a custom endpoint is on record by its id', () => {
  const target = { ...FULL_RECORD.target, resource: { kind: 'endpoint', endpoint: '1234567890' } };
  const record = flattenRecord({ ...FULL_RECORD, target } as AuditRecord);
  expect(record).toMatchObject({ endpoint: '1234567890', requestedModel: 'gemini-fast' });
  expect(record).not.toHaveProperty(['gen_ai.request.model']);
  expect(record).not.toHaveProperty('publisher');
});

test('a name that stands for no known model is on record as the model', () => {
  const target = { ...FULL_RECORD.target, resource: { kind: 'name', name: 'gemini-fastest' } };
  const record = flattenRecord({ ...FULL_RECORD, target } as AuditRecord);
  expect(record['gen_ai.request.model']).toBe('gemini-fastest');
});

test.each([
  ['streamGenerateContent', 'generate_content'],
  ['chatCompletions', 'chat'],
  ['embedContent', 'embeddings'],
  ['rawPredict', 'rawPredict'],
])('the operation %s is %s for OpenTelemetry', (operation, name) => {
  const record = flattenRecord({
    ...FULL_RECORD,
    target: { ...FULL_RECORD.target, operation },
  } as AuditRecord);
  expect(record).toMatchObject({ operation, 'gen_ai.operation.name': name });
});

test('what is not known is left out', () => {
  const { id, requestId, startedAt, dialect, method, policyVersion, durability } = FULL_RECORD;
  const bare: AuditRecord = {
    id,
    requestId,
    startedAt,
    dialect,
    method,
    policyVersion,
    durability,
    revision: 0,
    outcome: 'denied',
    status: 401,
    code: 'CALLER_NOT_AUTHENTICATED',
    requestBytes: 0,
    responseBytes: 0,
    durationInMs: 1,
  };
  const record = flattenRecord(bare);
  expect(FlatRecord.parse(record)).toEqual({
    version: 1,
    id,
    requestId,
    time: '2026-01-01T00:00:00.000Z',
    dialect,
    method,
    policyVersion,
    durability,
    outcome: 'denied',
    status: 401,
    code: 'CALLER_NOT_AUTHENTICATED',
    requestBytes: 0,
    responseBytes: 0,
    durationInMs: 1,
  });
});

test('a caller with a key alone has no tenant and no application, and an application for itself no person', () => {
  const caller = { ...FULL_RECORD.caller, tenantId: '', applicationId: '', isDelegated: false };
  const record = flattenRecord({ ...FULL_RECORD, caller } as AuditRecord);
  for (const name of ['tenantId', 'applicationId', 'personId']) expect(record).not.toHaveProperty(name);
  expect(FlatRecord.parse(record)).toEqual(record);
});

test('usage of an answer that broke off or is in doubt is partial, and a question to the gateway has none', () => {
  expect(flattenRecord({ ...FULL_RECORD, outcome: 'interrupted' }).usageCompleteness).toBe('partial');
  const facts = { usage: { totalTokens: 7 }, isUsageDoubtful: true };
  expect(flattenRecord({ ...FULL_RECORD, facts }).usageCompleteness).toBe('partial');
  const { target, requested, ...untargeted } = FULL_RECORD;
  expect(target).toBeDefined();
  expect(requested).toBeDefined();
  const record = flattenRecord({ ...untargeted, question: 'whoami', facts: { usage: {} } });
  expect(record.operation).toBe('whoami');
  for (const name of ['usageCompleteness', 'gen_ai.provider.name', 'gen_ai.operation.name'])
    expect(record).not.toHaveProperty([name]);
});

test('a text that a store would cut is cut where it can be seen', () => {
  const { reason } = flattenRecord({ ...FULL_RECORD, reason: 'a'.repeat(5000) });
  expect(reason).toBe(`${'a'.repeat(1023)}…`);
});

test('what a record does not declare never gets into it', () => {
  const smuggled = {
    ...FULL_RECORD,
    payload: 'secret',
    accessToken: 'secret',
    caller: { ...FULL_RECORD.caller, token: 'secret' },
    target: { ...FULL_RECORD.target, payload: { instances: ['secret'] } },
    facts: { ...FULL_RECORD.facts, text: 'secret' },
  } as AuditRecord;
  expect(JSON.stringify(flattenRecord(smuggled))).not.toContain('secret');
});

test('only a correction has a revision', () => {
  expect(flattenRecord(FULL_RECORD)).not.toHaveProperty('revision');
  expect(flattenRecord({ ...FULL_RECORD, revision: 2 }).revision).toBe(2);
});
