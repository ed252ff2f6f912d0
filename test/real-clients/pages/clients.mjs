/* global report, fetch, TextDecoderStream */
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { gatewayUrl, getToken, subscriptionKey } from './settings.js';

const keyHeader = { 'Ocp-Apim-Subscription-Key': subscriptionKey };
const openai = new OpenAI({
  baseURL: `${gatewayUrl}/openai/v1`,
  apiKey: getToken,
  defaultHeaders: keyHeader,
  dangerouslyAllowBrowser: true,
  // A page whose origin may not call would be asked for again.
  maxRetries: 0,
});
const google = new GoogleGenAI({
  vertexai: true,
  apiKey: subscriptionKey,
  httpOptions: { baseUrl: `${gatewayUrl}/vertex`, headers: { Authorization: `Bearer ${await getToken()}` } },
});
const anthropic = new Anthropic({
  baseURL: `${gatewayUrl}/anthropic`,
  authToken: await getToken(),
  defaultHeaders: keyHeader,
  dangerouslyAllowBrowser: true,
  // A page whose origin may not call would be asked for again.
  maxRetries: 0,
});
const messages = [{ role: 'user', content: 'Name three irises.' }];

const operations = {
  openai: async () => {
    const { choices } = await openai.chat.completions.create({ model: 'gemini-3.5-flash', messages });
    return choices[0].message.content;
  },
  'a stream of openai': async () => {
    const stream = await openai.chat.completions.create({ model: 'gemini-fast', messages, stream: true });
    let text = '';
    for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';
    return text;
  },
  '@google/genai': async () => {
    const { text } = await google.models.generateContent({
      model: 'gemini-3.5-flash',
      contents: messages[0].content,
    });
    return text;
  },
  '@anthropic-ai/sdk': async () => {
    const model = 'claude-haiku-4-5';
    const { content } = await anthropic.messages.create({ model, max_tokens: 200, messages });
    return content[0].text;
  },
  'fetch, chunk by chunk': async () => {
    const answer = await post(
      '/vertex/v1/publishers/google/models/gemini-3.5-flash:streamGenerateContent?alt=sse',
    );
    let chunks = 0;
    let text = '';
    for (const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader(); ; chunks += 1) {
      const { done, value } = await reader.read();
      if (done) return { text: textOf(text), isInChunks: chunks > 1 };
      text += value;
    }
  },
  'an error of openai': async () => {
    try {
      await openai.chat.completions.create({ model: 'no-model', messages });
    } catch (error) {
      const { status, code, requestID } = error;
      return status === undefined ? Promise.reject(error) : { status, code, requestId: requestID };
    }
  },
  'a refusal of the edge': async () => {
    const answer = await post('/vertex/v1/publishers/google/models/gemini-3.5-flash:generateContent', {
      authorization: 'Bearer x.y.z',
    });
    const { error } = await answer.json();
    return {
      status: answer.status,
      reason: error.details[0].reason,
      shouldRetry: answer.headers.get('x-should-retry'),
    };
  },
};

/** Joins the texts of the events of a stream of Gemini. */
function textOf(events) {
  const data = events.split('\r\n').filter((line) => line.startsWith('data: '));
  return data
    .map((line) => JSON.parse(line.slice('data: '.length)).candidates[0].content.parts[0].text)
    .join('');
}

async function post(path, headers = {}) {
  return fetch(`${gatewayUrl}${path}`, {
    method: 'POST',
    headers: {
      ...keyHeader,
      authorization: `Bearer ${await getToken()}`,
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'Name three irises.' }] }] }),
  });
}

const results = {};
for (const [name, run] of Object.entries(operations))
  results[name] = await run().catch(({ message }) => ({ thrown: message }));
report(results);
