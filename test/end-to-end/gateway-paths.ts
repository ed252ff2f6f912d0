/** The sample project's custom endpoint, as the edge exposes it. */
export const PREDICT_PATH =
  '/vertex/v1/projects/sample-project/locations/us-central1/endpoints/1234567890:predict';

/** A verb of one of the sample project's Gemini models, as the edge exposes it. */
export function modelPath(
  verb: 'generateContent' | 'streamGenerateContent' | 'streamGenerateContent?alt=sse',
  { location = 'us', model = 'gemini-3.5-flash' } = {},
): string {
  return `/vertex/v1/projects/sample-project/locations/${location}/publishers/google/models/${model}:${verb}`;
}
