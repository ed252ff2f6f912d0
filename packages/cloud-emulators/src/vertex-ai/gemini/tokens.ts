import { createHash } from 'node:crypto';
import { CHARACTERS_PER_TOKEN } from '../count-tokens.ts';

/** Splits a text into tokens. */
export function tokensOf(text: string): string[] {
  const characters = Array.from(text);
  const count = Math.ceil(characters.length / CHARACTERS_PER_TOKEN);
  return Array.from({ length: count }, (_token, i) =>
    characters.slice(i * CHARACTERS_PER_TOKEN, (i + 1) * CHARACTERS_PER_TOKEN).join(''),
  );
}

/** Gives the id of a token. The same token has the same id wherever it occurs. */
export function tokenIdOf(token: string): number {
  return createHash('sha256').update(token).digest().readUIntBE(0, 3);
}
