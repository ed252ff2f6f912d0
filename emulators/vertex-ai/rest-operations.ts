import {
  cancelBatchPredictionJob,
  createBatchPredictionJob,
  deleteBatchPredictionJob,
  getBatchPredictionJob,
  listBatchPredictionJobs,
} from './batch-prediction-jobs.ts';
import {
  createCachedContent,
  deleteCachedContent,
  getCachedContent,
  listCachedContents,
  updateCachedContent,
} from './cached-contents.ts';
import { chatCompletions } from './chat-completions.ts';
import { claudeCountTokens, claudeRawPredict, claudeStreamRawPredict } from './claude.ts';
import { directPredict, directRawPredict, serverStreamingPredict } from './custom-endpoint-direct.ts';
import { explainOnEndpoint } from './custom-endpoint-explain.ts';
import {
  chatCompletionsOnEndpoint,
  rawPredictOnEndpoint,
  streamRawPredictOnEndpoint,
} from './custom-endpoint.ts';
import { embedContent } from './embed-content.ts';
import { generateContent, streamGenerateContent } from './generate-content.ts';
import { mistralRawPredict, mistralStreamRawPredict } from './mistral.ts';
import { fetchPredictOperation, predictLongRunning } from './predict-long-running.ts';
import { predictOnEndpoint } from './predict-on-endpoint.ts';
import { predictOnModel } from './predict-on-model.ts';
import { getPublisherModel, listPublisherModels } from './publisher-models.ts';
import type { RestOperation } from './rest-operation.ts';
import { computeTokens, countTokensOfPrompt } from './tokens-of-prompt.ts';

/** Every REST operation; where two have one path, the first that is listed serves it. */
export const REST_OPERATIONS: readonly RestOperation[] = [
  generateContent,
  streamGenerateContent,
  countTokensOfPrompt,
  computeTokens,
  embedContent,
  predictOnModel,
  predictLongRunning,
  fetchPredictOperation,
  listPublisherModels,
  getPublisherModel,
  createCachedContent,
  listCachedContents,
  getCachedContent,
  updateCachedContent,
  deleteCachedContent,
  createBatchPredictionJob,
  listBatchPredictionJobs,
  getBatchPredictionJob,
  cancelBatchPredictionJob,
  deleteBatchPredictionJob,
  predictOnEndpoint,
  rawPredictOnEndpoint,
  streamRawPredictOnEndpoint,
  explainOnEndpoint,
  directPredict,
  directRawPredict,
  serverStreamingPredict,
  chatCompletions,
  chatCompletionsOnEndpoint,
  claudeCountTokens,
  claudeRawPredict,
  claudeStreamRawPredict,
  mistralRawPredict,
  mistralStreamRawPredict,
];
