import type { FieldFilter, Outcome, SummedField } from '../record/record-schema.ts';
import type { Period } from '../time/period.ts';

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
export interface RecordFilter extends FieldFilter {
  readonly period: Period;
  /** Names of a model or endpoint, one of which the record must have. */
  readonly names?: readonly string[];
  /** An object id or application id. */
  readonly caller?: string;
  /** A kind of values, of which the record must have a finding. */
  readonly finding?: string;
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
  /** The other fields of `ANSWER_FIELDS`, by their names in answers, such as `inputTokens`. */
  readonly [field: string]: unknown;
}

/** Names that the catalog knows. Sums leave other names empty, because callers can send any. */
interface KnownNames {
  readonly publishers: readonly string[];
  /** Names of models, catalog names and aliases included. */
  readonly models: readonly string[];
  readonly endpoints: readonly string[];
}

/**
 * A further key of sums besides publisher, model and endpoint; `model` stands for none. By `finding` the calls with findings
 * alone are summed, and a call counts for each of their kinds.
 */
export type UsageGroup = 'model' | 'day' | 'operation' | 'finding';

/** The calls to sum, and how to group them. */
export interface UsageFilter {
  readonly subscriptionId: string;
  readonly period: Period;
  /** The group by which calls are summed besides models and endpoints. */
  readonly by: UsageGroup;
  readonly names: KnownNames;
}

/** The calls of one group, and the sums of their usage as far as it is known. The cost is that of calls with a price. */
export interface UsageSum extends Readonly<Record<SummedField, number>> {
  readonly publisher?: string;
  readonly model?: string;
  readonly endpoint?: string;
  /** `YYYY-MM-DD`, in UTC; present in sums by day. */
  readonly day?: string;
  /** Present in sums by operation, where the operation is known. */
  readonly operation?: string;
  /** The kind of the findings; present in sums by finding. */
  readonly finding?: string;
  /** The number of values that were found of the kind; present in sums by finding. */
  readonly findings?: number;
  readonly calls: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
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
