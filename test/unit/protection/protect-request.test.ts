import type { Finding } from '../../../src/prediction/finding.ts';
import type { GatewayError } from '../../../src/errors/gateway-error.ts';
import type { DirectionPlan, Medium, ProtectionAction } from '../../../src/governance/protection-plan.ts';
import { readJsonAtOnce } from '../../../src/json/read-json.ts';
import { createProtection } from '../../../src/protection/create-protection.ts';
import { fakeDetectors } from './fake-detectors.ts';
import { CIRCUMSTANCES, NO_SERVICES } from './fake-services.ts';

const RULE = { id: 'customers', reason: 'Customers’ data stays.' };
const PDF = Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3 and more of it', 'latin1').toString('base64');
const PNG = Buffer.from('\x89PNG\r\n\x1a\n and the rest of a picture', 'latin1').toString('base64');
const EMAIL = 'ada@example.com';
const CARD = '4111111111111111';

function planOf(
  actions: Readonly<Record<string, ProtectionAction>>,
  media: readonly Medium[] = [],
): DirectionPlan {
  return {
    kinds: new Map(Object.entries(actions).map(([kind, action]) => [kind, { action, rule: RULE }])),
    refusedMedia: new Map(media.map((medium) => [medium, RULE])),
    services: [],
  };
}

interface Options {
  readonly actions?: Readonly<Record<string, ProtectionAction>>;
  readonly media?: readonly Medium[];
  readonly query?: string;
  readonly contentType?: string;
  /** Undefined for a body that is no JSON. */
  readonly isJson?: boolean;
}

async function protect(
  body: unknown,
  {
    actions = { email: 'redact', 'payment-card': 'redact', phone: 'redact' },
    media,
    query = '',
    contentType,
    isJson = true,
  }: Options = {},
) {
  const findings: Finding[] = [];
  const protection = createProtection(fakeDetectors().create, NO_SERVICES).begin(
    { request: planOf(actions, media), response: undefined },
    (finding) => findings.push(finding),
    CIRCUMSTANCES,
  );
  const bytes = Buffer.isBuffer(body)
    ? body
    : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const changed = await protection.protectRequest({
    body: bytes,
    json: isJson ? readJsonAtOnce(bytes) : undefined,
    contentType: contentType ?? null,
    query: new URLSearchParams(query),
  });
  return { changed: changed && Buffer.from(changed).toString(), findings };
}

async function redacted(body: unknown, options?: Options): Promise<unknown> {
  const { changed } = await protect(body, options);
  return changed === undefined ? body : JSON.parse(changed);
}

async function blocked(body: unknown, options?: Options): Promise<{ error: GatewayError }> {
  return protect(body, options).then(
    () => {
      throw new Error('it was not blocked');
    },
    (error: unknown) => ({ error: error as GatewayError }),
  );
}

test('a body without a value stays the same bytes', async () => {
  expect(await protect({ contents: [{ parts: [{ text: 'Hello' }] }] })).toEqual({
    changed: undefined,
    findings: [],
  });
});

test.each<[what: string, body: unknown, sent: unknown]>([
  [
    'a text',
    { contents: [{ parts: [{ text: `To ${EMAIL}` }] }] },
    { contents: [{ parts: [{ text: 'To [EMAIL_1]' }] }] },
  ],
  [
    'a system instruction',
    { system_instruction: { parts: [{ text: EMAIL }] } },
    { system_instruction: { parts: [{ text: '[EMAIL_1]' }] } },
  ],
  [
    'the arguments of a function call',
    { contents: [{ parts: [{ functionCall: { name: 'send', args: { to: [EMAIL], id: EMAIL } } }] }] },
    {
      contents: [
        { parts: [{ functionCall: { name: 'send', args: { to: ['[EMAIL_1]'], id: '[EMAIL_1]' } } }] },
      ],
    },
  ],
  [
    'the description of a tool',
    {
      tools: [{ functionDeclarations: [{ name: 'f', description: EMAIL, parameters: { enum: [EMAIL] } }] }],
      contents: [],
    },
    {
      tools: [
        {
          functionDeclarations: [
            { name: 'f', description: '[EMAIL_1]', parameters: { enum: ['[EMAIL_1]'] } },
          ],
        },
      ],
      contents: [],
    },
  ],
  ['instances', { instances: [{ a: { b: [EMAIL] } }] }, { instances: [{ a: { b: ['[EMAIL_1]'] } }] }],
  [
    'a number of an instance',
    { instances: [{ card: Number(CARD) }] },
    { instances: [{ card: '[PAYMENT_CARD_1]' }] },
  ],
  [
    'a number that the name explains',
    { instances: [{ phone: 301234567 }] },
    { instances: [{ phone: '[PHONE_1]' }] },
  ],
  ['a number of a container’s own body', { card: Number(CARD) }, { card: '[PAYMENT_CARD_1]' }],
  [
    'a number in an unexpected place',
    { contents: [], seed: Number(CARD) },
    { contents: [], seed: '[PAYMENT_CARD_1]' },
  ],
  [
    'a member that no API has',
    { contents: [], extra: { deep: [[EMAIL]] } },
    { contents: [], extra: { deep: [['[EMAIL_1]']] } },
  ],
  ['labels', { contents: [], labels: { owner: EMAIL } }, { contents: [], labels: { owner: '[EMAIL_1]' } }],
])('replaces a value in %s', async (_, body, sent) => {
  expect(await redacted(body)).toEqual(sent);
});

