import { z } from 'zod';
import { type ServiceClient, ServiceUnavailableError } from './service-client.ts';
import { type AskService, oneForEachText } from './service-question.ts';
import { groupPieces, splitTexts } from './split-text.ts';

/** The limits of one request: https://learn.microsoft.com/azure/ai-services/content-safety/overview#input-requirements */
const MAXIMUM_UNITS = 10_000;
const MAXIMUM_DOCUMENTS = 5;
const OVERLAP = 500;

const Analysis = z.looseObject({ attackDetected: z.boolean() });
const Answer = z.looseObject({ documentsAnalysis: z.array(Analysis) });

/**
 * Creates the question to Prompt Shields of Azure AI Content Safety. Each text is a document, in which direct and indirect
 * attacks are looked for.
 * https://learn.microsoft.com/rest/api/contentsafety/text-operations/shield-prompt
 */
export function createPromptShields(client: ServiceClient, azureToken: () => Promise<string>): AskService {
  return async ({ resource, texts, abortSignal }) => {
    const groups = groupPieces(splitTexts(texts, MAXIMUM_UNITS, OVERLAP), MAXIMUM_DOCUMENTS, MAXIMUM_UNITS);
    const token = await azureToken();
    const found = await Promise.all(
      groups.map(async (group) => {
        const answer = await client.post({
          host: `${resource}.cognitiveservices.azure.com`,
          path: '/contentsafety/text:shieldPrompt?api-version=2024-09-01',
          token,
          body: { documents: group.map(({ piece }) => piece) },
          abortSignal,
        });
        const { data } = Answer.safeParse(answer);
        if (data?.documentsAnalysis.length !== group.length)
          throw new ServiceUnavailableError('Prompt Shields did not judge all texts.');
        return group.filter((_, index) => data.documentsAnalysis[index]?.attackDetected);
      }),
    );
    const attacks = found.flat().map(({ text }) => ({ text, kind: 'prompt_attack' }));
    return oneForEachText(texts, attacks);
  };
}
