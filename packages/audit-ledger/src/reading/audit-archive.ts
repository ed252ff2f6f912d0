import type { ContentReference, Outcome } from '../record/record-schema.ts';

/** A period from one instant to another. `to` is the first instant outside. */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}

/** The caller to whom a record belongs, by its APIM subscription and its identity. */
export interface RecordOwner {
  readonly identityProvider: string;
  readonly subscriptionId: string;
  readonly objectId: string;
  readonly applicationId: string;
}

/** The caller whose records may be read. Only auditors may read everybody's. */
export type RecordScope = RecordOwner | 'everybody';

/** Conditions on records, all of which must hold. */
export interface RecordFilter {
  readonly period: Period;
  /** Names of a model or endpoint, one of which the record must have. */
  readonly names?: readonly string[];
  /** An object id or application id. */
  readonly caller?: string;
  readonly location?: string;
  readonly operation?: string;
  readonly outcome?: Outcome;
  readonly decision?: 'allow' | 'deny';
  readonly rule?: string;
  readonly code?: string;
  readonly servedFrom?: 'cache';
}

/** The id of one record, or the id of its request. */
export type RecordName = { readonly id: string } | { readonly requestId: string };

/** The place of a record among the others, newest first. */
export interface RecordPosition {
  /** The record's time as the archive gave it: RFC 3339, in UTC. */
  readonly time: string;
  readonly id: string;
}

/** A page of a list of records. */
export interface RecordPage {
  /** The list goes on behind this record. */
  readonly after?: RecordPosition;
  readonly limit: number;
}

/** A record as the archive gives it. Fields that are not known are left out. */
export interface RecordedCall extends RecordPosition {
  readonly requestId: string;
  /** The edge records the calls that it refuses; the function app records all others. */
  readonly recordedBy: 'edge' | 'function-app';
  readonly isDelegated?: boolean;
  readonly roles?: readonly string[];
  readonly status?: number;
  readonly content?: ContentReference;
  readonly findings?: readonly { readonly kind: string; readonly count: number }[];
  /**
   * The other fields of a record. Usage and models have short names here, such as `inputTokens`, instead of
   * OpenTelemetry's.
   */
  readonly [field: string]: unknown;
}

/** Names that the catalog knows. Sums leave other names empty, because callers can send any. */
export interface KnownNames {
  readonly publishers: readonly string[];
  /** Names of models, catalog names and aliases included. */
  readonly models: readonly string[];
  readonly endpoints: readonly string[];
}

/** A further key of sums besides publisher, model and endpoint; `model` stands for none. */
export type UsageGroup = 'model' | 'day' | 'operation';

/** The calls to sum, and how to group them. */
export interface UsageFilter {
  readonly subscriptionId: string;
  readonly period: Period;
  /** The group by which calls are summed besides models and endpoints. */
  readonly by: UsageGroup;
  readonly names: KnownNames;
}

/** The calls of one group, and their usage as far as it is known. */
export interface UsageSum {
  readonly publisher?: string;
  readonly model?: string;
  readonly endpoint?: string;
  /** `YYYY-MM-DD`, in UTC; present in sums by day. */
  readonly day?: string;
  /** Present in sums by operation, where the operation is known. */
  readonly operation?: string;
  readonly calls: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  /** Input tokens that came from a cache; `inputTokens` includes them. */
  readonly cachedTokens: number;
  /** Input tokens that were written to a cache; `inputTokens` includes them. */
  readonly cacheWriteTokens: number;
  readonly instances: number;
  /** The estimated cost of the calls for which a price is known. */
  readonly costInUsd: number;
}

/**
 * Reads the records of calls. A record that was delivered twice counts once. Every method throws AuditError
 * AUDIT_UNAVAILABLE or AUDIT_QUERY_REJECTED, or the signal's reason when that is aborted.
 */
export interface AuditArchive {
  /** Lists records, newest first. */
  listRecords(
    scope: RecordScope,
    filter: RecordFilter,
    page: RecordPage,
    abortSignal: AbortSignal,
  ): Promise<readonly RecordedCall[]>;
  /** Finds one record; undefined when there is none of this name in the scope. */
  findRecord(
    scope: RecordScope,
    name: RecordName,
    abortSignal: AbortSignal,
  ): Promise<RecordedCall | undefined>;
  /** Sums the calls to models and endpoints. Questions to the gateway itself are left out. */
  sumUsage(filter: UsageFilter, abortSignal: AbortSignal): Promise<readonly UsageSum[]>;
}
