import { defineTokenLimit } from './token-limit.ts';

/** https://learn.microsoft.com/azure/api-management/llm-token-limit-policy */
export const llmTokenLimit = defineTokenLimit('llm-token-limit');
