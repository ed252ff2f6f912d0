import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { createDetectors } from '../src/detectors.ts';
import type { Detection } from '../src/detectors.ts';
import { KINDS } from '../src/kinds.ts';

const detectors = createDetectors(new Set(Object.keys(KINDS)));
const SAMPLES = readFileSync(`${__dirname}/samples.txt`, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(`"${line}"`) as string);

/** Sends a text in pieces. @returns what came out, and the detections with positions in the whole. */
function stream(pieces: readonly string[]): { text: string; detections: Detection[]; mostHeld: number } {
  const opened = detectors.openStream();
  let text = '';
  let sent = 0;
  let mostHeld = 0;
  const detections: Detection[] = [];
  for (const piece of [...pieces, undefined]) {
    const decided = piece === undefined ? opened.end() : opened.push(piece);
    for (const found of decided.detections) {
      expect(found.end).toBeLessThanOrEqual(decided.text.length);
      detections.push({ ...found, start: found.start + text.length, end: found.end + text.length });
    }
    text += decided.text;
    sent += piece?.length ?? 0;
    mostHeld = Math.max(mostHeld, sent - text.length);
  }
  return { text, detections, mostHeld };
}

test.each(SAMPLES)('finds the same wherever it is cut once: %s', (sample) => {
  const whole = detectors.detect(sample);
  for (let cut = 0; cut <= sample.length; cut++)
    expect(stream([sample.slice(0, cut), sample.slice(cut)])).toMatchObject({
      text: sample,
      detections: whole,
    });
});

test.each(SAMPLES)('finds the same unit by unit: %s', (sample) => {
  expect(stream(sample.split(''))).toMatchObject({ text: sample, detections: detectors.detect(sample) });
});

test('finds the same in any text of samples, wherever it is cut', () => {
  const texts = fc
    .array(fc.oneof(fc.constantFrom(...SAMPLES), fc.string({ unit: 'binary', maxLength: 12 })), {
      minLength: 1,
      maxLength: 8,
    })
    .map((parts) => parts.join(' '));
  fc.assert(
    fc.property(texts, fc.array(fc.nat(600), { minLength: 1, maxLength: 12 }), (text, cuts) => {
      const places = [
        0,
        ...cuts.map((cut) => Math.min(cut, text.length)).toSorted((a, b) => a - b),
        text.length,
      ];
      const pieces = places.slice(1).map((place, index) => text.slice(places[index], place));
      expect(stream(pieces)).toMatchObject({ text, detections: detectors.detect(text) });
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['digits', '0123456789'],
  ['signs of addresses', '@'],
  ['the beginning of a key', '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC'],
  ['what nobody sees', '\u200b'],
  ['base64', 'd3JpdGUgdG8gYWRhQGV4YW1wbGUuY29tIHRvZGF5'],
  ['half characters', '\ud835'],
  ['open escapes', '&#000'],
])('holds no more than it says of %s', (_, part) => {
  const pieces = new Array<string>(2000).fill(part.repeat(Math.ceil(40 / part.length)));
  const { text, mostHeld } = stream(pieces);
  expect(text).toBe(pieces.join(''));
  expect(mostHeld).toBeLessThanOrEqual(detectors.maximumHeldUnits + 80);
});

test('holds a word of prose and no more', () => {
  const prose = 'The meeting moved to Thursday, since nobody had read the report before. ';
  const { mostHeld } = stream(prose.repeat(20).split(''));
  expect(mostHeld).toBeLessThanOrEqual(12);
});
