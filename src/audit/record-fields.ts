/**
 * The fields of a record as they are read again: what the function app's records and the edge's have, and nothing else
 * that telemetry may carry.
 */
export const TEXT_FIELDS = [
  'dialect',
  'method',
  'operation',
  'policyVersion',
  'decision',
  'rule',
  'outcome',
  'servedFrom',
  'code',
  'status',
  'identityProvider',
  'tenantId',
  'objectId',
  'applicationId',
  'roles',
  'isDelegated',
  'subscriptionId',
  'productId',
  'project',
  'location',
  'publisher',
  'model',
  'endpoint',
  'modelVersion',
  'deployedModelId',
  'finishReason',
  'usageCompleteness',
] as const;

/** Fields that are numbers; the edge's records have none of them. */
export const NUMBER_FIELDS = [
  'inputTokens',
  'outputTokens',
  'totalTokens',
  'cachedTokens',
  'thinkingTokens',
  'instances',
  'requestBytes',
  'responseBytes',
  'durationInMs',
  'credentialsDurationInMs',
  'firstByteDurationInMs',
] as const;
