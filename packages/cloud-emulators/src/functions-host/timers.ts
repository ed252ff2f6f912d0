import type { Timer } from '@azure/functions';
import type { TimerFunction } from './timer-function.ts';

/** The end of one run of a timer's function. */
export interface TimerRun {
  readonly name: string;
  readonly outcome: 'succeeded' | 'failed';
  readonly durationInMs: number;
  /** The message of the error that the function threw. */
  readonly error?: string;
}

/** A timer as the control surface shows it. */
interface TimerState {
  readonly name: string;
  readonly schedule: string;
  /** The next occurrence; null while the function runs, and when nothing is scheduled. */
  readonly next: string | null;
  /** The number of runs, by schedule and on demand. */
  readonly runs: number;
  readonly last: TimerRun | null;
}

/** The clock and the timers that schedules run by. */
export interface TimerClock {
  /** The clock, in milliseconds since the epoch. */
  readonly now: () => number;
  /** Runs a task later. The result cancels it. */
  readonly schedule: (task: () => void, delayInMs: number) => () => void;
}

interface Entry {
  readonly called: TimerFunction;
  next: Date | undefined;
  /** The last occurrence that the function ran for. */
  last: Date | undefined;
  runs: number;
  lastRun: TimerRun | undefined;
  cancel: () => void;
}

/** The longest delay that is scheduled at once; Node's timers hold at most 24 days. */
const LONGEST_DELAY_IN_MS = 86_400_000;
/** The host's value for an occurrence that has not happened. */
const NEVER = '0001-01-01T00:00:00+00:00';

/**
 * Runs functions by their schedules. An occurrence that falls due while the function still runs is skipped. As in the
 * host, the next occurrence is computed when the run has ended.
 * Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer
 */
export class Timers {
  readonly #entries: readonly Entry[];
  readonly #invoke: (called: TimerFunction, timer: Timer) => Promise<unknown>;
  readonly #clock: TimerClock;
  readonly #running = new Set<Promise<unknown>>();
  #stopped = false;

  /** Takes the timers. @param invoke runs a function, and rejects with the error that it threw. */
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

  /** Runs the timers with `runOnStartup`, and schedules all of them. */
  start(): void {
    for (const entry of this.#entries) {
      if (entry.called.runOnStartup) void this.#runOnSchedule(entry, undefined);
      else this.#scheduleNext(entry);
    }
  }

  /** Cancels the schedules, and waits for functions that run. */
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
   * Runs a function now, whatever its schedule, as `POST /admin/functions/{name}` of the host does.
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

  /** Builds the function's argument. `isPastDue` is false: no occurrence outlives its host here. */
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
