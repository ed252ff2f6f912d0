import { predictOnEndpoint } from './endpoint-predict.ts';
import { generateContent, streamGenerateContent } from './generate-content.ts';
import type { RestOperation } from './rest-operation.ts';

/** Every REST operation; where two have one path, the first that is listed serves it. */
export const REST_OPERATIONS: readonly RestOperation[] = [
  generateContent,
  streamGenerateContent,
  predictOnEndpoint,
];
