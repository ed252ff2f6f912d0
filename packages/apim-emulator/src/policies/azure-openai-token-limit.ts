import { defineTokenLimit } from './token-limit.ts';

/** https://learn.microsoft.com/azure/api-management/azure-openai-token-limit-policy */
export const azureOpenaiTokenLimit = defineTokenLimit('azure-openai-token-limit');
