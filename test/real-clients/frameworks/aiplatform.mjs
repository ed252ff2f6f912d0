import { Buffer } from 'node:buffer';
import process from 'node:process';
import { URL } from 'node:url';
import { helpers, v1 } from '@google-cloud/aiplatform';
import { OAuth2Client } from 'google-auth-library';
import { FLASH, names, pieces, PDF, PNG, PROMPT, report, SUBSCRIPTION_KEY, TOOL_PROMPT } from './report.mjs';

/** Adds the path of the gateway, for which the client has no place. */
class GatewayClient extends OAuth2Client {
  request(options) {
    const url = new URL(options.url);
    return super.request({ ...options, url: new URL(`/vertex${url.pathname}${url.search}`, url).href });
  }
}
const authClient = new GatewayClient({ apiKey: SUBSCRIPTION_KEY });
authClient.setCredentials({ access_token: process.env.TOKEN });
const { hostname, port } = new URL(process.env.GATEWAY_TLS_URL);
const client = new v1.PredictionServiceClient({
  fallback: true,
  apiEndpoint: hostname,
  port: Number(port),
  authClient,
});
const parent = 'projects/sample-project/locations';
const model = `${parent}/us/publishers/google/models/${FLASH}`;
const endpoint = `${parent}/us-central1/publishers/google/models/text-embedding-005`;
const user = (...parts) => ({ role: 'user', parts });
const textOf = ([{ candidates }]) => candidates[0].content.parts[0].text;
const withFile = async (mimeType, base64) => {
  const inlineData = { mimeType, data: Buffer.from(base64, 'base64') };
  const contents = [user({ text: PROMPT }, { inlineData })];
  return names(textOf(await client.generateContent({ model, contents })));
};

await report({
  text: async () =>
    names(textOf(await client.generateContent({ model, contents: [user({ text: PROMPT })] }))),
  stream: () => pieces(client.streamGenerateContent({ model, contents: [user({ text: PROMPT })] })),
  tools: async () => {
    const tools = [{ functionDeclarations: [{ name: 'get_weather' }] }];
    const asked = [user({ text: TOOL_PROMPT })];
    const [{ candidates }] = await client.generateContent({ model, contents: asked, tools });
    const { name } = candidates[0].content.parts.find(({ functionCall }) => functionCall).functionCall;
    const response = helpers.toValue({ sky: 'sun' }).structValue;
    const contents = [...asked, candidates[0].content, user({ functionResponse: { name, response } })];
    return names(textOf(await client.generateContent({ model, contents, tools })), 'sun');
  },
  image: () => withFile('image/png', PNG),
  pdf: () => withFile('application/pdf', PDF),
  embeddings: async () => {
    const instances = ['an iris', 'a tulip'].map((content) => helpers.toValue({ content }));
    const [{ predictions }] = await client.predict({ endpoint, instances });
    return predictions.length === 2;
  },
});
