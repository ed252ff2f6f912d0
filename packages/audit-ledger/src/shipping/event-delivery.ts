import type { AuditEvent, EventOutcome, EventSender, SendResult } from './event-sender.ts';
import type { Schedule } from '../time/time-limit.ts';

export interface EventDeliveryOptions {
  /** Called once, before the first event, because telemetry packages are slow to load. */
  readonly loadSender: () => Promise<EventSender>;
  readonly now: () => Date;
  readonly schedule: Schedule;
  /** From 0 to 1, for the jitter of pauses. */
  readonly random: () => number;
}

/** Events that the service will never take, each with the HTTP status of its refusal. */
export type Refusals = ReadonlyMap<AuditEvent, number>;

interface Pause {
  readonly over: Promise<undefined>;
  readonly end: () => void;
}

const FIRST_PAUSE_IN_MS = 1000;
const LAST_PAUSE_IN_MS = 30_000;

/**
 * Delivers events until Application Insights has accepted or refused each of them. One request is on its way at a time,
 * whoever asks. When the service is away, throttles or answers nonsense, all wait: 1 s to 30 s with jitter, or as long
 * as it asks.
 *
 * A refusal is believed only of an event alone, and only between two requests of which the service accepts the first:
 * what is refused together is split until the culprit is alone, and a service that refuses everything is taken for one
 * that is out of order.
 */
export class EventDelivery {
  readonly #options: EventDeliveryOptions;
  #sender: Promise<EventSender> | undefined;
  #request: Promise<SendResult> | undefined;
  #pause: Pause | undefined;
  #pauseInMs = FIRST_PAUSE_IN_MS;
  #problem: string | undefined;

  constructor(options: EventDeliveryOptions) {
    this.#options = options;
  }

  /**
   * Resolves when every event is accepted or refused for good.
   * @throws the signal's reason, when that comes first. Some events may have been accepted.
   */
  async deliver(events: readonly AuditEvent[], abortSignal?: AbortSignal): Promise<Refusals> {
    const refusals = new Map<AuditEvent, number>();
    await this.#settle(events, refusals, abortSignal);
    return refusals;
  }

  /** Why what was sent last is to be sent again, in a sentence; undefined when it isn't. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** What waits for its next try is tried now. */
  hurry(): void {
    this.#pauseInMs = FIRST_PAUSE_IN_MS;
    this.#pause?.end();
  }

  async close(): Promise<void> {
    this.#pause?.end();
    const sender = await this.#sender?.catch(() => undefined);
    // What it could not do any more is done by another process; its error holds requests.
    await sender?.close().catch(() => undefined);
  }

  async #settle(
    events: readonly AuditEvent[],
    refusals: Map<AuditEvent, number>,
    abortSignal: AbortSignal | undefined,
  ): Promise<void> {
    for (let left = events; left.length > 0;) {
      const { outcomes } = await this.#send(left, abortSignal);
      const refused = left.filter((_, index) => typeof outcomes[index] === 'number');
      left = left.filter((_, index) => outcomes[index] === 'again');
      const [culprit] = refused;
      if (culprit && refused.length === 1) await this.#judge(culprit, refusals, abortSignal);
      else if (culprit) {
        const half = Math.ceil(refused.length / 2);
        await this.#settle(refused.slice(0, half), refusals, abortSignal);
        await this.#settle(refused.slice(half), refusals, abortSignal);
      }
    }
  }

  /** Has an event refused once more, after the service has shown that it accepts another. */
  async #judge(
    event: AuditEvent,
    refusals: Map<AuditEvent, number>,
    abortSignal: AbortSignal | undefined,
  ): Promise<void> {
    for (;;) {
      const probe = await this.#send([this.#probe()], abortSignal);
      if (probe.outcomes[0] !== 'accepted') {
        this.#wait();
        continue;
      }
      const [outcome] = (await this.#send([event], abortSignal)).outcomes;
      if (typeof outcome === 'number') refusals.set(event, outcome);
      if (outcome !== 'again') return;
    }
  }

  #probe(): AuditEvent {
    return { name: 'gateway.audit.probe', time: this.#options.now(), properties: {} };
  }

  /** One request at a time, and none during a pause. */
  async #send(events: readonly AuditEvent[], abortSignal?: AbortSignal): Promise<SendResult> {
    for (let before = this.#obstacle(); before; before = this.#obstacle())
      await orAborted(before, abortSignal);
    abortSignal?.throwIfAborted();
    this.#request = this.#sendNow(events);
    const result = await this.#request;
    this.#request = undefined;
    this.#problem = result.problem;
    // A service that takes some of it is at work: what it left is offered again soon.
    if (result.outcomes.includes('accepted')) this.#pauseInMs = FIRST_PAUSE_IN_MS;
    if (result.outcomes.includes('again')) this.#wait(result.retryAfterInMs);
    return result;
  }

  #obstacle(): Promise<unknown> | undefined {
    return this.#pause?.over ?? this.#request;
  }

  async #sendNow(events: readonly AuditEvent[]): Promise<SendResult> {
    try {
      return await (await this.#load()).send(events);
    } catch {
      return { outcomes: events.map((): EventOutcome => 'again') };
    }
  }

  #load(): Promise<EventSender> {
    this.#sender ??= this.#options.loadSender().catch((error: unknown) => {
      this.#sender = undefined;
      throw error;
    });
    return this.#sender;
  }

  #wait(retryAfterInMs = 0): void {
    if (this.#pause) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const end = () => {
      cancel();
      this.#pause = undefined;
      resolve(undefined);
    };
    const withJitter = this.#pauseInMs * (0.5 + this.#options.random() / 2);
    const cancel = this.#options.schedule(end, Math.max(withJitter, retryAfterInMs));
    this.#pauseInMs = Math.min(this.#pauseInMs * 2, LAST_PAUSE_IN_MS);
    this.#pause = { over: promise, end };
  }
}

/** @throws the signal's reason, when that comes first. */
async function orAborted(promise: Promise<unknown>, abortSignal: AbortSignal | undefined): Promise<void> {
  abortSignal?.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(abortSignal?.reason as Error);
  abortSignal?.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    abortSignal?.removeEventListener('abort', onAbort);
  }
}
