import type { AuditEvent, EventOutcome, EventSender, SendResult } from './event-sender.ts';
import { createBackOff } from '../time/back-off.ts';
import type { Schedule } from '../time/schedule.ts';

/** The dependencies of event delivery. */
export interface EventDeliveryOptions {
  /** Called before the first event, and again only after a failure, because telemetry packages are slow to load. */
  readonly loadSender: () => Promise<EventSender>;
  readonly now: () => Date;
  readonly schedule: Schedule;
  /** Gives a number from 0 to 1, for the jitter of pauses. */
  readonly random: () => number;
}

/** Events that Application Insights will never accept, each with the HTTP status of its refusal. */
type Refusals = ReadonlyMap<AuditEvent, number>;

interface Pause {
  readonly over: Promise<undefined>;
  readonly end: () => void;
}

const FIRST_PAUSE_IN_MS = 1000;
const LAST_PAUSE_IN_MS = 30_000;

/**
 * Delivers events until Application Insights has accepted or refused each of them. One request at a time is on its way.
 * When the service does not answer, throttles or gives an invalid answer, all deliveries pause: for 1 s at first and up
 * to 30 s, with jitter, or longer if the service asks for it.
 *
 * A refusal counts only when the event was sent alone, right after the service accepted a probe. Events that are
 * refused together are split until each is alone. A service that refuses everything is taken for out of order.
 */
export class EventDelivery {
  readonly #options: EventDeliveryOptions;
  #sender: Promise<EventSender> | undefined;
  #request: Promise<SendResult> | undefined;
  #pause: Pause | undefined;
  readonly #backOff = createBackOff(FIRST_PAUSE_IN_MS, LAST_PAUSE_IN_MS);
  #problem: string | undefined;

  constructor(options: EventDeliveryOptions) {
    this.#options = options;
  }

  /**
   * Delivers events. Resolves when every event is accepted or refused for good.
   * @throws the signal's reason, when that comes first. Some events may have been accepted.
   */
  async deliver(events: readonly AuditEvent[], abortSignal?: AbortSignal): Promise<Refusals> {
    const refusals = new Map<AuditEvent, number>();
    await this.#settle(events, refusals, abortSignal);
    return refusals;
  }

  /** The reason why events of the last request are to be sent again, in a sentence; undefined where there is none. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Ends the pause before the next request. */
  hurry(): void {
    this.#backOff.reset();
    this.#pause?.end();
  }

  /** Closes the sender. Doesn't reject. */
  async close(): Promise<void> {
    this.#pause?.end();
    const sender = await this.#sender?.catch(() => undefined);
    // Another process ships the rest. The error is dropped, because it holds requests.
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

  /** Sends a refused event once more, alone, after the service has accepted a probe. */
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

  /** Sends events when no other request and no pause is in the way. */
  async #send(events: readonly AuditEvent[], abortSignal?: AbortSignal): Promise<SendResult> {
    for (let before = this.#obstacle(); before; before = this.#obstacle())
      await orAborted(before, abortSignal);
    abortSignal?.throwIfAborted();
    this.#request = this.#sendNow(events);
    const result = await this.#request;
    this.#request = undefined;
    this.#problem = result.problem;
    // A service that accepts some events is at work, so the others are sent again soon.
    if (result.outcomes.includes('accepted')) this.#backOff.reset();
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
    const withJitter = this.#backOff.next() * (0.5 + this.#options.random() / 2);
    const cancel = this.#options.schedule(end, Math.max(withJitter, retryAfterInMs));
    this.#pause = { over: promise, end };
  }
}

/** Waits for the promise. @throws the signal's reason, when that comes first. */
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
