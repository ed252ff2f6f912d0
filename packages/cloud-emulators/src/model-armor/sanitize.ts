import { type Filter, FILTERS, matches } from './screen-text.ts';

type Write = (state: object) => object;

const SUCCESS = { executionState: 'EXECUTION_SUCCESS' };

/** The result of each filter, in the member that is named for it. */
const RESULTS: Readonly<Record<Filter, Write>> = {
  pi_and_jailbreak: (state) => ({ piAndJailbreakFilterResult: { ...SUCCESS, ...state } }),
  malicious_uris: (state) => ({ maliciousUriFilterResult: { ...SUCCESS, ...state } }),
  sdp: (state) => ({ sdpFilterResult: { inspectResult: { ...SUCCESS, ...state } } }),
  rai: (state) => ({ raiFilterResult: { ...SUCCESS, ...state } }),
  csam: (state) => ({ csamFilterFilterResult: { ...SUCCESS, ...state } }),
};

/**
 * Screens a text by the filters of a template.
 * Source: https://cloud.google.com/security-command-center/docs/reference/model-armor/rest/v1/projects.locations.templates/sanitizeUserPrompt
 * @returns a `SanitizationResult`.
 */
export function sanitize(text: string, filters: readonly Filter[]): object {
  const state = (isMatch: boolean) => (isMatch ? 'MATCH_FOUND' : 'NO_MATCH_FOUND');
  return {
    filterMatchState: state(filters.some((filter) => matches(filter, text))),
    filterResults: Object.fromEntries(
      FILTERS.filter((filter) => filters.includes(filter)).map((filter) => [
        filter,
        RESULTS[filter]({ matchState: state(matches(filter, text)) }),
      ]),
    ),
    invocationResult: 'SUCCESS',
    sanitizationMetadata: {},
  };
}
