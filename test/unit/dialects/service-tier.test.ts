import fc from 'fast-check';
import {
  openAiTierOf,
  readCapacity,
  readClaudeCapacity,
  readGoogleTier,
  readOpenAiTier,
  readRequestType,
} from '../../../src/dialects/service-tier.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { readJsonAtOnce } from '../../../src/json/read-json.ts';

const REQUEST_TYPE = 'x-vertex-ai-llm-request-type';
const SHARED = 'x-vertex-ai-llm-shared-request-type';

function headerOf(sent: Readonly<Record<string, string>>): (name: string) => string | null {
  return (name) => sent[name] ?? null;
}

function json(value: object) {
  return readJsonAtOnce(Buffer.from(JSON.stringify(value)));
}

function refusal(read: () => unknown): GatewayError {
  try {
    read();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

test.each(['flex', 'priority'])('the header %s asks for the tier and goes on', (tier) => {
  expect(readCapacity(headerOf({ [SHARED]: tier, [REQUEST_TYPE]: 'shared' }))).toEqual({
    target: { serviceTier: tier },
    headers: { [REQUEST_TYPE]: 'shared', [SHARED]: tier },
    edits: {},
  });
});

test.each(['dedicated', ' shared ,'])('the request type %j goes on', (sent) => {
  expect(readRequestType(headerOf({ [REQUEST_TYPE]: sent }))).toEqual({
    [REQUEST_TYPE]: sent.replace(/[ ,]/g, ''),
  });
});

test('a call without headers and members asks for nothing', () => {
  const nothing = { target: {}, headers: {}, edits: {} };
  expect(readCapacity(headerOf({}))).toEqual(nothing);
  expect(readCapacity(headerOf({ [SHARED]: ' , ' }), readOpenAiTier(json({ service_tier: null })))).toEqual(
    nothing,
  );
});

test.each([
  [SHARED, 'standard'],
  [SHARED, 'Flex'],
  [SHARED, 'flex, priority'],
  [REQUEST_TYPE, 'shared, dedicated'],
  [REQUEST_TYPE, 'free'],
])('the header %s: %s is refused by its name, without its value', (name, value) => {
  const error = refusal(() => readCapacity(headerOf({ [name]: value })));
  expect(error.code).toBe('INVALID_REQUEST');
  expect(error.violations).toEqual([
    { field: name, description: expect.stringMatching(/^must be /) as string },
  ]);
});

test('any text in a header is a tier or refused', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), (value) => {
      const read = () => readCapacity(headerOf({ [SHARED]: value })).target.serviceTier;
      const isEmpty = value.split(',').every((part) => part.trim() === '');
      if (isEmpty) expect(read()).toBeUndefined();
      else if (/^[\s,]*(flex|priority)[\s,]*$/.test(value)) expect(read()).toBeDefined();
      else expect(refusal(read).code).toBe('INVALID_REQUEST');
    }),
  );
});

test.each([
  [{ service_tier: 'auto' }, { target: {}, headers: {}, edits: { service_tier: undefined } }],
  [{ service_tier: 'default' }, { target: {}, headers: {}, edits: { service_tier: undefined } }],
  [
    { service_tier: 'flex' },
    { target: { serviceTier: 'flex' }, headers: { [SHARED]: 'flex' }, edits: { service_tier: undefined } },
  ],
])('OpenAI’s %j becomes the header', (body, expected) => {
  expect(readCapacity(headerOf({}), readOpenAiTier(json(body)))).toEqual(expected);
});

test.each([
  ['flex', 'flex'],
  ['SERVICE_TIER_PRIORITY', 'priority'],
  ['standard', undefined],
  ['SERVICE_TIER_UNSPECIFIED', undefined],
])('Google’s serviceTier %s becomes the header', (name, tier) => {
  for (const field of ['serviceTier', 'service_tier'])
    expect(readGoogleTier(json({ [field]: name }))).toEqual({ field, tier });
});

test.each([
  () => readOpenAiTier(json({ service_tier: 'scale' })),
  () => readOpenAiTier(json({ service_tier: 7 })),
  () => readOpenAiTier(json({ service_tier: 'x'.repeat(200) })),
  () => readGoogleTier(json({ serviceTier: 'turbo' })),
  () => readGoogleTier(json({ serviceTier: 2 })),
  () => readGoogleTier(json({ serviceTier: 'standard', service_tier: 'priority' })),
  () => readCapacity(headerOf({ [SHARED]: 'priority' }), readOpenAiTier(json({ service_tier: 'flex' }))),
  () => readCapacity(headerOf({ [SHARED]: 'priority' }), readOpenAiTier(json({ service_tier: 'auto' }))),
])('%s is refused by the member', (read) => {
  const { code, violations } = refusal(read);
  expect(code).toBe('INVALID_REQUEST');
  expect(violations[0]?.field).toMatch(/^service_?[tT]ier$/);
});

test('Anthropic’s standard_only does without bought throughput, and auto changes nothing', () => {
  expect(readClaudeCapacity(headerOf({}), json({ service_tier: 'standard_only' })).headers).toEqual({
    [REQUEST_TYPE]: 'shared',
  });
  expect(readClaudeCapacity(headerOf({}), json({ service_tier: 'auto' })).headers).toEqual({});
  expect(readClaudeCapacity(headerOf({ [REQUEST_TYPE]: 'dedicated' }), json({})).headers).toEqual({
    [REQUEST_TYPE]: 'dedicated',
  });
});

test('standard_only beside the header that demands bought throughput is refused', () => {
  const read = () =>
    readClaudeCapacity(headerOf({ [REQUEST_TYPE]: 'dedicated' }), json({ service_tier: 'standard_only' }));
  expect(refusal(read).violations[0]?.field).toBe('service_tier');
});

test.each([
  ['ON_DEMAND', 'default'],
  ['ON_DEMAND_FLEX', 'flex'],
  ['ON_DEMAND_PRIORITY', 'priority'],
  ['PROVISIONED_THROUGHPUT', 'scale'],
  ['constructor', undefined],
  [undefined, undefined],
])('the traffic type %s is OpenAI’s tier %s', (trafficType, tier) => {
  expect(openAiTierOf(trafficType)).toBe(tier);
});
