import { Anthropic, AnthropicSession } from '@llamaindex/anthropic';
import { Gemini } from '@llamaindex/google';
import { OpenAI, OpenAIEmbedding } from '@llamaindex/openai';
import { Document, Settings, tool, VectorStoreIndex } from 'llamaindex';
import { z } from 'zod';
import {
  FLASH,
  GATEWAY_URL,
  HAIKU,
  names,
  pieces,
  PROMPT,
  report,
  SUBSCRIPTION_KEY,
  TOOL_PROMPT,
} from './report.mjs';

const apiKey = SUBSCRIPTION_KEY;
const baseURL = `${GATEWAY_URL}/openai/v1`;
const models = {
  openai: () => new OpenAI({ model: FLASH, apiKey, baseURL }),
  anthropic: () => {
    const session = new AnthropicSession({ apiKey, baseURL: `${GATEWAY_URL}/anthropic` });
    return new Anthropic({ model: HAIKU, session, maxTokens: 500 });
  },
  google: () =>
    new Gemini({
      model: FLASH,
      apiKey,
      httpOptions: { baseUrl: `${GATEWAY_URL}/vertex`, apiVersion: 'v1beta1/publishers/google' },
    }),
};
const [, , setup] = process.argv;
const llm = models[setup]();
const weather = tool({
  name: 'get_weather',
  description: 'The weather of a city.',
  parameters: z.object({ city: z.string() }),
  execute: ({ city }) => `Sun in ${city}`,
});
const user = (content) => [{ role: 'user', content }];
const textOf = ({ message: { content } }) => (typeof content === 'string' ? content : content[0].text);

await report({
  text: async () => names(textOf(await llm.chat({ messages: user(PROMPT) }))),
  stream: async () => pieces(await llm.chat({ messages: user(PROMPT), stream: true })),
  tools: async () => {
    const { newMessages } = await llm.exec({ tools: [weather], messages: user(TOOL_PROMPT) });
    const answer = await llm.chat({ tools: [weather], messages: [...user(TOOL_PROMPT), ...newMessages] });
    return names(textOf(answer), 'sun');
  },
  ...(setup === 'openai' && {
    embeddings: async () => {
      Settings.llm = llm;
      Settings.embedModel = new OpenAIEmbedding({ model: 'text-embedding-005', apiKey, baseURL });
      const index = await VectorStoreIndex.fromDocuments([new Document({ text: 'Irises bloom in May.' })]);
      return names(textOf(await index.asQueryEngine().query({ query: 'When?' })), 'bloom');
    },
  }),
});
