import { invalidRequest } from './azure-ai-error.ts';
import { readList, readMembers, readText } from './read-members.ts';

/** The limits of one request: https://learn.microsoft.com/azure/ai-services/content-safety/overview#input-requirements */
const MAXIMUM_CHARACTERS = 10_000;
const MAXIMUM_DOCUMENTS = 5;
/** The emulated classifier knows an attack by these words. The real one is a model. */
const ATTACK = /\bignore (?:all |any )?(?:the )?(?:previous|prior|above) instructions\b|\bdo anything now\b/i;

/**
 * Answers Prompt Shields: whether the user's prompt, and each document, holds an attack.
 * Source: https://learn.microsoft.com/rest/api/contentsafety/text-operations/shield-prompt
 * @throws AzureAiError
 */
export function shieldPrompt(body: unknown): object {
  const { userPrompt, documents } = readMembers(body, ['userPrompt', 'documents'], 'The request body');
  if (userPrompt === undefined && documents === undefined)
    throw invalidRequest('Either userPrompt or documents must be given.');
  const prompt = userPrompt === undefined ? undefined : readText(userPrompt, 'userPrompt');
  const texts = documents === undefined ? [] : readList(documents, 'documents').map(readDocument);
  if (texts.length > MAXIMUM_DOCUMENTS)
    throw invalidRequest(`documents has more than ${MAXIMUM_DOCUMENTS} items.`);
  if ((prompt?.length ?? 0) > MAXIMUM_CHARACTERS || lengthOf(texts) > MAXIMUM_CHARACTERS)
    throw invalidRequest(`The text is longer than ${MAXIMUM_CHARACTERS} characters.`);
  return {
    ...(prompt !== undefined && { userPromptAnalysis: analyze(prompt) }),
    documentsAnalysis: texts.map(analyze),
  };
}

function readDocument(value: unknown): string {
  return readText(value, 'An item of documents');
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((length, text) => length + text.length, 0);
}

function analyze(text: string): object {
  return { attackDetected: ATTACK.test(text) };
}
