/**
 * The fields of a record as they are read again: what the function app's records and the edge's have, and nothing else
 * that telemetry may carry.
 */
export const TEXT_FIELDS = [
  'version',
  'requestId',
  'traceId',
  'dialect',
  'method',
  'operation',
  'policyVersion',
  'durability',
  'decision',
  'rule',
  'reason',
  'outcome',
  'revision',
  'servedFrom',
  'code',
  'status',
  'identityProvider',
  'tenantId',
  'objectId',
  'applicationId',
  'agentId',
  'personId',
  'roles',
  'isDelegated',
  'subscriptionId',
  'productId',
  'project',
  'location',
  'publisher',
  'model',
  'endpoint',
  'requestedProject',
  'requestedLocation',
  'requestedModel',
  'modelVersion',
  'deployedModelId',
  'finishReason',
  'usageCompleteness',
  'requestDigest',
  'responseDigest',
  'findings',
  'content',
] as const;

/** Fields that are numbers; the edge's records have none of them. */
export const NUMBER_FIELDS = [
  'inputTokens',
  'outputTokens',
  'totalTokens',
  'cachedTokens',
  'cacheWriteTokens',
  'hourCacheWriteTokens',
  'thinkingTokens',
  'instances',
  'requestBytes',
  'responseBytes',
  'durationInMs',
  'credentialsDurationInMs',
  'firstByteDurationInMs',
  'costInUsd',
] as const;

/** What answers call shortly, and records by OpenTelemetry's names. */
const OPEN_TELEMETRY_NAMES: Readonly<Record<string, string>> = {
  model: 'gen_ai.request.model',
  modelVersion: 'gen_ai.response.model',
  finishReason: 'gen_ai.response.finish_reasons',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  cachedTokens: 'gen_ai.usage.cache_read.input_tokens',
  cacheWriteTokens: 'gen_ai.usage.cache_creation.input_tokens',
  thinkingTokens: 'gen_ai.usage.reasoning.output_tokens',
};

/** The name that records have for a field of an answer. */
export function attributeOf(field: string): string {
  return OPEN_TELEMETRY_NAMES[field] ?? field;
}
