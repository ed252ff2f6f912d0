import { defineTokenMetric } from './token-metric.ts';

/** https://learn.microsoft.com/azure/api-management/azure-openai-emit-token-metric-policy */
export const azureOpenaiEmitTokenMetric = defineTokenMetric('azure-openai-emit-token-metric');
