import { defineTokenMetric } from './token-metric.ts';

/** https://learn.microsoft.com/azure/api-management/llm-emit-token-metric-policy */
export const llmEmitTokenMetric = defineTokenMetric('llm-emit-token-metric');
