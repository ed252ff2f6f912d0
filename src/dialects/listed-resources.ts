import { GatewayError } from '../errors/gateway-error.ts';
import { editJson } from '../json/edit-json.ts';
import type { JsonValue } from '../json/json-value.ts';
import { readJsonAtOnce } from '../json/read-json.ts';

export type Json = Readonly<Record<string, unknown>>;

/** What Vertex AI answered, as an object. @throws GatewayError VERTEX_FAILED. */
export function readAnswer(body: Uint8Array): JsonValue {
  try {
    const answer = readJsonAtOnce(body);
    if (answer.kind === 'object') return answer;
  } catch {
    // Told below, as any other answer that is no object.
  }
  throw new GatewayError('VERTEX_FAILED', 'Vertex AI answered with no JSON object.');
}

/**
 * Goes over the items of a list that Vertex AI answered with; the bytes stay as they are when nothing changes.
 * @param rewrite gives an item as the caller gets it, or undefined for one that is not the caller's.
 */
export function rewriteList(
  body: Uint8Array,
  member: string,
  rewrite: (item: Json) => Json | undefined,
): Uint8Array {
  const answer = readAnswer(body);
  const list = answer.member(member);
  if (list?.kind !== 'array') return body;
  const items = Array.from(list.items(), (item) => item.toJson());
  const kept = items.flatMap((item) => (isObject(item) ? (rewrite(item) ?? []) : []));
  if (kept.length === items.length && kept.every((item, index) => item === items[index])) return body;
  return editJson(answer, { [member]: kept.length === 0 ? undefined : JSON.stringify(kept) });
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
