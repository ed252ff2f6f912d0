import fc from 'fast-check';
import { limitProperties } from '../../src/shipping/event-limits.ts';
import { anyText } from '@vertex-ai-gateway/test-support/any-text';

test('properties within the limits stay as they are', () => {
  const properties = { reason: 'ä'.repeat(4096), rule: 'eu-only' };
  expect(limitProperties(properties)).toEqual(properties);
});

test('a longer value is cut between characters, and named', () => {
  const limited = limitProperties({ rule: 'eu-only', reason: `a${'😀'.repeat(3000)}` });
  expect(Buffer.byteLength(limited.reason ?? '')).toBe(8189);
  expect(limited.reason).not.toContain('\ufffd');
  expect(limited.cutProperties).toBe('reason');
});

test('of too many properties the last are left out, and named', () => {
  const properties = Object.fromEntries(Array.from({ length: 130 }, (_, index) => [`p${index}`, 'x']));
  const limited = limitProperties(properties);
  expect(Object.keys(limited)).toHaveLength(127);
  expect(limited.cutProperties).toBe('p126 p127 p128 p129');
});

test('no properties ever exceed the limits', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1 }), anyText({ maxLength: 9000 })), (all) => {
      const limited = Object.values(limitProperties(all));
      expect(limited.length).toBeLessThanOrEqual(127);
      for (const value of limited) expect(Buffer.byteLength(value)).toBeLessThanOrEqual(8192);
    }),
    { numRuns: 30 },
  );
});
