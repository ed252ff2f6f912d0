import { z } from 'zod';
import { type ServiceClient, ServiceUnavailableError } from './service-client.ts';
import { type AskService, oneForEachText } from './service-question.ts';
import { splitTexts } from './split-text.ts';

/**
 * The longest piece. The filter of attacks takes 10,000 tokens, and dense text has two code units a token.
 * https://cloud.google.com/security-command-center/docs/key-concepts-model-armor
 */
const MAXIMUM_UNITS = 20_000;
const OVERLAP = 500;

const MATCH = 'MATCH_FOUND';
const EXECUTED = 'EXECUTION_SUCCESS';

const FilterState = z.looseObject({ executionState: z.string().default(EXECUTED), matchState: z.string() });
type FilterState = z.infer<typeof FilterState>;

/** The result of a filter stands in a member that is named for it; that of sensitive data one level deeper. */
const FilterResult = z
  .record(z.string(), z.union([FilterState.transform((state) => [state]), nested()]))
  .transform((members): FilterState[] => Object.values(members).flat());

const Answer = z.looseObject({
  sanitizationResult: z.looseObject({
    filterMatchState: z.string(),
    invocationResult: z.string(),
    filterResults: z.record(z.string().regex(/^\w{1,40}$/), FilterResult).default({}),
  }),
});

function nested() {
  return z.record(z.string(), FilterState).transform((states): FilterState[] => Object.values(states));
}

/**
 * Creates the question to Model Armor, which screens texts in the location of its template. Kinds are its filters:
 * `model_armor_pi_and_jailbreak`.
 * https://cloud.google.com/security-command-center/docs/reference/model-armor/rest/v1/projects.locations.templates/sanitizeUserPrompt
 */
export function createModelArmor(client: ServiceClient): AskService {
  return async ({ resource, texts, googleToken, abortSignal }) => {
    const [, location = ''] = /\/locations\/([a-z0-9-]+)\//.exec(resource) ?? [];
    const token = await googleToken();
    const found = await Promise.all(
      splitTexts(texts, MAXIMUM_UNITS, OVERLAP).map(async ({ text, piece }) => {
        const answer = await client.post({
          host: `modelarmor.${location}.rep.googleapis.com`,
          path: `/v1/${resource}:sanitizeUserPrompt`,
          token,
          body: { userPromptData: { text: piece } },
          abortSignal,
        });
        return filtersIn(answer).map((kind) => ({ text, kind }));
      }),
    );
    return oneForEachText(texts, found.flat());
  };
}

/** Lists the filters that match. @throws ServiceUnavailableError when one of them has not run. */
function filtersIn(answer: unknown): string[] {
  const { data } = Answer.safeParse(answer);
  if (!data) throw notScreened();
  const { filterMatchState, invocationResult, filterResults } = data.sanitizationResult;
  const matching = Object.entries(filterResults)
    .filter(([, states]) => states.some(({ matchState }) => matchState === MATCH))
    .map(([filter]) => `model_armor_${filter}`);
  if (filterMatchState === MATCH && matching.length === 0) return ['model_armor'];
  const hasRun = Object.values(filterResults)
    .flat()
    .every(({ executionState }) => executionState === EXECUTED);
  if (matching.length === 0 && !(hasRun && invocationResult === 'SUCCESS')) throw notScreened();
  return matching;
}

function notScreened(): ServiceUnavailableError {
  return new ServiceUnavailableError('Model Armor did not run all filters.');
}
