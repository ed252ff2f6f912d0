import type { JsonValue } from '../../json/json-value.ts';
import { malformed, type Path } from './not-served.ts';

/** A bound that no name, id or choice reaches, in bytes of JSON. */
const MAXIMUM_WORD_BYTES = 1_024;

/** Returns a member; undefined for null too, which OpenAI takes for a member that is left out. */
export function memberOf(object: JsonValue, name: string): JsonValue | undefined {
  const member = object.member(name);
  return member?.kind === 'null' ? undefined : member;
}

/** Returns a member that is a text. @throws GatewayError INVALID_REQUEST for another value. */
export function textMember(object: JsonValue, name: string, path: Path): JsonValue | undefined {
  const member = memberOf(object, name);
  if (member && member.kind !== 'string') throw malformed([...path, name], 'must be a text');
  return member;
}

/** Returns a member that must be there and a text. @throws GatewayError INVALID_REQUEST. */
export function requiredText(object: JsonValue, name: string, path: Path): JsonValue {
  const member = textMember(object, name, path);
  if (!member) throw malformed([...path, name], 'is missing');
  return member;
}

/** Reads a member that is a name, an id or a choice. @throws GatewayError INVALID_REQUEST for another value. */
export function readWord(object: JsonValue, name: string, path: Path): string | undefined {
  const member = textMember(object, name, path);
  const word = member?.readText(MAXIMUM_WORD_BYTES);
  if (member && word === undefined)
    throw malformed([...path, name], `must have at most ${MAXIMUM_WORD_BYTES} bytes`);
  return word;
}

/** Reads a name, an id or a choice that must be there. @throws GatewayError INVALID_REQUEST. */
export function requireWord(object: JsonValue, name: string, path: Path): string {
  const word = readWord(object, name, path);
  if (word === undefined) throw malformed([...path, name], 'is missing');
  return word;
}
