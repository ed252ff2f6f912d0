import { invalidRequest } from './azure-ai-error.ts';

export type Members = Readonly<Record<string, unknown>>;

/** Reads a JSON object whose members are all in the list. @throws AzureAiError */
export function readMembers(value: unknown, names: readonly string[], place: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidRequest(`${place} must be an object.`);
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined) throw invalidRequest(`The emulator has no such member in ${place}: ${unknown}.`);
  return value as Members;
}

/** Reads a text. @throws AzureAiError */
export function readText(value: unknown, place: string): string {
  if (typeof value === 'string') return value;
  throw invalidRequest(`${place} must be a string.`);
}

/** Reads a list. @throws AzureAiError */
export function readList(value: unknown, place: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw invalidRequest(`${place} must be a list.`);
}
