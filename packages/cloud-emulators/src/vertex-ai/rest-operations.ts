import {
  cancelBatchPredictionJob,
  createBatchPredictionJob,
  deleteBatchPredictionJob,
  getBatchPredictionJob,
  listBatchPredictionJobs,
} from './resources/batch-prediction-jobs.ts';
import {
  createCachedContent,
  deleteCachedContent,
  getCachedContent,
  listCachedContents,
  updateCachedContent,
} from './resources/cached-contents.ts';
import { chatCompletions } from './chat-completions/chat-completions.ts';
import { claudeCountTokens, claudeRawPredict, claudeStreamRawPredict } from './claude/claude.ts';
import { directPredict, directRawPredict, serverStreamingPredict } from './custom-endpoint/direct.ts';
import { explainOnEndpoint } from './custom-endpoint/explain.ts';
import {
  chatCompletionsOnEndpoint,
  rawPredictOnEndpoint,
  streamRawPredictOnEndpoint,
} from './custom-endpoint/custom-endpoint.ts';
import { embedContent } from './gemini/embed-content.ts';
import { generateContent, streamGenerateContent } from './gemini/generate-content.ts';
import { mistralRawPredict, mistralStreamRawPredict } from './chat-completions/mistral.ts';
import { fetchPredictOperation, predictLongRunning } from './predict-on-model/predict-long-running.ts';
import { predictOnEndpoint } from './custom-endpoint/predict-on-endpoint.ts';
import { predictOnModel } from './predict-on-model/predict-on-model.ts';
import { getPublisherModel, listPublisherModels } from './resources/publisher-models.ts';
import type { RestOperation } from './rest-operation.ts';
import { computeTokens, countTokensOfPrompt } from './gemini/tokens-of-prompt.ts';

/** Every REST operation. The first one listed that matches a path serves it. */
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
