import { clrNameOf } from '@vertex-ai-gateway/csharp-expressions/types';
import { typeOfValue } from '@vertex-ai-gateway/csharp-expressions/values/boxed';
import { Guid } from '@vertex-ai-gateway/csharp-expressions/values/guid';
import { JsonToken, JsonValue } from '@vertex-ai-gateway/csharp-expressions/values/json-token';
import type { SecretMask } from './secret-mask.ts';

/** The most tokens of a JSON value that are searched for secrets. */
const MAXIMUM_TOKENS = 1_000;
/** Shorter texts within JSON that is a secret say what kind of secret it is: `Bearer`. */
const SHORTEST_TEXT = 8;

/**
 * Describes a variable for a journey: simple values as they are, anything else by its type, for bodies and tokens aren't
 * for the record. It looks and does no more: nothing is written as text, and nothing of an expression runs.
 */
export function describeVariable(name: string, value: unknown, mask: SecretMask): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return mask.named(name, value);
  if (mask.hides(name)) return mask.named(name, ...textsIn(value));
  if (typeof value === 'number') {
    const shown = mask.named(name, String(value));
    return shown === String(value) ? value : shown;
  }
  return `(${clrNameOf(typeOfValue(value)).replace(/.*\./, '')})`;
}

/** The texts that a secret consists of, so that they are hidden wherever a policy copies them to. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'number' || typeof value === 'bigint') return [value.toString()];
  if (value instanceof Guid) return [value.text];
  if (!(value instanceof JsonToken)) return [];
  const texts: string[] = [];
  const tokens: JsonToken[] = [value];
  for (let index = 0; index < Math.min(tokens.length, MAXIMUM_TOKENS); index += 1) {
    const token = tokens[index];
    if (!(token instanceof JsonValue)) tokens.push(...(token?.children() ?? []).slice(0, MAXIMUM_TOKENS));
    else if (typeof token.value === 'string' && token.value.length >= SHORTEST_TEXT) texts.push(token.value);
  }
  return texts;
}
