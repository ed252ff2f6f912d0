import { z } from 'zod';
import { type ServiceClient, ServiceUnavailableError } from './service-client.ts';
import type { AskService, ServiceDetection } from './service-question.ts';
import { groupPieces, splitTexts, type TextPiece } from './split-text.ts';

/** The limits of one request: https://learn.microsoft.com/azure/ai-services/language-service/concepts/data-limits */
const MAXIMUM_UNITS = 5_120;
const MAXIMUM_DOCUMENTS = 5;
const OVERLAP = 250;

const Entity = z.looseObject({
  category: z.string().regex(/^\w{1,64}$/),
  offset: z.int().min(0),
  length: z.int().min(1),
});
const Answer = z.looseObject({
  results: z.looseObject({
    documents: z.array(z.looseObject({ id: z.string(), entities: z.array(Entity) })),
    errors: z.array(z.unknown()),
  }),
});

/**
 * Creates the question to Azure AI Language for personal data. Kinds are the service's categories: `language_Person`.
 * https://learn.microsoft.com/rest/api/language/text-analysis-runtime/analyze-text
 */
export function createPersonalData(client: ServiceClient, azureToken: () => Promise<string>): AskService {
  return async ({ resource, categories, texts, abortSignal }) => {
    const groups = groupPieces(splitTexts(texts, MAXIMUM_UNITS, OVERLAP), MAXIMUM_DOCUMENTS, Infinity);
    const token = await azureToken();
    const found = await Promise.all(
      groups.map(async (group) => {
        const answer = await client.post({
          host: `${resource}.cognitiveservices.azure.com`,
          path: '/language/:analyze-text?api-version=2024-11-01',
          token,
          body: bodyOf(group, categories),
          abortSignal,
        });
        return detectionsIn(answer, group);
      }),
    );
    return withoutOverlaps(found.flat());
  };
}

function bodyOf(group: readonly TextPiece[], categories: readonly string[] | undefined): object {
  return {
    kind: 'PiiEntityRecognition',
    parameters: {
      modelVersion: 'latest',
      // The service may otherwise keep texts for 48 hours.
      loggingOptOut: true,
      stringIndexType: 'Utf16CodeUnit',
      ...(categories && { piiCategories: categories }),
    },
    analysisInput: { documents: group.map(({ piece }, id) => ({ id: String(id), text: piece })) },
  };
}

function detectionsIn(answer: unknown, group: readonly TextPiece[]): ServiceDetection[] {
  const { data } = Answer.safeParse(answer);
  if (data?.results.documents.length !== group.length)
    throw new ServiceUnavailableError('Azure AI Language did not inspect all texts.');
  return data.results.documents.flatMap(({ id, entities }) => {
    const piece = group[Number(id)];
    return entities.flatMap(({ category, offset, length }) =>
      piece && offset + length <= piece.piece.length
        ? {
            text: piece.text,
            kind: `language_${category}`,
            start: piece.start + offset,
            end: piece.start + offset + length,
          }
        : [],
    );
  });
}

/** Keeps the first and longest of detections that overlap, which pieces with a common part can find twice. */
function withoutOverlaps(detections: readonly ServiceDetection[]): ServiceDetection[] {
  const sorted = detections.toSorted(
    (one, other) => one.text - other.text || one.start - other.start || other.end - one.end,
  );
  const kept: ServiceDetection[] = [];
  for (const detection of sorted) {
    const last = kept.at(-1);
    if (last?.text !== detection.text || detection.start >= last.end) kept.push(detection);
  }
  return kept;
}
