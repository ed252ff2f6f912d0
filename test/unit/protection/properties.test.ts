import fc from 'fast-check';
import type { Answer } from '../../../src/prediction/answer.ts';
import type { Finding } from '../../../src/prediction/finding.ts';
import type { DirectionPlan, ProtectionAction } from '../../../src/governance/protection-plan.ts';
import { readJson, readJsonAtOnce } from '../../../src/json/read-json.ts';
import { createProtection } from '../../../src/protection/create-protection.ts';
import { fakeDetectors } from './fake-detectors.ts';
import { CIRCUMSTANCES, NO_SERVICES } from './fake-services.ts';

const RULE = { id: 'all', reason: 'All of it.' };
const KINDS = ['email', 'payment-card', 'iban'];

function planOf(action: ProtectionAction): DirectionPlan {
  return {
    kinds: new Map(KINDS.map((kind) => [kind, { action, rule: RULE }])),
    refusedMedia: new Map(),
    services: [],
  };
}

/** Sends a body, and gives the answer that a model makes of what it receives. */
async function converse(
  body: unknown,
  { request, response }: { request?: ProtectionAction; response?: ProtectionAction },
  answerTo: (received: string) => Answer,
) {
  const findings: Finding[] = [];
  const call = createProtection(fakeDetectors().create, NO_SERVICES).begin(
    { request: request && planOf(request), response: response && planOf(response) },
    (finding) => findings.push(finding),
    CIRCUMSTANCES,
  );
  const bytes = Buffer.from(JSON.stringify(body));
  const sent = { body: bytes, json: readJsonAtOnce(bytes), contentType: null, query: new URLSearchParams() };
  const received = (await call.protectRequest(sent)) ?? bytes;
  const answer = answerTo(Buffer.from(received).toString());
  return {
    received: Buffer.from(received).toString(),
    answer: (await call.protectAnswer?.(answer)) ?? answer,
    findings,
  };
}

function whole(body: string): Answer {
  return { kind: 'whole', contentType: 'application/json', body: Buffer.from(body), facts: { usage: {} } };
}

function streamed(parts: readonly string[]): Answer {
  const read = async function* () {
    for (const part of parts) yield await Promise.resolve(Buffer.from(part));
  };
  return {
    kind: 'stream',
    contentType: 'text/event-stream',
    framing: 'sse',
    parts: read(),
    facts: () => ({ usage: {} }),
  };
}

async function bytesOf(answer: Answer): Promise<string> {
  if (answer.kind === 'whole') return Buffer.from(answer.body).toString();
  const parts: Uint8Array[] = [];
  for await (const part of answer.parts) parts.push(part);
  return Buffer.concat(parts).toString();
}

const value = fc.constantFrom(
  'ada@example.com',
  'bob.b@example.org',
  '4111111111111111',
  'DE89370400440532013000',
);
const word = fc.oneof(
  fc.string({ maxLength: 12, unit: 'grapheme' }),
  fc.string({ maxLength: 6, unit: 'binary' }),
  fc.constantFrom(
    '[EMAIL_1]',
    '[EMAIL_',
    '[IBAN_12]',
    '[',
    '\ud83d',
    '\ude00',
    '"',
    '\\u0040',
    '{"a":',
    '[[1]',
  ),
);
const text = fc
  .array(fc.oneof({ weight: 2, arbitrary: word }, { weight: 1, arbitrary: value }), { maxLength: 8 })
  .map((words) => words.join(' '));
const message = fc.array(
  fc.oneof(
    text,
    text.map((inner) => JSON.stringify({ inner })),
    text.map((inner) => Buffer.from(inner).toString('base64')),
  ),
  { minLength: 1, maxLength: 4 },
);
const asBody = (texts: readonly string[]) => ({ messages: texts.map((content) => ({ content })) });

test('what the model repeats of a request comes back as the caller sent it', async () => {
  await fc.assert(
    fc.asyncProperty(message, async (texts) => {
      const { answer, received } = await converse(asBody(texts), { request: 'restore' }, whole);
      expect(JSON.parse(await bytesOf(answer))).toEqual(asBody(texts));
      expect(received).not.toContain('ada@example.com');
    }),
  );
});

test('redaction of what is redacted changes nothing and finds nothing', async () => {
  await fc.assert(
    fc.asyncProperty(message, async (texts) => {
      const once = await converse(asBody(texts), { request: 'redact' }, whole);
      const again = await converse(JSON.parse(once.received), { request: 'redact' }, whole);
      expect(again.received).toBe(once.received);
      expect(again.findings).toEqual([]);
    }),
  );
});

/** Cuts a text at any positions, within surrogate pairs too. */
function cut(whole: string, at: readonly number[]): string[] {
  const places = [...new Set(at.map((one) => one % (whole.length + 1)))].toSorted(
    (one, other) => one - other,
  );
  return [...places, whole.length].map((end, index) => whole.slice(places[index - 1] ?? 0, end));
}

const sse = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
const FORMATS: Readonly<Record<string, { piece: (text: string) => string; end: string; pattern: RegExp }>> = {
  gemini: {
    piece: (piece) => sse({ candidates: [{ content: { parts: [{ text: piece }] } }] }),
    end: sse({ candidates: [{ finishReason: 'STOP' }] }),
    pattern: /"text":("(?:[^"\\]|\\.)*")/g,
  },
  claude: {
    piece: (piece) =>
      sse({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: piece } }),
    end: sse({ type: 'content_block_stop', index: 0 }),
    pattern: /"text":("(?:[^"\\]|\\.)*")/g,
  },
  chat: {
    piece: (piece) => sse({ choices: [{ index: 0, delta: { content: piece } }] }),
    end: sse({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
    pattern: /"content":("(?:[^"\\]|\\.)*")/g,
  },
};

test.each(Object.entries(FORMATS))(
  'a stream has the same text and findings wherever it is cut: %s',
  async (_, { piece, end, pattern }) => {
    const read = async (pieces: readonly string[], sent: string) => {
      const { answer, findings } = await converse(
        asBody([sent]),
        { request: 'restore', response: 'redact' },
        () => streamed([...pieces.map(piece), end]),
      );
      const out = [...(await bytesOf(answer)).matchAll(pattern)].map(
        ([, json = '']) => JSON.parse(json) as string,
      );
      return { text: out.join(''), findings: findings.filter(({ direction }) => direction === 'response') };
    };
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(), { maxLength: 6 }), async (answered, at) => {
        const sent = 'I am zoe@example.com';
        expect(await read(cut(answered, at), sent)).toEqual(await read([answered], sent));
      }),
    );
  },
);

test('the longest texts are inspected in turns of 16,384 characters', async () => {
  const longest: number[] = [];
  const take = (piece: string) => {
    longest.push(piece.length);
    return { text: piece, detections: [] };
  };
  const detectors = {
    detect: () => [],
    maximumHeldUnits: 0,
    openStream: () => ({ push: take, end: () => take('') }),
  };
  const digits = Buffer.from(JSON.stringify({ messages: [{ content: '7'.repeat(10_000_000) }] }));
  const json = await readJson(digits);
  const plan = { request: planOf('redact'), response: undefined };
  const call = createProtection(() => Promise.resolve(detectors), NO_SERVICES).begin(
    plan,
    () => undefined,
    CIRCUMSTANCES,
  );
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await call.protectRequest({ body: digits, json, contentType: null, query: new URLSearchParams() });
  isDone = true;
  expect(Math.max(...longest)).toBe(16_384);
  expect(turns).toBeGreaterThanOrEqual(longest.length - 2);
});
