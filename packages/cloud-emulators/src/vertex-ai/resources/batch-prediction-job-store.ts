import { GoogleError } from '../google-error.ts';
import type { Json } from '../read-message.ts';
import { PROJECT_NUMBER } from '../sample-endpoints.ts';
import { withProjectNumber } from '../sample-resources.ts';

/** The state of a batch prediction job. */
export type JobState =
  'JOB_STATE_PENDING' | 'JOB_STATE_RUNNING' | 'JOB_STATE_SUCCEEDED' | 'JOB_STATE_CANCELLED';

/** A batch prediction job: its request and its progress. Instants are milliseconds since 1970. */
export interface BatchPredictionJob {
  readonly name: string;
  /** The job's `displayName`, `model`, `inputConfig`, `outputConfig` and `labels`, as they were sent. */
  readonly request: Json;
  readonly state: JobState;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** The number of times that the job was polled while it ran. */
  readonly polls: number;
}

/** The number of polls that find the job running, so that there is time to cancel it. */
const RUNS_FOR_POLLS = 3;
/** The time after which a job takes its next step without being polled. */
const RUNS_AFTER_MS = 60_000;
const SUCCEEDS_AFTER_MS = 600_000;

/** The batch prediction jobs of one emulator, newest first. */
export class BatchPredictionJobStore {
  readonly #now: () => number;
  #jobs: readonly BatchPredictionJob[] = [];
  #created = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  create(location: string, request: Json): BatchPredictionJob {
    this.#created += 1;
    const id = 7_000_000_000_000_000_000n + BigInt(this.#created);
    const createdAt = this.#now();
    const job: BatchPredictionJob = {
      name: `projects/${PROJECT_NUMBER}/locations/${location}/batchPredictionJobs/${id}`,
      request,
      state: 'JOB_STATE_PENDING',
      createdAt,
      updatedAt: createdAt,
      polls: 0,
    };
    this.#jobs = [job, ...this.#jobs];
    return job;
  }

  list(location: string): BatchPredictionJob[] {
    const parent = `projects/${PROJECT_NUMBER}/locations/${location}/`;
    this.#jobs.forEach((job) => this.#advanceByTime(job));
    return this.#jobs.filter(({ name }) => name.startsWith(parent));
  }

  /** Finds a job. @throws GoogleError NOT_FOUND */
  get(name: string): BatchPredictionJob {
    const found = this.#jobs.find((job) => job.name === withProjectNumber(name));
    if (!found) throw new GoogleError('NOT_FOUND', `The BatchPredictionJob does not exist: ${name}.`);
    return this.#advanceByTime(found);
  }

  /** Finds a job and counts the poll, which advances the job. @throws GoogleError NOT_FOUND */
  poll(name: string): BatchPredictionJob {
    const job = this.get(name);
    if (job.state === 'JOB_STATE_PENDING') this.#become(job, 'JOB_STATE_RUNNING', this.#now());
    if (job.state !== 'JOB_STATE_RUNNING') return job;
    const polled = { ...job, polls: job.polls + 1 };
    if (polled.polls < RUNS_FOR_POLLS) this.#put(polled);
    else this.#become(polled, 'JOB_STATE_SUCCEEDED', this.#now());
    return job;
  }

  /** Cancels a job. @throws GoogleError FAILED_PRECONDITION for a job that has ended */
  cancel(name: string): void {
    const job = this.get(name);
    if (job.endedAt !== undefined) {
      throw new GoogleError(
        'FAILED_PRECONDITION',
        `The BatchPredictionJob is in the state ${job.state} and cannot be cancelled.`,
      );
    }
    this.#become(job, 'JOB_STATE_CANCELLED', this.#now());
  }

  /** Deletes a job. @throws GoogleError FAILED_PRECONDITION for a job that has not ended */
  delete(name: string): void {
    const job = this.get(name);
    if (job.endedAt === undefined) {
      throw new GoogleError(
        'FAILED_PRECONDITION',
        `The BatchPredictionJob is in the state ${job.state} and cannot be deleted. Cancel it first.`,
      );
    }
    this.#jobs = this.#jobs.filter((each) => each.name !== job.name);
  }

  #advanceByTime(job: BatchPredictionJob): BatchPredictionJob {
    const age = this.#now() - job.createdAt;
    const running =
      job.state === 'JOB_STATE_PENDING' && age >= RUNS_AFTER_MS
        ? this.#become(job, 'JOB_STATE_RUNNING', job.createdAt + RUNS_AFTER_MS)
        : job;
    return running.state === 'JOB_STATE_RUNNING' && age >= SUCCEEDS_AFTER_MS
      ? this.#become(running, 'JOB_STATE_SUCCEEDED', job.createdAt + SUCCEEDS_AFTER_MS)
      : running;
  }

  #become(job: BatchPredictionJob, state: JobState, at: number): BatchPredictionJob {
    const ended = state !== 'JOB_STATE_RUNNING';
    const changed: BatchPredictionJob = {
      ...job,
      state,
      updatedAt: at,
      ...(state === 'JOB_STATE_RUNNING' && { startedAt: at }),
      ...(ended && { endedAt: at }),
    };
    this.#put(changed);
    return changed;
  }

  #put(changed: BatchPredictionJob): void {
    this.#jobs = this.#jobs.map((each) => (each.name === changed.name ? changed : each));
  }
}
