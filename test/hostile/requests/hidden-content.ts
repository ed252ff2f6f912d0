import type { RecordedRequest } from '@vertex-ai-gateway/cloud-emulators/control/control';
import { each, type HostileKind, type HostileRequest } from '../hostile-request.ts';
import { SECRET } from '../run-hostile.ts';
import {
  CHAT,
  EMBEDDINGS,
  GEMINI,
  GENERATE,
  MESSAGE,
  MESSAGES,
  PARENT,
  PREDICT,
  STREAM,
} from './sample-requests.ts';

/** An address of a person, which the sandbox may not send. */
const EMAIL = `${SECRET}@example.com`;
const ESCAPED = `${SECRET}\\u0040example.com`;

/** Google has received the call without the address, plain or in base64. */
function withoutAddress(received: readonly RecordedRequest[]): void {
  const bodies = received.map(({ body, bodyEncoding }) =>
    bodyEncoding === 'base64' ? Buffer.from(body, 'base64').toString() : body,
  );
  const plain = bodies
    .join('\n')
    .replace(/[\w+/=-]{16,}/g, (found) => `${found} ${Buffer.from(found, 'base64').toString()}`)
    .replace(/(?:\\+u0040|%40)/gi, '@');
  expect(received.length).toBeGreaterThan(0);
  expect(plain).not.toContain(EMAIL);
  expect(plain).toContain('[EMAIL_');
}

/** A body in the sandbox whose hostile part is taken out. */
function takenOut(name: string, path: string, body: HostileRequest['body']): HostileRequest {
  return { name, as: 'sandbox-app', path, body, status: 200, google: withoutAddress };
}

/** A body in the sandbox that is refused, since its hostile part cannot be taken out. */
function refused(name: string, path: string, body: HostileRequest['body']): HostileRequest {
  return { name, as: 'sandbox-app', path, body, status: 403, code: 'CONTENT_BLOCKED' };
}

const user = (parts: readonly unknown[]) => ({ contents: [{ role: 'user', parts }] });
const said = (text: string) => user([{ text }]);
const hello = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] };
const base64 = (text: string) => Buffer.from(text).toString('base64');
const calling = (args: unknown) => ({
  contents: [
    { role: 'user', parts: [{ text: 'Hello' }] },
    {
      role: 'model',
      parts: [{ functionCall: { name: 'f', args }, thoughtSignature: 'skip_thought_signature_validator' }],
    },
    { role: 'user', parts: [{ functionResponse: { name: 'f', response: { ok: true } } }] },
  ],
  tools: [{ functionDeclarations: [{ name: 'f', description: 'Does it.' }] }],
});

/** A list within lists, as deep as a body may be. */
function deep(levels: number, inner: unknown): unknown {
  return levels === 0 ? inner : [deep(levels - 1, inner)];
}

const prompts = each(
  {
    'an escape': JSON.stringify(said('x')).replace('"x"', `"${ESCAPED}"`),
    'a part among others': user([{ text: 'a' }, { text: `b ${EMAIL}` }, { text: 'c' }]),
    'percent-encoded': said(`mailto:${SECRET}%40example.com`),
    'an instruction in camel case': { ...hello, systemInstruction: { parts: [{ text: EMAIL }] } },
    'an instruction in snake case': { ...hello, system_instruction: { parts: [{ text: EMAIL }] } },
    'JSON in a text': said(`{"to":"${ESCAPED}"}`),
    'JSON in JSON in a text': said(JSON.stringify({ a: JSON.stringify({ b: [EMAIL] }) })),
    'inline text': user([
      { text: 'Read.' },
      { inlineData: { mimeType: 'text/plain', data: base64(`I am ${EMAIL}`) } },
    ]),
    'inline text as a picture': user([
      { text: 'Read.' },
      { inline_data: { mime_type: 'image/png', data: base64(`<b>${EMAIL}</b>`) } },
    ]),
    'base64 in a text': said(base64(`I am ${EMAIL}, and I hide.`)),
    'arguments 40 lists deep': calling({ list: deep(36, EMAIL) }),
    'a description of a tool': {
      ...hello,
      tools: [{ functionDeclarations: [{ name: 'f', description: `Writes to ${EMAIL}.` }] }],
    },
    'an enum of a tool': {
      ...hello,
      tools: [
        {
          functionDeclarations: [
            {
              name: 'f',
              description: 'x',
              parameters: { type: 'OBJECT', properties: { to: { type: 'STRING', enum: [EMAIL] } } },
            },
          ],
        },
      ],
    },
    'a sequence to stop at': { ...hello, generationConfig: { stopSequences: [EMAIL] } },
  },
  (body, name) => takenOut(name, GENERATE, body),
);

const surfaces: HostileRequest[] = [
  takenOut('a stream', STREAM, said(EMAIL)),
  takenOut('the history of a chat', CHAT, {
    model: 'gemini-fast',
    messages: [
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: EMAIL },
      { role: 'user', content: [{ type: 'text', text: EMAIL }] },
    ],
  }),
  takenOut('the system of a message', MESSAGES, { ...MESSAGE, system: EMAIL }),
  takenOut('a tool of a message', MESSAGES, {
    ...MESSAGE,
    tools: [{ name: 'f', description: EMAIL, input_schema: { type: 'object', properties: {} } }],
  }),
  takenOut('a text to embed', EMBEDDINGS, { model: 'text-embedding-005', input: EMAIL }),
  takenOut('parameters over gRPC', PREDICT, {
    instances: [[5.1, 3.5, 1.4, 0.2]],
    parameters: { label: EMAIL },
  }),
  takenOut('a response', '/openai/v1/responses', {
    model: 'gemini-fast',
    instructions: EMAIL,
    input: 'Hello',
  }),
  takenOut('a context cache', `/vertex/v1/${PARENT}/cachedContents`, {
    model: GEMINI,
    contents: [{ role: 'user', parts: [{ text: `${EMAIL} `.repeat(2_000) }] }],
  }),
];

const fixed: HostileRequest[] = [
  refused('the name of a function', GENERATE, {
    ...hello,
    tools: [{ functionDeclarations: [{ name: EMAIL, description: 'x' }] }],
  }),
  refused('the id of a tool call', CHAT, {
    model: 'gemini-fast',
    messages: [
      { role: 'user', content: 'Hello' },
      {
        role: 'assistant',
        tool_calls: [{ id: EMAIL, type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: EMAIL, content: 'x' },
    ],
  }),
  refused('a signature of thoughts', GENERATE, user([{ text: 'a', thoughtSignature: EMAIL }])),
  refused(
    'a type of bytes',
    GENERATE,
    user([{ text: 'a' }, { inlineData: { mimeType: `text/${EMAIL}`, data: '' } }]),
  ),
];

/** Requests that hide what the sandbox may not send. */
export const HIDDEN_CONTENT = { content: [...prompts, ...surfaces, ...fixed] } satisfies HostileKind;
