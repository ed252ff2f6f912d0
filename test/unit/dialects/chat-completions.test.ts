import fc from 'fast-check';
import { readChatCompletion } from '../../../src/dialects/chat-completions.ts';
import { readCapacity, readOpenAiTier } from '../../../src/dialects/service-tier.ts';
import type { EndpointResource, ModelResource } from '../../../src/governance/call-target.ts';
import type { ChatCompletionsBody } from '../../../src/dialects/vertex-bodies.ts';
import { readJsonAtOnce } from '../../../src/json/read-json.ts';
import type { BytesPayload } from '../../../src/prediction/prediction.ts';
import { authorizedCall } from './authorized-call.ts';
import { anyText } from '@vertex-ai-gateway/test-support/any-text';

const MESSAGES = '"messages":[{"role":"user","content":"Gr\\u00fc\\u00dfe"}]';
const FLASH: ModelResource = { kind: 'model', publisher: 'google', model: 'gemini-3.5-flash' };
const PLACE = authorizedCall();

function read(body: string): BytesPayload {
  const json = readJsonAtOnce(Buffer.from(body));
  const asked = JSON.parse(body) as ChatCompletionsBody;
  const { edits } = readCapacity(() => null, readOpenAiTier(json));
  return readChatCompletion('v1', { json, caches: [] }, asked, { headers: { traceparent: 't' }, edits });
}

function send(body: string, resource: ModelResource | EndpointResource = FLASH): string {
  return Buffer.from(read(body).request({ ...PLACE, resource }).body ?? []).toString();
}

/** The part of the answer that a client gets; unchanged if the payload has no rewrite. */
function receive(body: string, part: string): string {
  const rewrite = read(body).rewrite?.part;
  return rewrite ? Buffer.from(rewrite(Buffer.from(part))).toString() : part;
}

const event = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const TEXT = event({ choices: [{ delta: { content: 'Hi "usage"' } }], usage: null });
const USAGE = event({ choices: [], usage: { total_tokens: 7 } });
const STREAM = `{"model":"google/gemini-3.5-flash","stream":true,${MESSAGES}}`;
const ASKED = STREAM.replace('"stream"', '"stream_options":{"include_usage":true},"stream"');

test('a chat with a publisher’s model goes to the shared endpoint', () => {
  expect(read(STREAM).request({ ...PLACE, resource: FLASH })).toMatchObject({
    method: 'POST',
    path: '/v1/projects/sample-project/locations/us-central1/endpoints/openapi/chat/completions',
    headers: { traceparent: 't' },
  });
});

test('a chat with a custom endpoint goes to that endpoint, with the model’s name unchanged', () => {
  const body = `{"model":"my-own",${MESSAGES}}`;
  const resource: EndpointResource = { kind: 'endpoint', endpoint: '42' };
  expect(read(body).request({ ...PLACE, resource }).path).toBe(
    '/v1/projects/sample-project/locations/us-central1/endpoints/42/chat/completions',
  );
  expect(send(body, resource)).toBe(body);
});

test.each([
  `{ "model" : "google/gemini-3.5-flash" , "temperature":1.0, ${MESSAGES} , "seed":12345678901234567890 }`,
  `{"model":"google/gemini-3.5-flash","stream":false,${MESSAGES}}`,
  `{"model":"google/gemini-3.5-flash","stream":null,"stream_options":null,${MESSAGES}}`,
  ASKED,
])('%s goes on byte for byte', (body) => {
  expect(send(body)).toBe(body);
});

test('an alias becomes the name that Vertex AI knows, and nothing else changes', () => {
  expect(send(`{ "model" : "gemini-fast" ,"temperature":1.0, ${MESSAGES} }`)).toBe(
    `{ "model" : "google/gemini-3.5-flash" ,"temperature":1.0, ${MESSAGES} }`,
  );
});

