import { createDetectors } from '../src/detectors.ts';
import { CHECKSUM_NAMES, compileDetector } from '../src/own/compile-detector.ts';
import type { DetectorDefinition } from '../src/own/compile-detector.ts';

function findIn(text: string, definition: Omit<DetectorDefinition, 'name'>): string[] {
  const own = compileDetector({ name: 'customer', ...definition });
  const detectors = createDetectors(new Set(['customer']), [own]);
  const whole = detectors.detect(text).map(({ start, end }) => text.slice(start, end));
  const stream = detectors.openStream();
  const pieces = [...text.split('').map((unit) => stream.push(unit)), stream.end()];
  expect(
    pieces.flatMap(({ text: piece, detections }) =>
      detections.map(({ start, end }) => piece.slice(start, end)),
    ),
  ).toEqual(whole);
  return whole;
}

test('finds what a pattern matches where a word begins', () => {
  expect(findIn('Customer KD-123456, not XKD-123456 or KD-12345.', { pattern: 'KD-\\d{6}' })).toEqual([
    'KD-123456',
  ]);
});

test('finds a value of several words', () => {
  expect(findIn('file 12 / 2024 is open', { pattern: '\\d{2} / \\d{4}' })).toEqual(['12 / 2024']);
});

test('takes any case when the pattern says so', () => {
  expect(findIn('kd-123456', { pattern: '(?i)KD-\\d{6}' })).toEqual(['kd-123456']);
});

test('finds full-width digits', () => {
  expect(findIn('KD-１２３４５６', { pattern: 'KD-\\d{6}' })).toEqual(['KD-１２３４５６']);
});

test('finds a value only when its checksum holds', () => {
  expect(findIn('79927398713 79927398710', { pattern: '\\d{11}', checksum: 'luhn' })).toEqual([
    '79927398713',
  ]);
});

test('finds a value only when a phrase of its context stands before', () => {
  const definition = { pattern: '\\d{6}', context: ['customer number', 'Kundennummer'] };
  expect(findIn('Customer Number 123456', definition)).toEqual(['123456']);
  expect(findIn(`Kundennummer: ${'x '.repeat(60)}123456`, definition)).toEqual([]);
  expect(findIn('order 123456', definition)).toEqual([]);
});

test('finds words of the deny list in any case, and not within others', () => {
  const words = ['Project Nightingale', 'Größenwahn'];
  expect(findIn('About project nightingale, GRÖSSENWAHN, größenwahn, nightingale', { words })).toEqual([
    'project nightingale',
    'größenwahn',
  ]);
  expect(findIn('project nightingales', { words })).toEqual([]);
});

test.each([
  ['a*', 'it matches the empty text'],
  ['(?:a|b?)', 'it matches the empty text'],
  ['\\b', 'it matches the empty text'],
  ['KD-\\d+', 'it repeats without an end. Give a bound, as in {1,20}'],
  ['KD-\\d{3,}', 'it repeats without an end. Give a bound, as in {1,20}'],
  ['\\w{200}\\w{200}', 'it matches 400 characters, and at most 256 are possible'],
  ['(?=a)b', ''],
  ['(a)\\1', ''],
  ['[a', ''],
  ['a(?i)b', 'it has a flag within. Only (?i) at its beginning is known'],
])('refuses the pattern %s', (pattern, reason) => {
  const compile = () => compileDetector({ name: 'customer', pattern });
  expect(compile).toThrow(`the pattern cannot be used: ${reason}`);
});

test('refuses a checksum that nobody knows', () => {
  expect(() => compileDetector({ name: 'customer', pattern: 'a', checksum: 'crc' })).toThrow(
    `"crc" is no checksum. Known are ${CHECKSUM_NAMES.join(', ')}.`,
  );
});
