/** Reasons for which Google filters an answer: https://ai.google.dev/api/generate-content#FinishReason */
const FILTERED = [
  'SAFETY',
  'RECITATION',
  'LANGUAGE',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'MODEL_ARMOR',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
] as const;
/** Reasons for which a model ends without an answer. */
const BROKEN_OFF = [
  'OTHER',
  'MALFORMED_FUNCTION_CALL',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'MISSING_THOUGHT_SIGNATURE',
  'MALFORMED_RESPONSE',
  'NO_IMAGE',
  'IMAGE_OTHER',
] as const;

/** The reasons for which an answer ends without content. */
export const FINISH_REASONS_WITHOUT_CONTENT = [...FILTERED, ...BROKEN_OFF];

/** The reason for which a model stops. */
export type FinishReason = 'STOP' | 'MAX_TOKENS' | (typeof FINISH_REASONS_WITHOUT_CONTENT)[number];

/** Returns true for a reason for which Google filters an answer. */
export function isFiltered(reason: FinishReason): boolean {
  return FILTERED.some((filtered) => filtered === reason);
}

/** Finds the reason that a prompt asks to stop for, in words such as `finish reason SAFETY`; undefined without one. */
export function findAskedReason(text: string): FinishReason | undefined {
  const [, asked] = /\bfinish reason ([A-Z_]{3,32})\b/.exec(text) ?? [];
  return FINISH_REASONS_WITHOUT_CONTENT.find((reason) => reason === asked);
}
