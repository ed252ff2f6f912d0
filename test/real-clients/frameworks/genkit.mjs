import { openAICompatible } from '@genkit-ai/compat-oai';
import { googleAI } from '@genkit-ai/google-genai';
import { genkit, z } from 'genkit';
import {
  FLASH,
  GATEWAY_URL,
  names,
  pieces,
  PNG,
  PROMPT,
  report,
  SUBSCRIPTION_KEY,
  TOOL_PROMPT,
} from './report.mjs';

const apiKey = SUBSCRIPTION_KEY;
const setups = {
  openai: () => ({
    plugin: openAICompatible({ name: 'gateway', apiKey, baseURL: `${GATEWAY_URL}/openai/v1` }),
    model: `gateway/${FLASH}`,
  }),
  google: () => ({
    plugin: googleAI({ apiKey, baseUrl: `${GATEWAY_URL}/vertex`, apiVersion: 'v1beta1/publishers/google' }),
    model: googleAI.model(FLASH),
  }),
};
const [, , setup] = process.argv;
const { plugin, model } = setups[setup]();
const ai = genkit({ plugins: [plugin] });
const inputSchema = z.object({ city: z.string() });
const weather = ai.defineTool(
  { name: 'get_weather', description: 'The weather of a city.', inputSchema, outputSchema: z.string() },
  ({ city }) => Promise.resolve(`Sun in ${city}`),
);
const Person = z.object({ name: z.string(), age: z.number().int().min(18) });

await report({
  text: async () => names((await ai.generate({ model, prompt: PROMPT })).text),
  stream: async () => pieces(ai.generateStream({ model, prompt: PROMPT }).stream),
  tools: async () => names((await ai.generate({ model, prompt: TOOL_PROMPT, tools: [weather] })).text, 'sun'),
  object: async () => {
    const { output } = await ai.generate({ model, prompt: 'Who?', output: { schema: Person } });
    return Person.safeParse(output).success;
  },
  image: async () => {
    const media = { url: `data:image/png;base64,${PNG}` };
    return names((await ai.generate({ model, prompt: [{ text: PROMPT }, { media }] })).text);
  },
  ...(setup === 'google' && {
    embeddings: async () => {
      const [{ embedding }] = await ai.embed({
        embedder: googleAI.embedder('gemini-embedding-2'),
        content: 'an iris',
      });
      return embedding.length === 3072;
    },
  }),
});
