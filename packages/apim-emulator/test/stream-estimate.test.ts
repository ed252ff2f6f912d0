import fc from 'fast-check';
import { StreamEstimate } from '../src/engine/stream-estimate.ts';

function estimate(chunks: readonly Uint8Array[]): number {
  const tokens = new StreamEstimate();
  for (const chunk of chunks) tokens.add(chunk);
  return tokens.finish();
}

test('how a stream is cut makes no difference', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.array(fc.nat()), (texts, cuts) => {
      const stream = texts.map((text) => `data: ${JSON.stringify({ delta: { text } })}\n\n`).join('');
      const bytes = new TextEncoder().encode(stream);
      const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
      const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
      expect(estimate(chunks)).toBe(estimate([bytes]));
    }),
  );
});

test('Vertex AI is read without alt=sse, too: an array over many lines, or one event a line', () => {
  const event = (text: string): unknown => ({ candidates: [{ content: { parts: [{ text }] } }] });
  const events = [event('12345678'), event('1234')];
  const lines = JSON.stringify(events, null, 2);
  const compact = `[${events.map((one) => JSON.stringify(one)).join('\n,\n')}]`;
  expect([lines, compact].map((text) => estimate([new TextEncoder().encode(text)]))).toEqual([3, 3]);
});

test('what is no event counts nothing, and an endless line is bounded', () => {
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  expect(estimate([text('data: [DONE]\n: comment\nnot json {\n\n{"usage":{"total_tokens":9}}')])).toBe(0);
  expect(estimate([text('x'.repeat(2_000_000)), text('y')])).toBe(500_000);
});
