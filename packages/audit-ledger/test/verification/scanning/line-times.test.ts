import { startLineTimes } from '../../../src/verification/scanning/line-times.ts';
import { wordsOf } from '../../../src/verification/scanning/words.ts';

const TIME = '2026-03-01T12:34:56.789Z';

function isTime(text: string): boolean {
  const bytes = Buffer.from(text, 'latin1');
  return startLineTimes(bytes, wordsOf(bytes), '').take(0);
}

test('each letter of a time may be what an entry has there, and no other', () => {
  for (let at = 0; at < TIME.length; at += 1) {
    const isDigit = /\d/.test(TIME[at] ?? '');
    for (let byte = 0; byte < 256; byte += 1) {
      const letter = String.fromCharCode(byte);
      const isRight = isDigit ? /[0-9]/.test(letter) : letter === TIME[at];
      expect([at, byte, isTime(TIME.slice(0, at) + letter + TIME.slice(at + 1))]).toEqual([
        at,
        byte,
        isRight,
      ]);
    }
  }
});

test('a time that is cut is none', () => {
  expect(isTime(TIME.slice(0, -1))).toBe(false);
  expect(isTime(TIME)).toBe(true);
});
