import type { BatchPredictionJobStore } from './resources/batch-prediction-job-store.ts';
import type { CachedContentStore } from './resources/cached-content-store.ts';
import type { CheckAccessToken } from './check-access.ts';
import type { Inference } from './endpoint-types.ts';
import type { IrisModel } from './custom-endpoint/iris-classifier.ts';
import type { VideoOperation } from './predict-on-model/predict-long-running.ts';
import type { Protos } from './protos.ts';

/** What both transports serve from. */
export interface Served {
  readonly protos: Protos;
  readonly iris: IrisModel;
  readonly checkAccessToken: CheckAccessToken;
  readonly cachedContents: CachedContentStore;
  readonly batchPredictionJobs: BatchPredictionJobStore;
  /** By name. */
  readonly videoOperations: Map<string, VideoOperation>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The pause between two chunks of a stream at this moment. */
  readonly pauseInMs: () => number;
  /** What custom endpoints' models take at this moment. */
  readonly inference: () => Inference;
}
