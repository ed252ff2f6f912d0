import type { Timer } from '@azure/functions';
import type { TimerFunction } from './timer-function.ts';

/** How an invocation of a timer's function ended. */
export interface TimerRun {
  readonly name: string;
  readonly outcome: 'succeeded' | 'failed';
  readonly durationInMs: number;
  /** The message of what the function threw. */
  readonly error?: string;
}

/** A timer as the control surface shows it. */
interface TimerState {
  readonly name: string;
  readonly schedule: string;
  /** When it is due; null while it runs, and when nothing is scheduled. */
  readonly next: string | null;
  /** How often it has run, by schedule and otherwise. */
  readonly runs: number;
  readonly last: TimerRun | null;
}

export interface TimerClock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Runs a task later; returns how to cancel. */
  readonly schedule: (task: () => void, delayInMs: number) => () => void;
}

interface Entry {
  readonly called: TimerFunction;
  next: Date | undefined;
  /** The occurrence that it last ran for. */
  last: Date | undefined;
  runs: number;
  lastRun: TimerRun | undefined;
  cancel: () => void;
}

/** Node's timers hold no more than 24 days. */
const LONGEST_DELAY_IN_MS = 86_400_000;
/** What the host has for an occurrence that there wasn't. */
const NEVER = '0001-01-01T00:00:00+00:00';

/**
 * Runs functions by their schedules. One that is due again while it still runs is skipped, as by the host, which looks
 * for its next occurrence when it has ended.
 * Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer
 */
export class Timers {
  readonly #entries: readonly Entry[];
  readonly #invoke: (called: TimerFunction, timer: Timer) => Promise<unknown>;
  readonly #clock: TimerClock;
  readonly #running = new Set<Promise<unknown>>();
  #stopped = false;

  /** @param invoke runs a function, and rejects with what it threw. */
  constructor(
    functions: readonly TimerFunction[],
    invoke: (called: TimerFunction, timer: Timer) => Promise<unknown>,
    clock: TimerClock,
  ) {
    this.#entries = functions.map((called) => ({
      called,
      next: undefined,
      last: undefined,
      runs: 0,
      lastRun: undefined,
      cancel: () => undefined,
    }));
    this.#invoke = invoke;
    this.#clock = clock;
  }

  /** Runs what is to be run on startup, and all else when it is due. */
  start(): void {
    for (const entry of this.#entries) {
      if (entry.called.runOnStartup) void this.#runOnSchedule(entry, undefined);
      else this.#scheduleNext(entry);
    }
  }

  /** Schedules nothing more, and waits for what runs. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { cancel } of this.#entries) cancel();
    await Promise.all(this.#running);
  }

  states(): TimerState[] {
    return this.#entries.map(({ called, next, runs, lastRun }) => ({
      name: called.name,
      schedule: called.expression,
      next: next?.toISOString() ?? null,
      runs,
      last: lastRun ?? null,
    }));
  }

  /**
   * Runs a function now, its schedule notwithstanding, as `POST /admin/functions/{name}` of the host does.
   * Source: https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http
   * @returns undefined when there is no such timer.
   */
  async fire(name: string): Promise<TimerRun | undefined> {
    const entry = this.#entries.find(({ called }) => called.name.toLowerCase() === name.toLowerCase());
    return entry && this.#run(entry);
  }

  #scheduleNext(entry: Entry): void {
    if (this.#stopped) return;
    const due = entry.called.schedule.next(new Date(this.#clock.now()));
    entry.next = due;
    const wait = (): void => {
      const delay = due.getTime() - this.#clock.now();
      entry.cancel =
        delay > LONGEST_DELAY_IN_MS
          ? this.#clock.schedule(wait, LONGEST_DELAY_IN_MS)
          : this.#clock.schedule(() => void this.#runOnSchedule(entry, due), Math.max(delay, 0));
    };
    wait();
  }

  async #runOnSchedule(entry: Entry, occurrence: Date | undefined): Promise<void> {
    entry.next = undefined;
    await this.#run(entry);
    entry.last = occurrence ?? entry.last;
    this.#scheduleNext(entry);
  }

  #run(entry: Entry): Promise<TimerRun> {
    const run = this.#measure(entry);
    this.#running.add(run);
    void run.finally(() => this.#running.delete(run));
    return run;
  }

  async #measure(entry: Entry): Promise<TimerRun> {
    const { called } = entry;
    const { name } = called;
    const startedAt = this.#clock.now();
    const ended = (): number => this.#clock.now() - startedAt;
    entry.runs += 1;
    let run: TimerRun;
    try {
      await this.#invoke(called, this.#timerOf(entry));
      run = { name, outcome: 'succeeded', durationInMs: ended() };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      run = { name, outcome: 'failed', durationInMs: ended(), error: message };
    }
    entry.lastRun = run;
    return run;
  }

  /** What the function gets. Nothing is past due: no occurrence outlives its host here. */
  #timerOf({ called, last }: Entry): Timer {
    const now = new Date(this.#clock.now());
    const status = {
      last: last ? toHostTime(last) : NEVER,
      next: toHostTime(called.schedule.next(now)),
      lastUpdated: last ? toHostTime(last) : NEVER,
    };
    return {
      isPastDue: false,
      schedule: { adjustForDST: true },
      ...(called.monitored && { scheduleStatus: status }),
    } as Timer;
  }
}

function toHostTime(time: Date): string {
  return time.toISOString().replace('Z', '+00:00');
}
