import type { GatewayError } from '../errors/gateway-error.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { OpenRecord } from './open-record.ts';

/**
 * Puts one call on the ledger. A strict call begins and ends there before it begins and ends for its caller; any other
 * is put there when all is over.
 */
export class Settlement {
  readonly #audit: AuditTrail;
  readonly #record: OpenRecord;
  /** Whether a strict call isn't made to wait for the ledger again: it failed once, or the instance stops. */
  #hasFailed = false;
  #isSettled = false;

  constructor(audit: AuditTrail, record: OpenRecord) {
    this.#audit = audit;
    this.#record = record;
  }

  /** Resolves when Vertex AI may be called. @throws GatewayError AUDIT_LEDGER_UNAVAILABLE. */
  async begin(): Promise<void> {
    const opened = this.#record.isStrict ? this.#watch(this.#audit.open(this.#record.open())) : undefined;
    await Promise.all([opened, this.#record.contentReady()]);
  }

  /** Resolves when the last of a strict call's answer may go out. @throws GatewayError AUDIT_LEDGER_UNAVAILABLE. */
  async settle(): Promise<void> {
    this.#isSettled = true;
    await this.#record.storeContent();
    await this.#watch(this.#audit.commit(this.#record.close()));
  }

  /**
   * The same before a strict call's failure is told, which is told in any case: at once where the instance stops, which
   * waits for the ledger when all callers are told.
   */
  async attempt({ code }: GatewayError): Promise<void> {
    if (!this.#record.isStrict || this.#hasFailed) return;
    if (code === 'INSTANCE_STOPPING') {
      this.#hasFailed = true;
      return;
    }
    this.#reopen();
    await this.settle().catch(() => {
      // The record that waits for the ledger says what the caller is told.
      this.#hasFailed = false;
    });
  }

  /** The call is over; what isn't on its way to the ledger yet is put there. */
  end(): void {
    if (this.#isSettled && !this.#hasFailed) return;
    this.#reopen();
    this.#audit.record(this.#record.close());
  }

  #reopen(): void {
    if (this.#isSettled) this.#record.correct();
  }

  async #watch(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#hasFailed = true;
      throw error;
    }
  }
}
