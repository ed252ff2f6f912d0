import { GoogleGenAI } from '@google/genai';
import { OAuth2Client } from 'google-auth-library';
import {
  FLASH,
  GATEWAY_URL,
  names,
  pieces,
  PDF,
  PNG,
  PROMPT,
  report,
  SUBSCRIPTION_KEY,
  TOOL_PROMPT,
} from './report.mjs';

const authClient = new OAuth2Client();
authClient.setCredentials({ access_token: process.env.TOKEN });
const clientIn = (location) =>
  new GoogleGenAI({
    vertexai: true,
    project: 'sample-project',
    location,
    googleAuthOptions: { authClient },
    httpOptions: {
      baseUrl: `${GATEWAY_URL}/vertex`,
      headers: { 'Ocp-Apim-Subscription-Key': SUBSCRIPTION_KEY },
    },
  });
const ai = clientIn('us');
/** Google has videos and older embeddings in regions alone. */
const inRegion = clientIn('us-central1');
const model = FLASH;
const weather = {
  tool: () =>
    Promise.resolve({
      functionDeclarations: [
        {
          name: 'get_weather',
          parametersJsonSchema: { type: 'object', properties: { city: { type: 'string' } } },
        },
      ],
    }),
  callTool: (calls) =>
    Promise.resolve(
      calls.map(({ id, name }) => ({ functionResponse: { id, name, response: { sky: 'sun' } } })),
    ),
};
const withFile = async (mimeType, data) => {
  const contents = [{ text: PROMPT }, { inlineData: { mimeType, data } }];
  return names((await ai.models.generateContent({ model, contents })).text);
};

await report({
  text: async () => names((await ai.models.generateContent({ model, contents: PROMPT })).text),
  stream: async () => pieces(await ai.models.generateContentStream({ model, contents: PROMPT })),
  chat: async () => {
    const chat = ai.chats.create({ model });
    await chat.sendMessage({ message: PROMPT });
    for await (const piece of await chat.sendMessageStream({ message: 'And tulips' })) void piece;
    return (
      chat.getHistory().length >= 4 && names((await chat.sendMessage({ message: 'And roses' })).text, 'roses')
    );
  },
  tools: async () => {
    const config = { tools: [weather] };
    return names((await ai.models.generateContent({ model, contents: TOOL_PROMPT, config })).text, 'sun');
  },
  'tools in a stream': async () => {
    const config = { tools: [weather] };
    let text = '';
    for await (const piece of await ai.models.generateContentStream({ model, contents: TOOL_PROMPT, config }))
      text += piece.candidates?.[0]?.content?.parts?.[0]?.text ?? '';
    return names(text, 'sun');
  },
  object: async () => {
    const responseJsonSchema = {
      type: 'object',
      properties: { age: { type: 'integer', minimum: 18 } },
      required: ['age'],
    };
    const config = { responseMimeType: 'application/json', responseJsonSchema };
    const { text } = await ai.models.generateContent({ model, contents: 'Who?', config });
    return JSON.parse(text).age === 18;
  },
  image: () => withFile('image/png', PNG),
  pdf: () => withFile('application/pdf', PDF),
  embeddings: async () => {
    const contents = ['an iris', 'a tulip'];
    const { embeddings } = await inRegion.models.embedContent({ model: 'text-embedding-005', contents });
    return embeddings.length === 2;
  },
  cache: async () => {
    const contents = [{ role: 'user', parts: [{ text: 'iris '.repeat(3000) }] }];
    const { name } = await ai.caches.create({ model, config: { contents, ttl: '120s' } });
    const config = { cachedContent: name };
    const { usageMetadata } = await ai.models.generateContent({ model, contents: PROMPT, config });
    await ai.caches.update({ name, config: { ttl: '300s' } });
    await ai.caches.delete({ name });
    return usageMetadata.cachedContentTokenCount > 2048;
  },
  video: async () => {
    let operation = await inRegion.models.generateVideos({
      model: 'veo-3.1-generate-001',
      source: { prompt: PROMPT },
    });
    for (let asked = 0; !operation.done && asked < 20; asked += 1)
      operation = await inRegion.operations.getVideosOperation({ operation });
    return operation.response.generatedVideos.length === 1;
  },
});
