import { relative, sep } from 'node:path';
import type { Exchange } from './exchange.ts';
import { Journey } from './journey.ts';
import type { JourneyRecord } from './journey.ts';
import { SecretMask, secretForms } from './secret-mask.ts';

/** The bounds and the secrets that journeys are kept with. */
export interface JourneysSetting {
  /** The most journeys that are kept; the oldest is forgotten first. */
  readonly maximum: number;
  /** The service's folder: files are named from there. */
  readonly directory: string;
  /** The keys of subscriptions, and the named values that are marked as secret. */
  readonly secrets: Iterable<string>;
  /** A clock in microseconds, from any start; the process's own when left out. */
  readonly clock?: () => number;
}

/** The last requests' ways through the policies, by `context.RequestId`. */
export class Journeys {
  readonly #maximum: number;
  readonly #directory: string;
  readonly #secrets: readonly string[];
  readonly #clock: () => number;
  readonly #kept = new Map<string, Journey>();

  constructor({ maximum, directory, secrets, clock = microseconds }: JourneysSetting) {
    this.#maximum = maximum;
    this.#directory = directory;
    this.#secrets = secretForms(secrets);
    this.#clock = clock;
  }

  /** Starts the journey of an exchange; undefined for one that can't be followed, and never an error. */
  start(exchange: Exchange): Journey | undefined {
    let journey: Journey;
    try {
      journey = new Journey(exchange, new SecretMask(this.#secrets), this.#clock);
    } catch {
      return undefined;
    }
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size >= this.#maximum) this.#kept.delete(oldest);
    this.#kept.set(journey.requestId, journey);
    return journey;
  }

  /** Returns the journey of a request; undefined for one that isn't kept, or never came. */
  read(requestId: string): JourneyRecord | undefined {
    const record = this.#kept.get(requestId)?.read();
    return (
      record && { ...record, steps: record.steps.map((step) => ({ ...step, file: this.#name(step.file) })) }
    );
  }

  /** Returns all journeys that are kept, in brief, the latest first. */
  list(): Pick<JourneyRecord, 'requestId' | 'startedAt' | 'method' | 'url' | 'statusCode'>[] {
    const records = [...this.#kept.values()].reverse().map((journey) => journey.read());
    return records.flatMap((record) => {
      if (!record) return [];
      const { requestId, startedAt, method, url, statusCode } = record;
      return [{ requestId, startedAt, method, url, statusCode }];
    });
  }

  #name(file: string): string {
    return relative(this.#directory, file).replaceAll(sep, '/');
  }
}

function microseconds(): number {
  return performance.now() * 1000;
}
