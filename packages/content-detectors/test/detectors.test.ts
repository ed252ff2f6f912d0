import { createDetectors } from '../src/detectors.ts';

test('finds an e-mail address', () => {
  const detectors = createDetectors(new Set(['email']));
  expect(detectors.detect('Write to ada@example.com today.')).toEqual([
    { kind: 'email', detector: 'email', start: 9, end: 24 },
  ]);
});

test('finds in a stream what it finds in the whole text', () => {
  const stream = createDetectors(new Set(['email'])).openStream();
  const pieces = [stream.push('Write to ada@exa'), stream.push('mple.com today.'), stream.end()];
  expect(pieces.map(({ text }) => text).join('')).toBe('Write to ada@example.com today.');
  expect(pieces.flatMap(({ detections }) => detections)).toHaveLength(1);
});
