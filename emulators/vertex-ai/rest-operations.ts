import { claudeCountTokens, claudeRawPredict, claudeStreamRawPredict } from './claude.ts';
import { predictOnEndpoint } from './endpoint-predict.ts';
import { generateContent, streamGenerateContent } from './generate-content.ts';
import { embedContent } from './embed-content.ts';
import { predictOnModel } from './model-predict.ts';
import { computeTokens, countTokensOfPrompt } from './tokens-of-prompt.ts';
import type { RestOperation } from './rest-operation.ts';

/** Every REST operation; where two have one path, the first that is listed serves it. */
export const REST_OPERATIONS: readonly RestOperation[] = [
  generateContent,
  streamGenerateContent,
  countTokensOfPrompt,
  computeTokens,
  embedContent,
  predictOnModel,
  predictOnEndpoint,
  claudeCountTokens,
  claudeRawPredict,
  claudeStreamRawPredict,
];
