import type { GatewayError } from '../errors/gateway-error.ts';
import type { CallTarget } from '../governance/call-target.ts';
import type { RecordedCall, UsageGroup } from '@vertex-ai-gateway/audit-ledger/reading';
import type { FieldFilter } from '@vertex-ai-gateway/audit-ledger/record';
import type { UsableModel } from './list-models.ts';
import type { AuthorizedCall } from '../governance/decide.ts';

/** A question of a caller to the gateway about itself. */
export type Question =
  | { readonly operation: 'whoami' }
  | ModelsQuestion
  | PolicyExplainQuestion
  | UsageQuestion
  | AuditQuestion
  | AuditRecordQuestion
  | AuditVerifyQuestion
  | DoctorQuestion;

/** Asks what works on the way to Google and to the audit trail, and what does not. */
export interface DoctorQuestion {
  readonly operation: 'doctor';
  readonly format: 'json' | 'text';
  /** The headers by which API Management describes itself. */
  readonly edge: { readonly authorization: string | null; readonly namedValues: string | null };
}

/** Asks for the models and endpoints that the caller may use. */
export interface ModelsQuestion {
  readonly operation: 'models';
  /**
   * Writes the answer in the client's format; left out for the gateway's own.
   * @throws GatewayError MODEL_NOT_FOUND, MODEL_RETIRED, MODEL_NOT_ALLOWED.
   */
  readonly describe?: (models: readonly UsableModel[], catalog: CatalogNames) => object;
}

/** The names of the catalog, for the answer to a wrong one. */
export interface CatalogNames {
  /** Returns the catalog's name of a resource, even of one that nobody may call; undefined when it has none. */
  readonly nameOf: (resource: CallTarget['resource']) => string | undefined;
  /** Returns sentences on the end of an entry that the caller could use until it retired; undefined for any other. */
  readonly endOf: (name: string) => string | undefined;
  /** Returns a sentence with the names that are similar to the one asked for, and those that may be used. */
  readonly suggest: (asked: string, usable: readonly string[]) => string;
}

/** Asks which decision a call would get. */
export interface PolicyExplainQuestion {
  readonly operation: 'policy:explain';
  /** The call or question that is asked about, or the error that it would get before any rule is asked. */
  readonly call: AskedCall | AskedQuestion | GatewayError;
}

/** A call that is asked about, not made. */
export interface AskedCall extends CallTarget {
  /**
   * Refuses a call that would have Google reach a place or a tool that the caller may not use.
   * @throws GatewayError STORAGE_NOT_ALLOWED, TOOL_NOT_ALLOWED, INVALID_REQUEST.
   */
  check?(granted: Pick<AuthorizedCall, 'resource' | 'judgePlace' | 'judgeTool'>): void;
}

/** A question to the gateway itself that is asked about; it needs no grant. */
export interface AskedQuestion {
  readonly question: Question['operation'];
}

/** A period as it was asked for; the question decides what an absent end stands for. */
export interface AskedPeriod {
  readonly from?: Date;
  /** The first instant after the period. */
  readonly to?: Date;
}

/** Asks for the usage of the caller's APIM subscription in a period. */
export interface UsageQuestion {
  readonly operation: 'usage';
  readonly period: AskedPeriod;
  readonly by: UsageGroup;
}

/** Asks for the records of calls: the caller's own, or for an auditor everybody's. */
export interface AuditQuestion {
  readonly operation: 'audit';
  readonly period: AskedPeriod;
  readonly filters: AuditFilters;
  readonly limit: number;
  /** The `nextCursor` of the page before; left out for the first page. */
  readonly cursor?: string;
  /** Asks for all of the period, record by record, in place of one page. */
  readonly stream?: RecordStream;
}

/** A format in which records are written one after another. */
export interface RecordStream {
  readonly contentType: string;
  /** The text before the first record. */
  readonly head: string;
  writeRecord(record: RecordedCall): string;
  /** Writes that the list is not complete, and why, in place of the missing records. */
  writeError(error: GatewayError): string;
}

/** The conditions that records must meet; one that is left out does not apply. */
export interface AuditFilters extends FieldFilter {
  /** An object id or an application id. */
  readonly caller?: string;
  /** Any name of a model or an endpoint. */
  readonly model?: string;
  /** A kind of values that were found in the content. */
  readonly finding?: string;
}

/** Asks for one record, by its id or its request id. */
export interface AuditRecordQuestion {
  readonly operation: 'audit';
  readonly id: string;
}

/** Asks whether the records are complete and unchanged. */
export interface AuditVerifyQuestion {
  readonly operation: 'audit:verify';
  /** The period; the 30 days before its end when it has no beginning, and up to now when it has no end. */
  readonly period: AskedPeriod;
  /** The time that records may take to show in Application Insights. */
  readonly graceInMs: number;
  /** The time for which Application Insights keeps records, in days. */
  readonly retentionInDays: number;
  /** True to leave Application Insights out. */
  readonly isLedgerOnly: boolean;
}
