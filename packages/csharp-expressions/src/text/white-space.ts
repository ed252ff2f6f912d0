const WHITE_SPACE = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** .NET's `char.IsWhiteSpace`, which JavaScript's `\s` is not quite. */
export function isWhiteSpace(code: number): boolean {
  return WHITE_SPACE.test(String.fromCharCode(code));
}

/** Removes white space, or the given characters, from the start. */
export function trimStart(text: string, codes: readonly number[] | null = null): string {
  const drops = test(codes);
  let start = 0;
  while (start < text.length && drops(text.charCodeAt(start))) start += 1;
  return text.slice(start);
}

/** Removes white space, or the given characters, from the end. */
export function trimEnd(text: string, codes: readonly number[] | null = null): string {
  const drops = test(codes);
  let end = text.length;
  while (end > 0 && drops(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** Upper case as .NET's invariant culture: every character stays one character. */
export function upperCase(text: string): string {
  const upper = text.toUpperCase();
  return upper.length === text.length ? upper : perCharacter(text, (letter) => letter.toUpperCase());
}

/** Lower case as .NET's invariant culture: every character stays one character. */
export function lowerCase(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : perCharacter(text, (letter) => letter.toLowerCase());
}

function perCharacter(text: string, change: (letter: string) => string): string {
  return Array.from(text, (letter) =>
    change(letter).length === letter.length ? change(letter) : letter,
  ).join('');
}

function test(codes: readonly number[] | null): (code: number) => boolean {
  return codes && codes.length > 0 ? (code) => codes.includes(code) : isWhiteSpace;
}
