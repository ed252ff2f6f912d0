import fc from 'fast-check';
import { createDetectors } from '../src/detectors.ts';
import { KINDS } from '../src/kinds.ts';

const work = { units: 0 };
const detectors = createDetectors(new Set(Object.keys(KINDS)), [], work);

/** Returns how often each code unit of a text was looked at, in the mean. */
function looksAt(text: string): number {
  work.units = 0;
  detectors.detect(text);
  return work.units / text.length;
}

const ORDINARY = looksAt(
  'The report shows that revenue rose by 12.5 % to 3,400 units in 2024. Please summarise the e-mail from Dr. Miller (ada@example.com). const total = items.map((item) => item.price * 1.19); Call 030 1234567 before 17:30. '.repeat(
    20,
  ),
);
const MOST_LOOKS = 100;

test('looks at a code unit of an ordinary text less than three times', () => {
  expect(ORDINARY).toBeLessThan(3);
});

test('looks at a code unit of prose once', () => {
  const prose = 'The meeting moved to Thursday, since nobody had read it before. '.repeat(50);
  expect(looksAt(prose)).toBe(1);
});

test.each([
  '1 ',
  '(1',
  '12',
  '1,',
  'a@',
  '@',
  '-',
  'aA',
  'é',
  '%4',
  '&#6',
  '\\u00',
  '\u200b',
  '=',
  ': ',
  'rue ',
])(
  'looks at %j, however often it is repeated, at most three times as often as at an ordinary text',
  (part) => {
    expect(looksAt(part.repeat(20_000))).toBeLessThanOrEqual(3 * ORDINARY);
  },
);

const PARTS = [
  '1',
  '12 ',
  '0',
  ' ',
  '-',
  '.',
  ':',
  '=',
  '@',
  '(',
  '+',
  'a',
  'Ab ',
  'eyJ',
  'sk-',
  '-----BEGIN ',
  '://',
  'tel ',
  'key ',
  'name: ',
  'Mr ',
  'born ',
  'gps ',
  'rue ',
  'show ',
  'p:p@',
  'd3JpdGUg',
  '\u0430',
  '%41',
];

test('looks at no text more often than its length allows, and no more at one that is twice as long', () => {
  const motifs = fc
    .array(fc.oneof(fc.constantFrom(...PARTS), fc.string({ maxLength: 3 })), { minLength: 1, maxLength: 6 })
    .map((parts) => parts.join(''))
    .filter((motif) => motif !== '');
  fc.assert(
    fc.property(motifs, (motif) => {
      const once = looksAt(motif.repeat(Math.ceil(8000 / motif.length)));
      expect(once).toBeLessThanOrEqual(MOST_LOOKS);
      expect(looksAt(motif.repeat(Math.ceil(16_000 / motif.length)))).toBeLessThanOrEqual(1.2 * once + 1);
    }),
    { numRuns: 300 },
  );
});
