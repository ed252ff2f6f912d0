import type { AuditEvent, EventSender, SendResult } from '../src/shipping/event-sender.ts';
import { type IngestionAnswer, readIngestionAnswer } from '../src/shipping/ingestion-answer.ts';

/**
 * A fault of one request: an answer to the whole request, no answer, or an answer after half of the events were
 * accepted.
 */
export type IngestionFault =
  | { readonly status: number; readonly retryAfter?: string; readonly body?: string }
  | 'silence'
  | 'half'
  | 'half, and says so with 200';

/** The ingestion service as senders see it. It keeps the events that it accepts. */
export class FakeIngestion implements EventSender {
  readonly accepted: AuditEvent[] = [];
  /** The number of events of each request. */
  readonly requests: number[] = [];
  /** The faults of the next requests, one for each. */
  readonly faults: IngestionFault[] = [];
  /** Gives the status with which an event is refused; undefined for one that is accepted. */
  refuses: (event: AuditEvent) => number | undefined = () => undefined;
  closed = 0;
  isBusy = false;

  async send(events: readonly AuditEvent[]): Promise<SendResult> {
    if (this.isBusy) throw new Error('A request is on its way already.');
    this.isBusy = true;
    await Promise.resolve();
    this.isBusy = false;
    this.requests.push(events.length);
    const fault = this.faults.shift();
    if (fault === 'silence') return { outcomes: events.map(() => 'again'), problem: 'Nobody answers.' };
    return readIngestionAnswer(this.#answer(events, fault), events.length, Date.UTC(2026, 0, 1));
  }

  close(): Promise<void> {
    this.closed += 1;
    return Promise.resolve();
  }

  named(name: string): AuditEvent[] {
    return this.accepted.filter((event) => event.name === name);
  }

  #answer(
    events: readonly AuditEvent[],
    fault: Exclude<IngestionFault, 'silence'> | undefined,
  ): IngestionAnswer {
    const none = { retryAfter: undefined, date: undefined };
    if (typeof fault === 'object') return { body: '', ...none, ...fault };
    const errors = events.flatMap((event, index) => {
      const statusCode = fault !== undefined && index % 2 === 1 ? 500 : this.refuses(event);
      if (statusCode !== undefined) return [{ index, statusCode, message: 'refused' }];
      this.accepted.push(event);
      return [];
    });
    const itemsAccepted = events.length - errors.length;
    const status = itemsAccepted === 0 ? (errors[0]?.statusCode ?? 200) : errors.length > 0 ? 206 : 200;
    return {
      status: fault === 'half, and says so with 200' ? 200 : status,
      body: JSON.stringify({ itemsReceived: events.length, itemsAccepted, errors }),
      ...none,
    };
  }
}
