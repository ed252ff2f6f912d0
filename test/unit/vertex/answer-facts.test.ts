import fc from 'fast-check';
import { readAnswerFacts, TailReader } from '../../../src/vertex/answer-facts.ts';

function answer(text: string, tokens: number, finishReason: string | undefined = 'STOP'): object {
  return {
    candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason }],
    usageMetadata: { promptTokenCount: 3, candidatesTokenCount: tokens, totalTokenCount: 3 + tokens },
    modelVersion: 'gemini-2.5-flash',
  };
}

const FACTS = {
  usage: { inputTokens: 3, outputTokens: 5, totalTokens: 8 },
  finishReason: 'STOP',
  modelVersion: 'gemini-2.5-flash',
};

test.each([0, 2])('usage, finish reason and model version are read from JSON indented by %i', (indent) => {
  expect(readAnswerFacts(JSON.stringify(answer('Hi', 5), null, indent))).toEqual(FACTS);
});

test('the last of several events counts', () => {
  const events = [answer('Hi', 1, undefined), answer(' there', 2, undefined), answer('!', 5)];
  expect(readAnswerFacts(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''))).toEqual(
    FACTS,
  );
  expect(readAnswerFacts(JSON.stringify(events, null, 2))).toEqual(FACTS);
});

test('an answer that tells nothing has no facts', () => {
  for (const text of ['', '{}', '{"predictions":[]}', 'garbage "usageMetadata" "finishReason"']) {
    expect(readAnswerFacts(text)).toEqual({ usage: {} });
  }
});

test('only what the answer tells of its usage is a fact', () => {
  expect(readAnswerFacts('{"usageMetadata":{"promptTokenCount":3}}')).toEqual({ usage: { inputTokens: 3 } });
});

test('a finish reason of an unlikely form is no fact', () => {
  expect(readAnswerFacts('{"finishReason":"<script>"}')).toEqual({ usage: {} });
});

test('no text of the model can pose as a fact or hide one', () => {
  const posing = fc.constantFrom(
    'finishReason',
    'usageMetadata',
    'modelVersion',
    '"finishReason":"EVIL"',
    '\\"finishReason\\":\\"EVIL\\"',
    '"usageMetadata":{"totalTokenCount":0}',
    'x","finishReason":"EVIL","y":"',
  );
  fc.assert(
    fc.property(fc.oneof(posing, fc.string({ unit: 'binary' })), fc.constantFrom(0, 2), (text, indent) => {
      const { modelVersion, ...rest } = answer(text, 5) as Record<string, unknown>;
      const reordered = { modelVersion, usageMetadata: rest.usageMetadata, candidates: rest.candidates };
      expect(readAnswerFacts(JSON.stringify(answer(text, 5), null, indent))).toEqual(FACTS);
      expect(readAnswerFacts(JSON.stringify(reordered, null, indent))).toEqual(FACTS);
    }),
  );
});

async function readAll(chunks: readonly Uint8Array[]) {
  async function* source(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield await Promise.resolve(chunk);
  }
  const tail = new TailReader();
  const passed: Uint8Array[] = [];
  for await (const chunk of tail.read(source())) passed.push(chunk);
  return { tail, passed };
}

test('a stream passes unchanged while its facts are read', async () => {
  const bytes = Buffer.from(`data: ${JSON.stringify(answer('Grüße', 5))}\n\n`);
  const chunks = Array.from(bytes, (_, index) => bytes.subarray(index, index + 1));
  const { tail, passed } = await readAll(chunks);
  expect(Buffer.concat(passed)).toEqual(bytes);
  expect(tail.facts()).toEqual(FACTS);
});

test('facts at the end of a long stream are found', async () => {
  const long = Buffer.from(`data: ${JSON.stringify(answer('x'.repeat(1000), 1))}\n\n`);
  const last = Buffer.from(`data: ${JSON.stringify(answer('!', 5))}\n\n`);
  const { tail } = await readAll([...Array.from({ length: 1000 }, () => long), last]);
  expect(tail.facts()).toEqual(FACTS);
});

test('facts in front of more than 64 KiB are forgotten', async () => {
  const first = Buffer.from(JSON.stringify(answer('Hi', 5)));
  const { tail } = await readAll([first, ...Array.from({ length: 80 }, () => Buffer.alloc(1024, 0x20))]);
  expect(tail.facts()).toEqual({ usage: {} });
});

test('facts can be read before the stream has ended', async () => {
  async function* source(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(Buffer.from('{"usageMetadata":{"promptTokenCount":3}}'));
    yield await Promise.resolve(Buffer.from('never read'));
  }
  const tail = new TailReader();
  await tail.read(source()).next();
  expect(tail.facts()).toEqual({ usage: { inputTokens: 3 } });
});