test('a stream is asked for its usage, whatever else it is asked for', () => {
  expect(send(STREAM)).toBe(`{"stream_options":{"include_usage":true},${STREAM.slice(1)}`);
  expect(send(ASKED.replace('true}', 'false,"more":1}'))).toBe(ASKED.replace('true}', 'true,"more":1}'));
  expect(send(ASKED.replace('{"include_usage":true}', 'null'))).toBe(ASKED);
});

test('a client that did not ask for usage does not get it', () => {
  expect(receive(STREAM, TEXT + USAGE + 'data: [DONE]\n\n')).toBe(`${TEXT}data: [DONE]\n\n`);
  expect(receive(STREAM, USAGE)).toBe('');
  expect(receive(STREAM, `${TEXT}${USAGE.replaceAll('\n', '\r\n')}`)).toBe(TEXT);
});

test('a client that asked for usage gets it', () => {
  expect(receive(ASKED, TEXT + USAGE)).toBe(TEXT + USAGE);
});

test.each([
  event({ choices: [{ delta: { content: 'x' }, finish_reason: 'stop' }], usage: { total_tokens: 1 } }),
  event({ choices: [], prompt_filter_results: [], usage: null }),
  'data: {"usage": broken}\n\n',
  'data: {"usage":\n\n',
  ': "usage"\n\n',
  'data: {"choices":[],"error":{"message":"\\"usage\\""}}\n\n',
])('the event %j reaches a client that did not ask for usage', (part) => {
  expect(receive(STREAM, part)).toBe(part);
});

test('only the event with usage is removed from any stream', () => {
  const text = anyText().map((content) => event({ choices: [{ delta: { content } }], usage: null }));
  fc.assert(
    fc.property(fc.array(fc.oneof(text, fc.constant(USAGE))), (events) => {
      const kept = events.filter((one) => one !== USAGE).join('');
      const part = Buffer.from(events.join(''));
      expect(Buffer.from(read(STREAM).rewrite?.part?.(part) ?? [])).toEqual(Buffer.from(kept));
    }),
  );
});

const SERVED = { choices: [], usage: { extra_properties: { google: { traffic_type: 'ON_DEMAND_FLEX' } } } };

test('a service tier is left out of the body for Google, and stays for a custom container', () => {
  const body = `{"model":"google/gemini-3.5-flash","service_tier":"flex",${MESSAGES}}`;
  expect(send(body)).toBe(`{"model":"google/gemini-3.5-flash",${MESSAGES}}`);
  expect(send(body, { kind: 'endpoint', endpoint: '42' })).toBe(body);
});

test('a client that names a tier is told the one that served it', async () => {
  const whole = read(`{"model":"m","service_tier":"auto",${MESSAGES}}`).rewrite?.whole;
  const told = await whole?.(Buffer.from(JSON.stringify(SERVED)), PLACE);
  expect(Buffer.from(told ?? []).toString()).toBe(
    `{"service_tier":"flex",${JSON.stringify(SERVED).slice(1)}`,
  );
  const asked = ASKED.replace('"stream":', '"service_tier":"flex","stream":');
  expect(receive(asked, `${TEXT}${event(SERVED)}data: [DONE]\r\n\r\n`)).toBe(
    `${TEXT}${event({ service_tier: 'flex', ...SERVED })}data: [DONE]\r\n\r\n`,
  );
});

test('a client that names no tier gets the answer as it is', () => {
  expect(read(`{"model":"m",${MESSAGES}}`).rewrite).toBeUndefined();
  expect(receive(ASKED, event(SERVED))).toBe(event(SERVED));
});

test.each([
  event({ ...SERVED, service_tier: 'own' }),
  event({ choices: [{ delta: { content: '"traffic_type"' } }] }),
  event({ usage: { extra_properties: { google: null } }, note: '"traffic_type"' }),
  'data: {"traffic_type"\n\n',
  ': "traffic_type"\n\n',
])('%j does not tell a tier and passes as it is', (part) => {
  expect(receive(ASKED.replace('"stream":', '"service_tier":"flex","stream":'), part)).toBe(part);
});
