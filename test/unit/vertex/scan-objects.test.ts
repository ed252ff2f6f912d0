import fc from 'fast-check';
import { createObjectScanner } from '../../../src/vertex/scan-objects.ts';
import { anyText } from '@vertex-ai-gateway/test-support/any-text';

const told = (text: string, tokens: number) => ({ text, usage: { total_tokens: tokens } });

function scan(...chunks: readonly (string | Buffer)[]): object[] {
  const scanner = createObjectScanner();
  return chunks.flatMap((chunk) => scanner(Buffer.from(chunk)));
}

test('objects are found one behind another, in lines and in a list', () => {
  const [one, other] = [told('a', 1), told('b', 2)];
  for (const between of ['', '\n', ' ,\r\n'])
    expect(scan(JSON.stringify(one) + between + JSON.stringify(other))).toEqual([one, other]);
  expect(scan(JSON.stringify([one, other], null, 2))).toEqual([one, other]);
});

test('what is in an object, or no object, or tells nothing, is none', () => {
  expect(scan('"usage" [1, 2] }} {"text":"\\"usage\\": {"} {"usage":nothing}')).toEqual([]);
  expect(scan(JSON.stringify({ inner: told('a', 1) }))).toEqual([{ inner: told('a', 1) }]);
});

test('where chunks are cut changes nothing, whatever the texts are', () => {
  const texts = fc.array(anyText(), { maxLength: 4 });
  fc.assert(
    fc.property(texts, fc.nat({ max: 40 }), (all, size) => {
      const objects = all.map((text, index) => told(`${text}"}{\\`, index));
      const bytes = Buffer.from(objects.map((one) => JSON.stringify(one)).join('\n'));
      const length = size + 1;
      const chunks = Array.from({ length: Math.ceil(bytes.length / length) }, (_, index) =>
        bytes.subarray(index * length, (index + 1) * length),
      );
      expect(scan(...chunks)).toEqual(objects);
    }),
  );
});

test('an object that is too long is passed over, and the next one found', () => {
  const long = JSON.stringify(told('x'.repeat(5 * 1_048_576), 1));
  expect(scan(long.slice(0, 9), long.slice(9), JSON.stringify(told('b', 2)))).toEqual([told('b', 2)]);
});
