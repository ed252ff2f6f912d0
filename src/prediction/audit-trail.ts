import type { LastClosing } from '@vertex-ai-gateway/audit-ledger/recording';
import type { GatewayErrorCode } from '../errors/codes.ts';
import type { AuditRecord, OpeningRecord } from './audit-record.ts';
import type { DialectName } from './dialect.ts';

/** A call whose caller is not verified. Nothing that it says about itself is believed or kept. */
export interface UnverifiedCall {
  readonly time: Date;
  readonly dialect: DialectName;
  readonly method: string;
  /** The code of the error that it was refused with. */
  readonly code: GatewayErrorCode;
}

/** Keeps one record of each call, on a ledger that outlives the process. */
export interface AuditTrail {
  /**
   * Lets a call in, at once or when a ledger that stalls takes entries again. Each admitted call is followed by one
   * `record` or `commit`, or by `countUnverified`.
   * @throws GatewayError AUDIT_LEDGER_UNAVAILABLE, or rejects with it, while more waits for the ledger than memory may
   * hold, when the ledger stalls for long, and once the trail is being closed.
   */
  admit(): Promise<void> | undefined;
  /**
   * Counts a call whose caller can't be verified, in place of a record, so that strangers can't fill the ledger. A call
   * that came through the edge is on record there. Never throws and never waits.
   */
  countUnverified(call: UnverifiedCall): void;
  /**
   * Resolves when the ledger holds the opening of a call.
   * @throws GatewayError AUDIT_LEDGER_UNAVAILABLE when the ledger does not hold it in time.
   */
  open(record: OpeningRecord): Promise<void>;
  /**
   * Resolves when the ledger holds the record of a call.
   * @param last the same object for each record of the call: a revision corrects the closing that is noted there.
   * @throws GatewayError AUDIT_LEDGER_UNAVAILABLE when the ledger does not hold it in time; the record is kept, and one of
   * a higher revision may follow it.
   */
  commit(record: AuditRecord, last: LastClosing): Promise<void>;
  /** Keeps the call's record until the ledger has it. Never throws and never waits. */
  record(record: AuditRecord, last: LastClosing): void;
}
