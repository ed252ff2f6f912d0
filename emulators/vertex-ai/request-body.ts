import { badRequest, GoogleError } from './google-error.ts';

const MAXIMUM_PREDICT_BYTES = 1_572_864;

/**
 * Parses the JSON of a REST call. An empty body is an empty message.
 * @throws GoogleError INVALID_ARGUMENT
 */
export function parseBody(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    const problem = error instanceof SyntaxError ? 'Unexpected token.' : 'Body is not valid UTF-8.';
    throw badRequest([{ description: `Invalid JSON payload received. ${problem}` }]);
  }
}

/**
 * Throws GoogleError INVALID_ARGUMENT for an online prediction of more than 1.5 MB.
 * Source: https://cloud.google.com/sdk/gcloud/reference/ai/endpoints/predict
 */
export function checkPredictSize(bytes: number): void {
  if (bytes <= MAXIMUM_PREDICT_BYTES) return;
  throw new GoogleError('INVALID_ARGUMENT', `The request size (${bytes} bytes) exceeds 1.500MB limit.`);
}
