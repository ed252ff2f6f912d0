import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { createVertex } from '@ai-sdk/google-vertex';
import { createVertexAnthropic } from '@ai-sdk/google-vertex/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { embedMany, generateText, isStepCount, Output, streamText, tool } from 'ai';
import { OAuth2Client } from 'google-auth-library';
import { z } from 'zod';
import {
  FLASH,
  GATEWAY_URL,
  HAIKU,
  names,
  pieces,
  PDF,
  PNG,
  PROMPT,
  report,
  SUBSCRIPTION_KEY,
  TOOL_PROMPT,
} from './report.mjs';

const apiKey = SUBSCRIPTION_KEY;
const gemini = `${GATEWAY_URL}/vertex/v1beta1/publishers/google`;
const chat = `${GATEWAY_URL}/openai/v1`;
const EMBEDDING = 'text-embedding-005';
const setups = {
  'google-vertex': () => createVertex({ apiKey, baseURL: gemini }),
  google: () => createGoogleGenerativeAI({ apiKey, baseURL: gemini }),
  openai: () => createOpenAI({ apiKey, baseURL: chat }),
  'openai-compatible': () =>
    createOpenAICompatible({ name: 'gateway', apiKey, baseURL: chat, supportsStructuredOutputs: true }),
  anthropic: () => createAnthropic({ apiKey, baseURL: `${GATEWAY_URL}/anthropic/v1` }),
  'google-vertex/anthropic': () => {
    const authClient = new OAuth2Client();
    authClient.setCredentials({ access_token: process.env.TOKEN });
    const parent = 'projects/sample-project/locations/us';
    return createVertexAnthropic({
      project: 'sample-project',
      location: 'us',
      baseURL: `${GATEWAY_URL}/vertex/v1/${parent}/publishers/anthropic/models`,
      googleAuthOptions: { authClient },
      headers: { 'Ocp-Apim-Subscription-Key': apiKey },
    });
  },
};
const [, , setup] = process.argv;
const provider = setups[setup]();
const isClaude = setup.endsWith('anthropic');
const name = isClaude ? (setup === 'anthropic' ? HAIKU : 'claude-sonnet-5-5') : FLASH;
const model = setup === 'openai' ? provider.chat(name) : provider(name);
const weather = tool({
  description: 'The weather of a city.',
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }) => `Sun in ${city}`,
});
const schema = z.object({
  name: z.string(),
  // The provider takes bounds out of Claude's schemas.
  age: isClaude ? z.int() : z.int().min(18),
  home: z.url(),
  tags: z.array(z.enum(['a', 'b'])),
  kind: z.enum(['x', 'y']).nullable(),
});
const withFile = async (mediaType, data, filename) => {
  const content = [
    { type: 'text', text: PROMPT },
    { type: 'file', mediaType, data, filename },
  ];
  return names((await generateText({ model, messages: [{ role: 'user', content }] })).text);
};

await report({
  text: async () => names((await generateText({ model, prompt: PROMPT })).text),
  stream: async () => pieces(streamText({ model, prompt: PROMPT }).textStream),
  tools: async () => {
    const tools = { get_weather: weather };
    const { text } = await generateText({ model, tools, stopWhen: isStepCount(3), prompt: TOOL_PROMPT });
    return names(text, 'sun');
  },
  object: async () => {
    const { output } = await generateText({ model, output: Output.object({ schema }), prompt: 'Who?' });
    return schema.safeParse(output).success;
  },
  image: () => withFile('image/png', PNG, 'one.png'),
  pdf: () => withFile('application/pdf', PDF, 'one.pdf'),
  ...(!isClaude && {
    embeddings: async () => {
      const { embeddings } = await embedMany({
        model: provider.embeddingModel(EMBEDDING),
        values: ['an iris', 'a tulip'],
      });
      return embeddings.length === 2 && embeddings.every(({ length }) => length === 768);
    },
  }),
});
