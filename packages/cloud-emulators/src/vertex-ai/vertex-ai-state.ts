import type { BatchPredictionJobStore } from './resources/batch-prediction-job-store.ts';
import type { CachedContentStore } from './resources/cached-content-store.ts';
import type { CheckAccessToken } from './check-access.ts';
import type { Inference } from './endpoint-types.ts';
import type { IrisModel } from './custom-endpoint/iris-classifier.ts';
import type { VideoOperation } from './predict-on-model/predict-long-running.ts';
import type { FindRefusal } from './project-access.ts';
import type { Protos } from './protos.ts';

/** The state that both transports serve. */
export interface VertexAiState {
  readonly protos: Protos;
  readonly iris: IrisModel;
  readonly checkAccessToken: CheckAccessToken;
  /** The current rights in the projects. */
  readonly findRefusal: FindRefusal;
  readonly cachedContents: CachedContentStore;
  readonly batchPredictionJobs: BatchPredictionJobStore;
  /** The video operations by name. */
  readonly videoOperations: Map<string, VideoOperation>;
  /** The clock, in milliseconds since 1970. */
  readonly now: () => number;
  /** The current pause between two chunks of a stream. */
  readonly pauseInMs: () => number;
  /** The current inference time of custom endpoints' models. */
  readonly inference: () => Inference;
}