test('every byte but the values stays as it is', async () => {
  const { changed } = await protect(
    `{ "contents" : [ {"parts":[{"text":"a ${EMAIL} é\\u00e9"} ]}],"x": 1.50 }`,
  );
  expect(changed).toBe('{ "contents" : [ {"parts":[{"text":"a [EMAIL_1] éé"} ]}],"x": 1.50 }');
});

test('the same value has the same placeholder, and another value another', async () => {
  const body = { messages: [{ role: 'user', content: `${EMAIL} ${EMAIL} bob@example.com ${CARD}` }] };
  expect(await redacted(body)).toEqual({
    messages: [{ role: 'user', content: '[EMAIL_1] [EMAIL_1] [EMAIL_2] [PAYMENT_CARD_1]' }],
  });
});

test.each([
  ['a text', { messages: [{ content: 'I wrote [EMAIL_1] here' }, { content: EMAIL }] }],
  ['a text after the value', { messages: [{ content: EMAIL }, { content: '[EMAIL_1]' }] }],
  ['the name of a member', { messages: [{ content: EMAIL }], args: { '[EMAIL_1]': 1 } }],
  ['JSON in a text', { messages: [{ content: EMAIL }, { content: '{"a":"\\u005bEMAIL_1]"}' }] }],
  [
    'base64',
    { messages: [{ content: EMAIL }, { content: Buffer.from('It says [EMAIL_1].').toString('base64') }] },
  ],
])('no placeholder is one that the caller has written in %s', async (_, body) => {
  expect(JSON.stringify(await redacted(body))).toContain('[EMAIL_2]');
});

test.each<[what: string, text: string, sent: string]>([
  ['an object', `{"to":"${EMAIL}","n":1}`, '{"to":"[EMAIL_1]","n":1}'],
  ['an escape in it', '{"to":"ada\\u0040example.com"}', '{"to":"[EMAIL_1]"}'],
  ['a number in it', `{"card":${CARD}}`, '{"card":"[PAYMENT_CARD_1]"}'],
  ['JSON in JSON', JSON.stringify({ a: JSON.stringify({ b: EMAIL }) }), '{"a":"{\\"b\\":\\"[EMAIL_1]\\"}"}'],
  ['a text in quotes', '"ada\\u0040example.com"', '"[EMAIL_1]"'],
  ['a value in the name’s context', '{"phone":"301234567"}', '{"phone":"[PHONE_1]"}'],
])('JSON in a text stays JSON: %s', async (_, text, sent) => {
  const toolCall = (args: string) => ({
    messages: [{ tool_calls: [{ function: { name: 'f', arguments: args } }] }],
  });
  expect(await redacted(toolCall(text))).toEqual(toolCall(sent));
});

