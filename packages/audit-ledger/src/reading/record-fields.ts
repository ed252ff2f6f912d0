/**
 * The text fields of a record that are read from Application Insights. Other properties of the telemetry are not read.
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

/** The number fields of a record that are read from Application Insights. The edge's records have none of them. */
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

/** The OpenTelemetry names in records of fields that have short names in answers. */
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

/** Gives the name in records of a field of an answer. */
export function attributeOf(field: string): string {
  return OPEN_TELEMETRY_NAMES[field] ?? field;
}
