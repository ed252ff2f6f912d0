import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { createVertex } from '@ai-sdk/google-vertex';
import { Agent } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { z } from 'zod';
import {
  FLASH,
  GATEWAY_URL,
  names,
  pieces,
  PROMPT,
  report,
  SUBSCRIPTION_KEY,
  TOOL_PROMPT,
} from './report.mjs';

const apiKey = SUBSCRIPTION_KEY;
const url = `${GATEWAY_URL}/openai/v1`;
const models = {
  address: () => ({ id: `gateway/${FLASH}`, url, apiKey }),
  compatible: () =>
    createOpenAICompatible({ name: 'gateway', apiKey, baseURL: url, supportsStructuredOutputs: true })(FLASH),
  vertex: () => createVertex({ apiKey, baseURL: `${GATEWAY_URL}/vertex/v1beta1/publishers/google` })(FLASH),
};
const [, , setup] = process.argv;
const weather = createTool({
  id: 'get_weather',
  description: 'The weather of a city.',
  inputSchema: z.object({ city: z.string() }),
  outputSchema: z.object({ sky: z.string() }),
  execute: () => Promise.resolve({ sky: 'sun' }),
});
const settings = {
  id: 'botanist',
  name: 'botanist',
  instructions: 'You know flowers.',
  model: models[setup](),
};
const agent = new Agent(settings);
const withTools = new Agent({ ...settings, tools: { get_weather: weather } });
const schema = z.object({ name: z.string(), age: z.number().int().min(18) });

await report({
  text: async () => names((await agent.generate(PROMPT)).text),
  stream: async () => pieces((await agent.stream(PROMPT)).textStream),
  tools: async () => names((await withTools.generate(TOOL_PROMPT)).text, 'sun'),
  object: async () =>
    schema.safeParse((await agent.generate('Who?', { structuredOutput: { schema } })).object).success,
});
