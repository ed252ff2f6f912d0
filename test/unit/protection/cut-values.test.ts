import { createDetectors } from '@vertex-ai-gateway/content-detectors/detectors';
import type { Finding } from '../../../src/prediction/finding.ts';
import type { ProtectionAction } from '../../../src/governance/protection-plan.ts';
import { readJsonAtOnce } from '../../../src/json/read-json.ts';
import { createProtection } from '../../../src/protection/create-protection.ts';
import { CIRCUMSTANCES, NO_SERVICES } from './fake-services.ts';

const RULE = { id: 'customers', reason: 'Customers’ data stays.' };
const KINDS = ['iban', 'email', 'payment-card', 'phone', 'github-token'];

async function protect(body: unknown, action: ProtectionAction = 'redact') {
  const findings: Finding[] = [];
  const protection = createProtection(
    ({ kinds }) => Promise.resolve(createDetectors(new Set(kinds.keys()))),
    NO_SERVICES,
  ).begin(
    {
      request: {
        kinds: new Map(KINDS.map((kind) => [kind, { action, rule: RULE }])),
        refusedMedia: new Map(),
        services: [],
      },
      response: undefined,
    },
    (finding) => findings.push(finding),
    CIRCUMSTANCES,
  );
  const bytes = Buffer.from(JSON.stringify(body));
  const changed = await protection.protectRequest({
    body: bytes,
    json: readJsonAtOnce(bytes),
    contentType: 'application/json',
    query: new URLSearchParams(),
  });
  const sent: unknown = changed === undefined ? body : JSON.parse(Buffer.from(changed).toString());
  return { sent, kinds: findings.map(({ kind }) => kind), protection };
}

const parts = (...texts: string[]) => ({
  contents: [{ role: 'user', parts: texts.map((text) => ({ text })) }],
});

test('replaces a value that is cut over two parts of a message', async () => {
  const { sent, kinds } = await protect(parts('My IBAN is DE89 3704', ' 0044 0532 0130 00. Pay it.'));
  expect(sent).toEqual(parts('My IBAN is [IBAN_1]', '. Pay it.'));
  expect(kinds).toEqual(['iban']);
});

test('replaces a value that is cut over three parts, beside values of the parts', async () => {
  const { sent } = await protect(
    parts('Ask ada@example.com about 4111 11', '11 1111', ' 1111 or grace@example.com'),
  );
  expect(sent).toEqual(parts('Ask [EMAIL_1] about [PAYMENT_CARD_1]', '', ' or [EMAIL_2]'));
});

test('replaces a value that is cut over two messages', async () => {
  const message = (content: string) => ({ role: 'user', content });
  const { sent } = await protect({
    messages: [message('use ghp_1234567890abcdefghij'), message('ABCDEFGHIJ123456')],
  });
  expect(sent).toEqual({ messages: [message('use [GITHUB_TOKEN_1]'), message('')] });
});

test('blocks a value that is cut', async () => {
  await expect(protect(parts('DE89 3704 0044', ' 0532 0130 00'), 'block')).rejects.toMatchObject({
    code: 'CONTENT_BLOCKED',
    message: expect.stringContaining('contents[0].parts[0].text') as string,
  });
});

test('replaces a value that is cut between the end and the beginning of long texts', async () => {
  const prose = 'Nothing to see in these words. '.repeat(200);
  const { sent } = await protect(parts(`${prose}DE89 3704 0044`, ` 0532 0130 00 ${prose}`));
  expect(sent).toEqual(parts(`${prose}[IBAN_1]`, ` ${prose}`));
});

test.each([
  ['numbers that meet', ['call 415', '5552671 of them']],
  ['an address before which a word stands', ['see ada', '@ the office']],
  ['a value with a mark between', ['DE89 3704 0044', '; 0532 0130 00']],
])('leaves %s as they are', async (_, texts) => {
  const { sent } = await protect(parts(...texts));
  expect(sent).toEqual(parts(...texts));
});

test('does not join the texts of instances, which have nothing to do with each other', async () => {
  const body = { instances: [{ content: 'DE89 3704 0044' }, { content: ' 0532 0130 00' }] };
  const { sent } = await protect(body);
  expect(sent).toEqual(body);
});

test('an address that stands in one text alone does not reach into the text before', async () => {
  const { sent } = await protect(parts('write to bob', 'ada@example.com today'));
  expect(sent).toEqual(parts('write to bob', '[EMAIL_1] today'));
});
