import type { Position } from '../documents/policy-element.ts';
import type { ExchangeResponse } from './exchange-response.ts';
import { changedHeaders, ExchangeWatch, mergeChanges } from './exchange-watch.ts';
import type { Changes, HeaderChanges } from './exchange-watch.ts';
import type { Exchange } from './exchange.ts';
import { PolicyFailure } from './policy-failure.ts';
import type { PolicyLocation } from './policy-failure.ts';
import type { SecretMask } from './secret-mask.ts';

/** The most steps that are kept. Further ones are counted only: a `retry` may repeat its policies many times. */
const MAXIMUM_STEPS = 500;
const MAXIMUM_TRACES = 20;
const LONGEST_VALUE = 256;

/** The place of a step in its document. */
export interface StepPlace extends PolicyLocation {
  /** Id of the fragment that it is in. */
  readonly fragment: string | undefined;
  readonly position: Position;
}

/** One policy, or a condition of one, on a journey. Times are microseconds, from the start of the journey. */
export interface JourneyStep {
  readonly policy: string;
  readonly id?: string;
  readonly scope: string;
  readonly section: string;
  /** The path of the policy, in the form of `context.LastError.Path`. */
  readonly path: string;
  readonly fragment?: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `skipped`: a condition that did not hold; `running`: not over yet. */
  result: 'running' | 'done' | 'skipped' | 'failed';
  readonly startedAt: number;
  took: number | null;
  error?: { readonly reason: string; readonly message: string };
  changes?: Changes;
  /** The messages that its expressions passed to `context.Trace`. */
  traces?: string[];
}

/** One request's way through the policies, as it is read back; secrets and tokens are masked, bodies left out. */
export interface JourneyRecord {
  readonly requestId: string;
  readonly startedAt: string;
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderChanges;
  readonly api: string | null;
  readonly operation: string | null;
  readonly product: string | null;
  readonly subscription: string | null;
  /** The status of the answer; null until there is one. */
  readonly statusCode: number | null;
  /** The microseconds until the policies were done, and until the answer was sent whole; null until then. */
  readonly answeredAfter: number | null;
  readonly sentAfter: number | null;
  /** The request's error, as `context.LastError` has it; null where there was none. */
  readonly lastError: Exchange['lastError'];
  readonly steps: readonly JourneyStep[];
  /** The number of steps beyond those that are kept. */
  readonly stepsLeftOut: number;
  /** True when something of it could not be recorded. */
  readonly isIncomplete?: true;
}

/**
 * Follows one exchange through its policies. What a step changed is found by comparing before and after. Following
 * changes nothing and never fails: whatever goes wrong leaves the journey incomplete, and the exchange as it is.
 */
export class Journey {
  readonly requestId: string;
  readonly #mask: SecretMask;
  readonly #clock: () => number;
  readonly #start: number;
  readonly #steps: JourneyStep[] = [];
  readonly #open: JourneyStep[] = [];
  #stepsLeftOut = 0;
  #isIncomplete = false;
  #statusCode: number | null = null;
  #answeredAfter: number | null = null;
  #sentAfter: number | null = null;
  #look: () => Changes | undefined;
  #read: () => JourneyRecord | undefined;

  /** @param clock microseconds, from any start. */
  constructor(exchange: Exchange, mask: SecretMask, clock: () => number) {
    this.requestId = exchange.requestId;
    this.#mask = mask;
    this.#clock = clock;
    this.#start = clock();
    const { method, originalUrl, headers } = exchange.request;
    const received = {
      method,
      url: mask.url(originalUrl.path + originalUrl.queryString),
      headers: changedHeaders(new Map(), headers, mask) ?? {},
    };
    const watch = new ExchangeWatch(exchange, mask);
    this.#look = () => this.#try(() => watch.look());
    this.#read = () => this.#maskAll(this.#describe(exchange, received)) as JourneyRecord;
  }

  /** Hides a value that only its policy knows to be a secret. */
  hide(secret: string): void {
    this.#try(() => this.#mask.hide(secret));
  }