test.each<[what: string, part: (text: string) => unknown]>([
  ['inline data', (text) => ({ inlineData: { mimeType: 'text/plain', data: base64(text) } })],
  [
    'inline data of a wrong type',
    (text) => ({ inline_data: { mime_type: 'image/png', data: base64(text) } }),
  ],
  ['inline data without a type', (text) => ({ inlineData: { data: base64(text) } })],
  [
    'a source of Anthropic’s',
    (text) => ({ source: { type: 'base64', media_type: 'text/csv', data: base64(text) } }),
  ],
  [
    'an address of the scheme data',
    (text) => ({ image_url: { url: `data:text/html;base64,${base64(text)}` } }),
  ],
  ['percent-encoded data', (text) => ({ image_url: { url: `data:text/plain,${encodeURIComponent(text)}` } })],
  ['base64 in a text', (text) => ({ text: base64(text) })],
])('text in %s is inspected and encoded again', async (_, part) => {
  const body = (text: string) => ({ contents: [{ parts: [part(text)] }] });
  expect(await redacted(body(`Write to ${EMAIL}.`))).toEqual(body('Write to [EMAIL_1].'));
});

test('text in UTF-16 and text in an unknown encoding are inspected', async () => {
  const part = (bytes: Buffer) => ({
    parts: [{ inlineData: { mimeType: 'text/plain', data: bytes.toString('base64') } }],
  });
  const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
  expect(await redacted({ contents: [part(utf16(`An ${EMAIL}`))] })).toEqual({
    contents: [part(utf16('An [EMAIL_1]'))],
  });
  const latin1 = (text: string) => Buffer.from(text, 'latin1');
  expect(await redacted({ contents: [part(latin1(`Für ${EMAIL}`))] })).toEqual({
    contents: [part(latin1('Für [EMAIL_1]'))],
  });
});

test.each<[medium: Medium, part: unknown]>([
  ['image', { inlineData: { mimeType: 'image/png', data: PNG } }],
  ['image', { inlineData: { mimeType: 'text/plain', data: PNG } }],
  ['image', { text: PNG }],
  ['image', { image_url: { url: `data:application/octet-stream;base64,${PNG}` } }],
  ['image', { type: 'image_url', image_url: { url: 'https://example.com/1' } }],
  ['image', { type: 'image', source: { type: 'url', url: 'https://example.com/image/1' } }],
  [
    'document',
    { inlineData: { mimeType: 'application/octet-stream', data: Buffer.alloc(64, 0xee).toString('base64') } },
  ],
  ['audio', { fileData: { mimeType: 'audio/mpeg', fileUri: 'gs://bucket/a.mp3' } }],
  ['audio', { input_audio: { format: 'wav', data: Buffer.alloc(64, 1).toString('base64') } }],
  ['video', { video: { gcsUri: 'gs://bucket/v' } }],
  ['document', { inlineData: { mimeType: 'application/pdf', data: PDF } }],
  ['document', { inlineData: { mimeType: 'image/png', data: PDF } }],
])('a rule that refuses the medium %s refuses %j', async (medium, part) => {
  const { error } = await blocked({ contents: [{ parts: [part] }] }, { actions: {}, media: [medium] });
  expect(error).toMatchObject({ code: 'CONTENT_BLOCKED' });
  expect(error.message).toContain(`is of the medium ${medium}, which is blocked by the rule customers`);
  const others = (['image', 'audio', 'video', 'document'] as const).filter((other) => other !== medium);
  if (!JSON.stringify(part).includes(PDF) || !JSON.stringify(part).includes('image/png'))
    await expect(
      protect({ contents: [{ parts: [part] }] }, { actions: {}, media: others }),
    ).resolves.toBeDefined();
});

test('a value to block refuses the call, with kind, place and rule, and never the value', async () => {
  const { error } = await blocked(
    { contents: [{ parts: [{}, { text: EMAIL }] }] },
    { actions: { email: 'block' } },
  );
  expect(error).toMatchObject({
    code: 'CONTENT_BLOCKED',
    facts: { status: 403, canonical: 'PERMISSION_DENIED' },
    violations: [
      {
        field: 'contents[0].parts[1].text',
        description:
          'holds an e-mail address (email), which is blocked by the rule customers: Customers’ data stays.',
      },
    ],
  });
  expect(error.message).toBe(
    'The call was not sent, because of what it contains: contents[0].parts[1].text holds an e-mail address (email), which is blocked by the rule customers: Customers’ data stays.',
  );
  expect(JSON.stringify(error) + error.message).not.toContain(EMAIL);
});

test('an error lists ten values at most', async () => {
  const parts = Array.from({ length: 30 }, () => ({ text: EMAIL }));
  const { error } = await blocked({ contents: [{ parts }] }, { actions: { email: 'block' } });
  expect(error.violations).toHaveLength(10);
});

