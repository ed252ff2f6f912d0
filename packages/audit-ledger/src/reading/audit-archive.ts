import type { ContentReference, Outcome } from '../record/record-schema.ts';

/** From an instant to another; the last one is outside. */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}

/** Whose a record is: a caller, by its APIM subscription and its identity. */
export interface RecordOwner {
  readonly identityProvider: string;
  readonly subscriptionId: string;
  readonly objectId: string;
  readonly applicationId: string;
}

/** Whose records may be read; everybody's by auditors alone. */
export type RecordScope = RecordOwner | 'everybody';

export interface RecordFilter {
  readonly period: Period;
  /** Every name of the model or endpoint that records may have. */
  readonly names?: readonly string[];
  /** Object id or application id. */
  readonly caller?: string;
  readonly location?: string;
  readonly operation?: string;
  readonly outcome?: Outcome;
  readonly decision?: 'allow' | 'deny';
  readonly rule?: string;
  readonly code?: string;
  readonly servedFrom?: 'cache';
}

/** What one record is asked for by: its own id, or that of the request. */
export type RecordName = { readonly id: string } | { readonly requestId: string };

/** The place of a record among the others, newest first. */
export interface RecordPosition {
  /** RFC 3339, in UTC, as the archive gave it. */
  readonly time: string;
  readonly id: string;
}

export interface RecordPage {
  /** What comes before it, and it itself, is left out. */
  readonly after?: RecordPosition;
  readonly limit: number;
}

/** A record as it is read again; what was not known is left out. */
export interface RecordedCall extends RecordPosition {
  readonly requestId: string;
  /** The edge records the calls that it refuses; the function app records all others. */
  readonly recordedBy: 'edge' | 'function-app';
  readonly isDelegated?: boolean;
  readonly roles?: readonly string[];
  readonly status?: number;
  readonly content?: ContentReference;
  readonly findings?: readonly { readonly kind: string; readonly count: number }[];
  /** The other fields of a record, by the names that they have there. */
  readonly [field: string]: unknown;
}

/** Names as records have them; other names are left out of sums, because callers can send any. */
export interface KnownNames {
  readonly publishers: readonly string[];
  /** Of models; catalog names and aliases too. */
  readonly models: readonly string[];
  readonly endpoints: readonly string[];
}

export type UsageGroup = 'model' | 'day' | 'operation';

export interface UsageFilter {
  readonly subscriptionId: string;
  readonly period: Period;
  /** What is summed apart besides models and endpoints, which always are. */
  readonly by: UsageGroup;
  readonly names: KnownNames;
}

/** Calls of one group, and what they used as far as it is known. */
export interface UsageSum {
  readonly publisher?: string;
  readonly model?: string;
  readonly endpoint?: string;
  /** `YYYY-MM-DD`, in UTC; of sums by day. */
  readonly day?: string;
  /** Of sums by operation, where it was known. */
  readonly operation?: string;
  readonly calls: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  /** Of the input. */
  readonly cachedTokens: number;
  /** Of the input. */
  readonly cacheWriteTokens: number;
  readonly instances: number;
  /** Of the calls that a price was known for. */
  readonly costInUsd: number;
}

/**
 * Reads what is on record. A record that was delivered twice counts once.
 * Throws AUDIT_UNAVAILABLE and AUDIT_QUERY_REJECTED, and the signal's reason when that is aborted.
 */
export interface AuditArchive {
  /** Newest first. */
  listRecords(
    scope: RecordScope,
    filter: RecordFilter,
    page: RecordPage,
    abortSignal: AbortSignal,
  ): Promise<readonly RecordedCall[]>;
  /** Undefined when there is none of this name in the scope. */
  findRecord(
    scope: RecordScope,
    name: RecordName,
    abortSignal: AbortSignal,
  ): Promise<RecordedCall | undefined>;
  /** Of calls to models and endpoints; questions to the gateway itself are left out. */
  sumUsage(filter: UsageFilter, abortSignal: AbortSignal): Promise<readonly UsageSum[]>;
}