  /** Hides what an API takes for subscription keys, by the names that it has for them. */
  hideKeys(
    { request }: Exchange,
    { header, query }: { readonly header: string; readonly query: string },
  ): void {
    this.#try(() => {
      const inHeader = request.headers.get(header.toLowerCase())?.values ?? [];
      for (const key of [...inHeader, ...(request.originalUrl.query.get(query) ?? [])]) this.#mask.hide(key);
      this.#mask.hideName(header);
      this.#mask.hideName(query);
    });
  }

  /** Opens the step of a policy that is about to run; undefined when no more are kept. */
  enter(place: StepPlace): JourneyStep | undefined {
    return this.#try(() => {
      this.#noteChanges();
      const step = this.#add(place, 'running');
      if (step) this.#open.push(step);
      return step;
    });
  }

  /** Closes a step; an error that has no location yet is this policy's own. */
  leave(step: JourneyStep | undefined, error?: unknown): void {
    this.#try(() => {
      this.#noteChanges();
      if (step) this.#close(step, error);
    });
  }

  #close(step: JourneyStep, error: unknown): void {
    this.#open.splice(this.#open.lastIndexOf(step));
    step.took = this.#elapsed() - step.startedAt;
    step.result = error === undefined ? 'done' : 'failed';
    const isOwn = !(error instanceof PolicyFailure) || error.location === undefined;
    if (error === undefined || !isOwn) return;
    const { reason, message } = PolicyFailure.of(error).failure;
    step.error = { reason, message };
  }

  /** A condition was looked at. */
  branch(place: StepPlace, holds: boolean): void {
    this.#try(() => {
      const step = this.#add(place, holds ? 'done' : 'skipped');
      if (step) step.took = 0;
    });
  }

  /** Notes what an expression tells; at most 20 times for a step. */
  note(message: string): void {
    this.#try(() => {
      const step = this.#open.at(-1);
      if (!step) return;
      step.traces ??= [];
      if (step.traces.length < MAXIMUM_TRACES) step.traces.push(this.#mask.named('', message));
    });
  }

  /** The policies are done. */
  answered({ statusCode }: ExchangeResponse): void {
    this.#try(() => {
      this.#statusCode = statusCode;
      this.#answeredAfter = this.#elapsed();
    });
  }

  /** The answer has been sent whole, or its client is gone. The exchange, with its bodies, is let go of. */
  sent(): void {
    this.#try(() => (this.#sentAfter = this.#elapsed()));
    const record = this.read();
    this.#read = () => record;
    this.#look = () => undefined;
  }

  /** Returns the record so far; undefined where it can't be told. A secret that became known later is masked, too. */
  read(): JourneyRecord | undefined {
    return this.#try(() => this.#read());
  }

  #describe(exchange: Exchange, received: Pick<JourneyRecord, 'method' | 'url' | 'headers'>): JourneyRecord {
    const { requestId, timestamp, api, operation, product, subscription, lastError } = exchange;
    return {
      requestId,
      startedAt: timestamp.toISOString(),
      ...received,
      api: api.id || null,
      operation: operation.id || null,
      product: product?.id ?? null,
      subscription: subscription?.id ?? null,
      statusCode: this.#statusCode,
      answeredAfter: this.#answeredAfter,
      sentAfter: this.#sentAfter,
      lastError,
      steps: this.#steps,
      stepsLeftOut: this.#stepsLeftOut,
      ...(this.#isIncomplete && { isIncomplete: true }),
    };
  }

  #try<Result>(record: () => Result): Result | undefined {
    try {
      return record();
    } catch {
      this.#isIncomplete = true;
      return undefined;
    }
  }

  #add({ position, ...place }: StepPlace, result: JourneyStep['result']): JourneyStep | undefined {
    if (this.#steps.length >= MAXIMUM_STEPS) {
      this.#stepsLeftOut += 1;
      return undefined;
    }
    const { source, scope, section, path, policyId, fragment } = place;
    const step: JourneyStep = {
      policy: source,
      ...(policyId !== '' && { id: policyId }),
      scope,
      section,
      path,
      ...(fragment !== undefined && { fragment }),
      ...position,
      result,
      startedAt: this.#elapsed(),
      took: null,
    };
    this.#steps.push(step);
    return step;
  }

  /** Ascribes the changes since the last look to the innermost open step; outside all steps, to the engine. */
  #noteChanges(): void {
    const changes = this.#look();
    const step = this.#open.at(-1);
    if (step && changes) step.changes = step.changes ? mergeChanges(step.changes, changes) : changes;
  }

  #maskAll(value: unknown, namesAreOurs = true): unknown {
    if (typeof value === 'string') return shorten(this.#mask.text(value));
    if (Array.isArray(value)) return value.map((one) => this.#maskAll(one));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) =>
        namesAreOurs
          ? [name, GATEWAY_MEMBERS.has(name) ? one : this.#maskAll(one, !CALLER_NAMED_MEMBERS.has(name))]
          : [this.#mask.text(name), this.#maskAll(one)],
      ),
    );
  }

  #elapsed(): number {
    return Math.round(this.#clock() - this.#start);
  }
}

/** The members of a journey that the gateway itself fills in, which hold no secret. */
const GATEWAY_MEMBERS = new Set([
  'requestId',
  'startedAt',
  'file',
  'policy',
  'path',
  'result',
  'section',
  'scope',
]);

/** The parts of a journey whose entries have names that a caller or a policy gave. */
const CALLER_NAMED_MEMBERS = new Set(['headers', 'variables']);

/** The start of a long text, and how long it is. */
function shorten(text: string): string {
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}… (${text.length} characters)`;
}
