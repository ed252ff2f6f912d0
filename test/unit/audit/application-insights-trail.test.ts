import { toAttributes } from '../../../src/audit/application-insights-trail.ts';
import type { AuditRecord } from '../../../src/prediction/audit-record.ts';

const RECORD: AuditRecord = {
  id: '55555555-5555-4555-8555-555555555555',
  startedAt: new Date(Date.UTC(2026, 0, 1)),
  dialect: 'vertex',
  policyVersion: 'policy-1',
  caller: {
    identityProvider: 'entra',
    isDelegated: false,
    tenantId: '11111111-1111-4111-8111-111111111111',
    objectId: '33333333-3333-4333-8333-333333333333',
    applicationId: '44444444-4444-4444-8444-444444444444',
    roles: ['Sandbox.Use', 'Scoring.Predict'],
    subscriptionId: 'sandbox-team',
    productId: 'sandbox',
    requestId: '55555555-5555-4555-8555-555555555555',
  },
  target: {
    project: 'sample-project',
    location: 'us-central1',
    operation: 'generateContent',
    resource: { kind: 'model', publisher: 'google', model: 'gemini-2.5-flash' },
  },
  decision: 'allow',
  rule: 'sandbox-flash',
  revision: 0,
  outcome: 'answered',
  status: 200,
  facts: {
    usage: { inputTokens: 3, outputTokens: 5, totalTokens: 8 },
    modelVersion: 'gemini-2.5-flash-001',
    finishReason: 'STOP',
  },
  requestBytes: 100,
  responseBytes: 200,
  durationInMs: 12.3456789,
  credentialsDurationInMs: 0.0004,
  firstByteDurationInMs: 10,
};

function measurements(record: AuditRecord): unknown {
  return JSON.parse(toAttributes(record)['microsoft.custom_measurements'] ?? '');
}

test('a record becomes flat attributes, numbers apart', () => {
  const { 'microsoft.custom_measurements': numbers, ...attributes } = toAttributes(RECORD);
  expect(attributes).toEqual({
    time: '2026-01-01T00:00:00.000Z',
    dialect: 'vertex',
    policyVersion: 'policy-1',
    outcome: 'answered',
    decision: 'allow',
    rule: 'sandbox-flash',
    status: '200',
    identityProvider: 'entra',
    tenantId: '11111111-1111-4111-8111-111111111111',
    objectId: '33333333-3333-4333-8333-333333333333',
    applicationId: '44444444-4444-4444-8444-444444444444',
    isDelegated: 'false',
    roles: 'Sandbox.Use Scoring.Predict',
    subscriptionId: 'sandbox-team',
    productId: 'sandbox',
    operation: 'generateContent',
    project: 'sample-project',
    location: 'us-central1',
    publisher: 'google',
    model: 'gemini-2.5-flash',
    modelVersion: 'gemini-2.5-flash-001',
    finishReason: 'STOP',
    usageCompleteness: 'complete',
  });
  expect(JSON.parse(numbers ?? '')).toEqual({
    inputTokens: 3,
    outputTokens: 5,
    totalTokens: 8,
    requestBytes: 100,
    responseBytes: 200,
    durationInMs: 12.346,
    credentialsDurationInMs: 0,
    firstByteDurationInMs: 10,
  });
});

test('a custom endpoint is on record by its id', () => {
  const target = { ...RECORD.target, resource: { kind: 'endpoint', endpoint: '1234567890' } };
  const attributes = toAttributes({ ...RECORD, target } as AuditRecord);
  expect(attributes.endpoint).toBe('1234567890');
  expect(attributes).not.toHaveProperty('model');
  expect(attributes).not.toHaveProperty('publisher');
});

test('a name that stands for no known model is on record as the model', () => {
  const target = { ...RECORD.target, resource: { kind: 'name', name: 'gemini-fastest' } };
  expect(toAttributes({ ...RECORD, target } as AuditRecord)).toMatchObject({ model: 'gemini-fastest' });
});

test('what is not known is left out', () => {
  const { id, startedAt, dialect, policyVersion } = RECORD;
  const bare: AuditRecord = {
    ...{ id, startedAt, dialect, policyVersion },
    revision: 0,
    outcome: 'denied',
    status: 401,
    code: 'CALLER_NOT_AUTHENTICATED',
    requestBytes: 0,
    responseBytes: 0,
    durationInMs: 1,
  };
  expect(Object.keys(toAttributes(bare)).toSorted()).toEqual([
    'code',
    'dialect',
    'microsoft.custom_measurements',
    'outcome',
    'policyVersion',
    'status',
    'time',
  ]);
  expect(measurements(bare)).toEqual({ requestBytes: 0, responseBytes: 0, durationInMs: 1 });
});

test('every attribute is text, as Application Insights stores it', () => {
  for (const value of Object.values(toAttributes(RECORD))) expect(typeof value).toBe('string');
});

test('what a record does not declare never becomes an attribute', () => {
  const smuggled = {
    ...RECORD,
    payload: 'secret',
    accessToken: 'secret',
    caller: { ...RECORD.caller, token: 'secret' },
    target: { ...RECORD.target, payload: { instances: ['secret'] } },
    facts: { ...RECORD.facts, text: 'secret' },
  } as AuditRecord;
  expect(JSON.stringify(toAttributes(smuggled))).not.toContain('secret');
});
