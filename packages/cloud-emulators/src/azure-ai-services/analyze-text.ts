import { invalidRequest } from './azure-ai-error.ts';
import { type Members, readList, readMembers, readText } from './read-members.ts';

/** The limits of one request: https://learn.microsoft.com/azure/ai-services/language-service/concepts/data-limits */
const MAXIMUM_CHARACTERS = 5_120;
const MAXIMUM_DOCUMENTS = 5;

/**
 * The entities that the emulated model knows. The real one is a model that knows many more.
 * Source: https://learn.microsoft.com/azure/ai-services/language-service/personally-identifiable-information/concepts/entity-categories
 */
const ENTITIES: Readonly<Record<string, RegExp>> = {
  Person: /\b(?:Ada Lovelace|Grace Hopper|Alan Turing)\b/g,
  Email: /\b[\w.+-]{1,64}@[\w-]{1,63}\.[a-z]{2,10}\b/gi,
  PhoneNumber: /\+\d[\d ]{7,16}\d\b/g,
};

/**
 * Answers the recognition of personal data in documents. Offsets and lengths are in UTF-16 code units.
 * Source: https://learn.microsoft.com/rest/api/language/text-analysis-runtime/analyze-text
 * @throws AzureAiError
 */
export function analyzeText(body: unknown): object {
  const { kind, parameters, analysisInput } = readMembers(
    body,
    ['kind', 'parameters', 'analysisInput'],
    'The request body',
  );
  if (kind !== 'PiiEntityRecognition')
    throw invalidRequest('The emulator has one kind of task: PiiEntityRecognition.');
  const categories = readParameters(parameters);
  const { documents } = readMembers(analysisInput, ['documents'], 'analysisInput');
  const read = readList(documents, 'analysisInput.documents').map(readDocument);
  if (read.length > MAXIMUM_DOCUMENTS)
    throw invalidRequest(`analysisInput.documents has more than ${MAXIMUM_DOCUMENTS} items.`);
  const tooLong = ({ text }: Document) => text.length > MAXIMUM_CHARACTERS;
  return {
    kind: 'PiiEntityRecognitionResults',
    results: {
      documents: read
        .filter((document) => !tooLong(document))
        .map((document) => analyze(document, categories)),
      errors: read.filter(tooLong).map(({ id }) => ({ id, error: TOO_LONG })),
      modelVersion: '2025-02-01',
    },
  };
}

/** Source: https://learn.microsoft.com/azure/ai-services/language-service/concepts/data-limits */
const TOO_LONG = {
  code: 'InvalidArgument',
  message: 'Invalid Document in request.',
  innererror: {
    code: 'InvalidDocument',
    message: `A document within the request was too large to be processed. Limit document size to: ${MAXIMUM_CHARACTERS} text elements.`,
  },
};

interface Document {
  readonly id: string;
  readonly text: string;
}

function readParameters(parameters: unknown): readonly string[] {
  const names = ['modelVersion', 'loggingOptOut', 'stringIndexType', 'piiCategories'];
  const { stringIndexType, piiCategories }: Members = readMembers(parameters ?? {}, names, 'parameters');
  if (stringIndexType !== 'Utf16CodeUnit')
    throw invalidRequest('The emulator counts in one stringIndexType: Utf16CodeUnit.');
  if (piiCategories === undefined) return Object.keys(ENTITIES);
  return readList(piiCategories, 'parameters.piiCategories').map((name) =>
    readText(name, 'A category in parameters.piiCategories'),
  );
}

function readDocument(value: unknown): Document {
  const { id, text } = readMembers(value, ['id', 'language', 'text'], 'A document');
  return { id: readText(id, 'id of a document'), text: readText(text, 'text of a document') };
}

function analyze({ id, text }: Document, categories: readonly string[]): object {
  const entities = Object.entries(ENTITIES)
    .filter(([category]) => categories.includes(category))
    .flatMap(([category, pattern]) =>
      Array.from(text.matchAll(pattern), ({ 0: found, index }) => ({
        text: found,
        category,
        offset: index,
        length: found.length,
        confidenceScore: 0.95,
      })),
    )
    .sort((one, other) => one.offset - other.offset);
  return { id, redactedText: redact(text, entities), entities, warnings: [] };
}

function redact(
  text: string,
  entities: readonly { readonly offset: number; readonly length: number }[],
): string {
  return entities.reduce(
    (redacted, { offset, length }) =>
      redacted.slice(0, offset) + '*'.repeat(length) + redacted.slice(offset + length),
    text,
  );
}
