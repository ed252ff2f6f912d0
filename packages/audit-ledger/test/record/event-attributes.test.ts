import { toEventAttributes } from '../../src/record/event-attributes.ts';
import { FLAT_RECORD } from '../flat-record.ts';

test('an event has the texts of a record as properties and its numbers as measurements', () => {
  const { properties, measurements } = toEventAttributes(FLAT_RECORD);
  expect(properties).toMatchObject({
    version: '1',
    id: FLAT_RECORD.id,
    status: '200',
    roles: 'Sandbox.Use Scoring.Predict',
    isDelegated: 'true',
    'gen_ai.request.model': 'gemini-3.5-flash',
    'gen_ai.response.finish_reasons': 'STOP',
  });
  expect(measurements).toEqual({
    'gen_ai.usage.input_tokens': 3,
    'gen_ai.usage.output_tokens': 5,
    'gen_ai.usage.cache_read.input_tokens': 1,
    'gen_ai.usage.cache_creation.input_tokens': 2,
    hourCacheWriteTokens: 1,
    'gen_ai.usage.reasoning.output_tokens': 2,
    totalTokens: 8,
    instances: 1,
    requestBytes: 100,
    responseBytes: 200,
    durationInMs: 12.346,
    credentialsDurationInMs: 0,
    firstByteDurationInMs: 10,
    costInUsd: 0.0000134,
  });
});

test('every property is text that Application Insights stores whole', () => {
  const { properties } = toEventAttributes({ ...FLAT_RECORD, reason: 'é'.repeat(1024) });
  expect(Object.keys(properties).length).toBeLessThan(127);
  for (const value of Object.values(properties)) {
    expect(typeof value).toBe('string');
    expect(Buffer.byteLength(value)).toBeLessThan(8192);
  }
});

test('lists of more than names are JSON', () => {
  const findings = [{ kind: 'email', count: 2 }];
  expect(toEventAttributes({ ...FLAT_RECORD, findings }).properties.findings).toBe(JSON.stringify(findings));
});

test('what a record does not declare never becomes an attribute', () => {
  expect(JSON.stringify(toEventAttributes({ ...FLAT_RECORD, prompt: 'secret' }))).not.toContain('secret');
});
