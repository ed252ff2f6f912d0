/** Attributes of one event; Application Insights stores every value as a string. */
export type EventAttributes = Readonly<Record<string, string>>;

/** Sends events; tells later, by id, which were accepted. */
export interface EventSender {
  send(id: string, startedAt: Date, attributes: EventAttributes): void;
  /** Sends what is buffered without waiting for more. */
  flush(): void;
  close(): Promise<void>;
}

export type Settle = (ids: readonly string[], accepted: boolean) => void;

export interface AcknowledgedEventsOptions {
  /** Loads the sender; called once, after the first event, because telemetry packages are slow to load. */
  readonly loadSender: (settle: Settle) => Promise<EventSender>;
  readonly schedule: (task: () => void, delayInMs: number) => void;
}

interface PendingEvent {
  readonly startedAt: Date;
  readonly attributes: EventAttributes;
}

/** Half of the telemetry SDK's queue of 2,048, beyond which it drops without a word. */
const MAXIMUM_IN_FLIGHT = 1024;
const FIRST_RETRY_IN_MS = 1000;
const LAST_RETRY_IN_MS = 30_000;

/**
 * Keeps every event in memory until Application Insights has accepted it, and sends again what was not. The sender
 * never has more than 1,024 events at once. Ids make a second delivery harmless.
 */
export class AcknowledgedEvents {
  readonly #options: AcknowledgedEventsOptions;
  readonly #pending = new Map<string, PendingEvent>();
  #waiting: string[] = [];
  readonly #inFlight = new Set<string>();
  #retryInMs = FIRST_RETRY_IN_MS;
  #isPaused = false;
  #sender: EventSender | undefined;
  #isLoading = false;
  /** Set while closing: called when nothing is pending any more. */
  #drained: (() => void) | undefined;

  constructor(options: AcknowledgedEventsOptions) {
    this.#options = options;
  }

  /** How many events are not accepted yet. */
  get pending(): number {
    return this.#pending.size;
  }

  add(id: string, startedAt: Date, attributes: EventAttributes): void {
    this.#pending.set(id, { startedAt, attributes });
    this.#waiting.push(id);
    this.#resume();
  }

  /** Resolves when every event is accepted; to be given a time limit by the caller. */
  async close(): Promise<void> {
    const drained = new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
    // What waits for its next try is tried now.
    this.#isPaused = false;
    this.#retryInMs = FIRST_RETRY_IN_MS;
    if (this.#pending.size > 0) {
      this.#resume();
      await drained;
    }
    await this.#sender?.close();
  }

  async #load(): Promise<void> {
    if (this.#isLoading) return;
    this.#isLoading = true;
    // The call that brought the first event is answered before the packages block the loop.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      this.#sender = await this.#options.loadSender((ids, accepted) => this.#settle(ids, accepted));
      this.#resume();
    } catch {
      this.#isLoading = false;
      this.#pause();
    }
  }

  #resume(): void {
    if (this.#isPaused) return;
    if (!this.#sender) {
      void this.#load();
      return;
    }
    this.#pump(this.#sender);
    if (this.#drained) this.#sender.flush();
  }

  #pump(sender: EventSender): void {
    while (this.#inFlight.size < MAXIMUM_IN_FLIGHT) {
      const id = this.#waiting.shift();
      if (id === undefined) return;
      const event = this.#pending.get(id);
      if (!event) continue;
      this.#inFlight.add(id);
      sender.send(id, event.startedAt, event.attributes);
    }
  }

  #settle(ids: readonly string[], accepted: boolean): void {
    // The exporter follows redirects: one event can be refused first and accepted after.
    const returned = ids.filter((id) => this.#inFlight.delete(id));
    if (accepted) {
      for (const id of ids) this.#pending.delete(id);
      this.#retryInMs = FIRST_RETRY_IN_MS;
    } else {
      this.#waiting.push(...returned);
      this.#pause();
    }
    if (this.#pending.size === 0) this.#drained?.();
    this.#resume();
  }

  #pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#options.schedule(() => {
      this.#isPaused = false;
      this.#resume();
    }, this.#retryInMs);
    this.#retryInMs = Math.min(this.#retryInMs * 2, LAST_RETRY_IN_MS);
  }
}
