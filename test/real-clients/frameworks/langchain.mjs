import process from 'node:process';
import { URL } from 'node:url';
import { ChatAnthropic } from '@langchain/anthropic';
import { tool } from '@langchain/core/tools';
import { ChatGoogle } from '@langchain/google/node';
import { ChatGoogleGenerativeAI } from '@langchain/google-genai';
import { ChatVertexAI, VertexAIEmbeddings } from '@langchain/google-vertexai';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { OAuth2Client } from 'google-auth-library';
import { z } from 'zod';
import {
  FLASH,
  GATEWAY_URL,
  HAIKU,
  names,
  pieces,
  PNG,
  PROMPT,
  report,
  SUBSCRIPTION_KEY,
  TOOL_PROMPT,
} from './report.mjs';

const apiKey = SUBSCRIPTION_KEY;
const configuration = { baseURL: `${GATEWAY_URL}/openai/v1` };
/** The gateway for clients that write `https://` themselves. */
const endpoint = `${new URL(process.env.GATEWAY_TLS_URL).host}/vertex`;
const authClient = new OAuth2Client({ apiKey });
authClient.setCredentials({ access_token: process.env.TOKEN });
const vertexai = {
  location: 'us',
  endpoint,
  authOptions: { authClient, projectId: 'sample-project' },
};
const models = {
  openai: () => new ChatOpenAI({ model: FLASH, apiKey, configuration }),
  anthropic: () =>
    new ChatAnthropic({ model: HAIKU, apiKey, anthropicApiUrl: `${GATEWAY_URL}/anthropic`, maxTokens: 500 }),
  google: () => new ChatGoogle({ model: FLASH, apiKey, platformType: 'gcp', endpoint }),
  'google-vertexai': () => new ChatVertexAI({ ...vertexai, model: FLASH }),
  'google-genai': () =>
    new ChatGoogleGenerativeAI({
      model: FLASH,
      apiKey,
      baseUrl: `${GATEWAY_URL}/vertex`,
      apiVersion: 'v1beta1/publishers/google',
    }),
};
const [, , setup] = process.argv;
const model = models[setup]();
const weather = tool(({ city }) => `Sun in ${city}`, {
  name: 'get_weather',
  description: 'The weather of a city.',
  schema: z.object({ city: z.string() }),
});
const Person = z.object({ name: z.string(), age: z.int().min(18) });

await report({
  text: async () => names((await model.invoke(PROMPT)).content),
  stream: async () => pieces(await model.stream(PROMPT)),
  tools: async () => {
    const withTools = model.bindTools([weather]);
    const asked = await withTools.invoke(TOOL_PROMPT);
    const result = await weather.invoke(asked.tool_calls[0]);
    const answer = await withTools.invoke([{ role: 'user', content: TOOL_PROMPT }, asked, result]);
    return names(answer.content, 'sun');
  },
  object: async () => Person.safeParse(await model.withStructuredOutput(Person).invoke('Who?')).success,
  image: async () => {
    const image_url = { url: `data:image/png;base64,${PNG}` };
    const content = [
      { type: 'text', text: PROMPT },
      { type: 'image_url', image_url },
    ];
    return names((await model.invoke([{ role: 'user', content }])).content);
  },
  ...(setup === 'openai' && {
    embeddings: async () => {
      const embeddings = new OpenAIEmbeddings({ model: 'text-embedding-005', apiKey, configuration });
      const vectors = await embeddings.embedDocuments(['an iris', 'a tulip']);
      return vectors.every(({ length }) => length === 768) && vectors.length === 2;
    },
  }),
  ...(setup === 'google-vertexai' && {
    embeddings: async () => {
      const embeddings = new VertexAIEmbeddings({
        ...vertexai,
        location: 'us-central1',
        model: 'gemini-embedding-001',
      });
      const vectors = await embeddings.embedDocuments(['an iris', 'a tulip']);
      return vectors.every(({ length }) => length === 3072) && vectors.length === 2;
    },
  }),
});
