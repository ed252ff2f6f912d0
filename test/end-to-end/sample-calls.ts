import { modelPath, PREDICT_PATH } from './gateway-paths.ts';
import type { ObservedCall, ObservedChain } from './observed-chain.ts';
import type { Answer } from './send-bytes.ts';

/** One flower for the custom endpoint. */
export const PREDICT_BODY = JSON.stringify({ instances: [[5.1, 3.5, 1.4, 0.2]] });

/** The difference between a call and one that succeeds. */
type Difference = Partial<Pick<ObservedCall, 'path' | 'body' | 'headers' | 'chunked'>>;

/** Classifies a flower as an application with a grant; the call is right but for the difference. */
export function predict(observed: ObservedChain, difference: Difference = {}): Promise<Answer> {
  return observed.call({
    application: 'scoring-app',
    path: PREDICT_PATH,
    body: PREDICT_BODY,
    ...difference,
  });
}

/** Asks Gemini as an application with a grant; the call is right but for the difference. */
export function generate(observed: ObservedChain, difference: Difference = {}): Promise<Answer> {
  return observed.call({
    application: 'assistants-app',
    path: modelPath('generateContent'),
    body: '{"contents":[{"role":"user","parts":[{"text":"Hello"}]}]}',
    ...difference,
  });
}
