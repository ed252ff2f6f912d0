import type { CallTarget } from '../governance/call-target.ts';
import type { AuditRecord, OpeningRecord } from '../prediction/audit-record.ts';
import {
  type FlatOpening,
  type FlatRecord,
  MAXIMUM_TEXT_LENGTH,
  type Undefinable,
  withoutUndefined,
} from '@vertex-ai-gateway/audit-ledger/record';

/**
 * Turns the record of a call that is let through into an opening of the ledger. Texts are cut to the longest of a
 * record.
 */
export function flattenOpening(record: OpeningRecord): FlatOpening {
  return withoutUndefined<FlatOpening>(openingFields(record));
}

/** Turns the record of a call that has ended into a record of the ledger. Texts are cut to the longest of a record. */
export function flattenRecord(record: AuditRecord): FlatRecord {
  const { facts, outcome } = record;
  const { usage } = facts ?? {};
  return withoutUndefined<FlatRecord>({
    ...openingFields(record),
    revision: record.revision > 0 ? record.revision : undefined,
    outcome,
    code: record.code,
    status: record.status,
    'gen_ai.response.model': textOf(facts?.modelVersion),
    deployedModelId: textOf(facts?.deployedModelId),
    'gen_ai.response.finish_reasons': facts?.finishReason === undefined ? undefined : [facts.finishReason],
    trafficType: textOf(facts?.trafficType),
    'gen_ai.usage.input_tokens': usage?.inputTokens,
    'gen_ai.usage.output_tokens': usage?.outputTokens,
    'gen_ai.usage.cache_read.input_tokens': usage?.cachedTokens,
    'gen_ai.usage.cache_creation.input_tokens': usage?.cacheWriteTokens,
    hourCacheWriteTokens: usage?.hourCacheWriteTokens,
    'gen_ai.usage.reasoning.output_tokens': usage?.thinkingTokens,
    totalTokens: usage?.totalTokens,
    instances: usage?.instances,
    searches: usage?.searches,
    vertexRequests: facts?.requests,
    // The usage is partial when a stream broke off, and when a custom container gave counts that can't be right.
    usageCompleteness:
      record.target &&
      facts &&
      (outcome === 'answered' && facts.isUsageDoubtful !== true ? 'complete' : 'partial'),
    responseBytes: record.responseBytes,
    responseDigest: record.responseDigest,
    durationInMs: round(record.durationInMs),
    credentialsDurationInMs: round(record.credentialsDurationInMs),
    firstByteDurationInMs: round(record.firstByteDurationInMs),
    costInUsd: record.costInUsd,
    findings: record.findings && [...record.findings],
    content: record.content,
  });
}

function openingFields(record: OpeningRecord): Undefinable<FlatOpening> {
  const { caller, requested, target } = record;
  const resource = target?.resource;
  return {
    version: 1,
    id: record.id,
    requestId: record.requestId,
    traceId: record.traceId,
    time: record.startedAt.toISOString(),
    dialect: record.dialect,
    method: record.method,
    policyVersion: record.policyVersion,
    durability: record.durability,
    decision: record.decision,
    rule: textOf(record.rule),
    reason: textOf(record.reason),
    identityProvider: textOf(caller?.identityProvider),
    tenantId: textOf(caller?.tenantId),
    objectId: textOf(caller?.objectId),
    applicationId: textOf(caller?.applicationId),
    agentId: textOf(record.agentId),
    personId: caller?.isDelegated ? textOf(caller.objectId) : undefined,
    roles: caller?.roles.flatMap((role) => textOf(role) ?? []),
    isDelegated: caller?.isDelegated,
    subscriptionId: textOf(caller?.subscriptionId),
    productId: textOf(caller?.productId),
    operation: textOf(record.question ?? target?.operation),
    'gen_ai.operation.name': textOf(target && (CONVENTIONAL[target.operation] ?? target.operation)),
    'gen_ai.provider.name': target && 'gcp.vertex_ai',
    publisher: resource?.kind === 'model' ? textOf(resource.publisher) : undefined,
    'gen_ai.request.model': resource?.kind === 'endpoint' ? undefined : textOf(nameOf(resource)),
    endpoint: resource?.kind === 'endpoint' ? textOf(resource.endpoint) : undefined,
    project: textOf(target?.project),
    location: textOf(target?.location),
    requestedModel: textOf(nameOf(requested?.resource)),
    requestedProject: textOf(requested?.project),
    requestedLocation: textOf(requested?.location),
    retiresOn: record.retiresOn,
    serviceTier: requested?.serviceTier,
    requestBytes: record.requestBytes,
    requestDigest: record.requestDigest,
  };
}

/**
 * OpenTelemetry's names of operations: https://github.com/open-telemetry/semantic-conventions-genai
 * Other operations keep the names that rules have.
 */
const CONVENTIONAL: Readonly<Record<string, string>> = {
  generateContent: 'generate_content',
  streamGenerateContent: 'generate_content',
  chatCompletions: 'chat',
  embedContent: 'embeddings',
};

/** Gives the name of a model or an endpoint. A name that the catalog does not have is given as the caller sent it. */
function nameOf(resource: CallTarget['resource'] | undefined): string | undefined {
  switch (resource?.kind) {
    case 'model':
      return resource.model;
    case 'endpoint':
      return resource.endpoint;
    case 'name':
      return resource.name;
    default:
      return undefined;
  }
}

/** Cuts a text to the longest of a record, with an ellipsis at the end. An empty text counts as not known. */
function textOf(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  return text.length > MAXIMUM_TEXT_LENGTH ? `${text.slice(0, MAXIMUM_TEXT_LENGTH - 1)}…` : text;
}

function round(milliseconds: number): number;
function round(milliseconds: number | undefined): number | undefined;
function round(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.round(milliseconds * 1000) / 1000;
}
