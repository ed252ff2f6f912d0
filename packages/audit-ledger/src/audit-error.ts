/** The reasons for which the audit trail fails. */
type AuditErrorCode =
  /** The ledger, the audit key or Application Insights cannot be used now. A later try may succeed. */
  | 'AUDIT_UNAVAILABLE'
  /** Application Insights refused a query. A later try fails as well until an operator has changed something. */
  | 'AUDIT_QUERY_REJECTED'
  /** The ledger does not take entries in time, so that a call that needs one must not be made. */
  | 'AUDIT_LEDGER_UNAVAILABLE'
  /** The key that makes seals cannot be read now. */
  | 'SEALS_UNAVAILABLE'
  /** A command cannot use an argument, a setting, or the bundle that it was given. Only commands fail so. */
  | 'AUDIT_INPUT_INVALID';

/**
 * The error of everything that fails in the audit trail. `message` is in plain English, for the gateway's callers or for
 * the user of a command. It holds no text from an SDK, whose errors hold their requests.
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
