/** The reasons for which the audit trail refuses a request. */
type AuditErrorCode =
  /** The ledger, the audit key or Application Insights cannot be used now. A later try may succeed. */
  | 'AUDIT_UNAVAILABLE'
  /** Application Insights refused a query. A later try fails as well until an operator has changed something. */
  | 'AUDIT_QUERY_REJECTED'
  /** The ledger does not take entries in time, so that a call that needs one must not be made. */
  | 'AUDIT_LEDGER_UNAVAILABLE'
  /** The key that makes seals cannot be read now. */
  | 'SEALS_UNAVAILABLE';

/**
 * An error that the gateway can show to its callers. `message` is written for them in plain English. It holds no text
 * from an SDK, whose errors hold their requests.
 */
export class AuditError extends Error {
  readonly code: AuditErrorCode;
  /** The time in milliseconds after which a retry makes sense; undefined where it is not known. */
  readonly retryAfterInMs: number | undefined;

  constructor(code: AuditErrorCode, message: string, options: { readonly retryAfterInMs?: number } = {}) {
    super(message);
    this.name = 'AuditError';
    this.code = code;
    this.retryAfterInMs = options.retryAfterInMs;
  }
}
