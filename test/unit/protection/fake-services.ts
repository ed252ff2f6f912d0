import type { Circumstances } from '../../../src/prediction/protection.ts';
import type { InspectionServices } from '../../../src/protection/services/ask-services.ts';

/** Services of a deployment that has none. */
export const NO_SERVICES: InspectionServices = {
  ask: () => Promise.reject(new Error('No rule plans a service.')),
};

/** The facts of a call in Europe. */
export const CIRCUMSTANCES: Circumstances = {
  operation: 'streamGenerateContent',
  resource: { kind: 'model', publisher: 'google', model: 'gemini-3.5-flash' },
  location: 'eu',
  googleToken: () => Promise.resolve('google'),
  abortSignal: new AbortController().signal,
};
