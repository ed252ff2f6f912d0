import type { FlatRecord } from '../../src/record/record-schema.ts';

/**
 * Makes the record of a person's chat by an application, without fields that few calls have. A model's name, a rule's
 * reason and the like are as long as those of the sample policies.
 */
export function createTypicalRecord(call: number, durability: 'standard' | 'strict', time: Date): FlatRecord {
  const number = call.toString(16).padStart(12, '0');
  const requestId = `55555555-5555-4555-8555-${number}`;
  const digest = (name: string) => `0123456789abcdef:${`${name}${number}`.padEnd(64, 'f')}`;
  return {
    version: 1,
    id: `${time.toISOString().replaceAll(/[-:.]/g, '')}-${requestId}`,
    requestId,
    traceId: `0af7651916cd43dd8448${number}`,
    time: time.toISOString(),
    dialect: 'vertex',
    method: 'POST',
    policyVersion: '0123456789abcdef',
    durability,
    decision: 'allow',
    rule: 'assistants-chat',
    reason: 'The assistants team may use Gemini in Europe.',
    identityProvider: 'entra',
    tenantId: '11111111-1111-4111-8111-111111111111',
    objectId: '33333333-3333-4333-8333-333333333333',
    applicationId: '44444444-4444-4444-8444-444444444444',
    personId: '33333333-3333-4333-8333-333333333333',
    roles: ['Assistants.Use'],
    isDelegated: true,
    subscriptionId: 'assistants-team',
    productId: 'production',
    operation: 'generateContent',
    'gen_ai.operation.name': 'generate_content',
    'gen_ai.provider.name': 'gcp.vertex_ai',
    publisher: 'google',
    'gen_ai.request.model': 'gemini-3.5-flash',
    project: 'sample-project',
    location: 'europe-west4',
    requestBytes: 3210,
    requestDigest: digest('a'),
    outcome: 'answered',
    status: 200,
    'gen_ai.response.model': 'gemini-3.5-flash-001',
    'gen_ai.response.finish_reasons': ['STOP'],
    'gen_ai.usage.input_tokens': 812,
    'gen_ai.usage.output_tokens': 344,
    totalTokens: 1156,
    usageCompleteness: 'complete',
    responseBytes: 1480,
    responseDigest: digest('b'),
    durationInMs: 812.346,
    credentialsDurationInMs: 0.012,
    firstByteDurationInMs: 301.224,
    costInUsd: 0.0011036,
  };
}