test.each([
  [
    'an address',
    {
      contents: [
        { parts: [{ fileData: { mimeType: 'text/csv', fileUri: `https://a.example/?q=${EMAIL}` } }] },
      ],
    },
  ],
  ['a place of an instance', { instances: [{ file: `gs://bucket/${EMAIL}/1.csv` }] }],
  ['an id', { messages: [{ role: 'tool', tool_call_id: EMAIL, content: 'x' }] }],
  ['the name of a function', { contents: [{ parts: [{ functionCall: { name: EMAIL } }] }] }],
])('a value that cannot be taken out of %s refuses the call', async (_, body) => {
  const { error } = await blocked(body);
  expect(error.code).toBe('CONTENT_BLOCKED');
  expect(error.message).toContain('which cannot be taken out here, as is asked by the rule customers');
});

test('a value in the query refuses the call', async () => {
  const { error } = await blocked({}, { query: `filter=${encodeURIComponent(EMAIL)}` });
  expect(error.violations).toMatchObject([{ field: 'filter' }]);
});

test('findings are counted one by one with kind, action and detector', async () => {
  const body = { messages: [{ content: `${EMAIL} ${CARD}` }, { content: EMAIL }] };
  const { findings } = await protect(body, { actions: { email: 'allow', 'payment-card': 'redact' } });
  const email = { kind: 'email', direction: 'request', action: 'allow', detector: 'email-pattern', count: 1 };
  const card = { ...email, kind: 'payment-card', action: 'redact', detector: 'payment-card-pattern' };
  expect(findings).toEqual([email, card, email]);
});

test('a body that is no JSON is inspected as text', async () => {
  const csv = await protect(`name,mail\nAda,${EMAIL}\n`, { isJson: false, contentType: 'text/csv' });
  expect(csv.changed).toBe('name,mail\nAda,[EMAIL_1]\n');
  const binary = await protect(Buffer.from(PNG, 'base64'), { isJson: false, contentType: 'image/png' });
  expect(binary.changed).toBeUndefined();
  const { error } = await blocked(Buffer.from(PNG, 'base64'), {
    isJson: false,
    contentType: 'text/plain',
    media: ['image'],
  });
  expect(error.code).toBe('CONTENT_BLOCKED');
});

test('half of a surrogate pair stays what it is', async () => {
  const { changed } = await protect(`{"contents":[{"parts":[{"text":"\\ud83d ${EMAIL} \\ude00"}]}]}`);
  expect(changed).toBe('{"contents":[{"parts":[{"text":"\\ud83d [EMAIL_1] \\ude00"}]}]}');
});

test('detectors that could not be made are made again for the next call', async () => {
  const plan = { request: planOf({ email: 'redact' }), response: undefined };
  const { create } = fakeDetectors();
  let made = 0;
  const protection = createProtection((asked) => {
    made += 1;
    return made === 1 ? Promise.reject(new Error('no memory')) : create(asked);
  }, NO_SERVICES);
  const body = Buffer.from(JSON.stringify({ messages: [{ content: EMAIL }] }));
  const sent = { body, json: readJsonAtOnce(body), contentType: null, query: new URLSearchParams() };
  const protect = () => protection.begin(plan, () => undefined, CIRCUMSTANCES).protectRequest(sent);
  await expect(protect()).rejects.toThrow('no memory');
  expect(Buffer.from((await protect()) ?? '').toString()).toContain('[EMAIL_1]');
});

test('a body of a plan without rules for requests is not inspected', async () => {
  const detectors = fakeDetectors();
  const protection = createProtection(detectors.create, NO_SERVICES).begin(
    { request: undefined, response: planOf({}) },
    () => undefined,
    CIRCUMSTANCES,
  );
  const body = Buffer.from(JSON.stringify({ contents: [{ parts: [{ text: EMAIL }] }] }));
  const sent = { body, json: readJsonAtOnce(body), contentType: null, query: new URLSearchParams() };
  expect(await protection.protectRequest(sent)).toBeUndefined();
  expect([detectors.made(), detectors.asked()]).toEqual([0, 0]);
});

test('redaction of what is redacted changes nothing', async () => {
  const body = { messages: [{ content: `${EMAIL} ${CARD} {"a":1}` }, { content: `{"phone":"301234567"}` }] };
  const once = await redacted(body);
  expect(await protect(once)).toEqual({ changed: undefined, findings: [] });
});

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
