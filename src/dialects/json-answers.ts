import { GatewayError } from '../errors/gateway-error.ts';
import { editJson } from '../json/edit-json.ts';
import type { JsonValue } from '../json/json-value.ts';
import { readJson } from '../json/read-json.ts';

/** A JSON object as plain values. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Reads an answer of Vertex AI, a long one in turns of the event loop.
 * @throws GatewayError VERTEX_FAILED for an answer that is no JSON object.
 */
export async function readAnswer(body: Uint8Array): Promise<JsonValue> {
  try {
    const answer = await readJson(body);
    if (answer.kind === 'object') return answer;
  } catch {
    // The error below also covers an answer that is not JSON.
  }
  throw new GatewayError('VERTEX_FAILED', 'Vertex AI’s answer is not a JSON object.');
}

/**
 * Rewrites the items of a list in an answer of Vertex AI. The bytes stay as they are when no item changes.
 * @param member the name of the member that holds the list.
 * @param rewrite returns the item for the caller, or undefined to leave it out.
 * @throws GatewayError VERTEX_FAILED for an answer that is no JSON object.
 */
export async function rewriteList(
  body: Uint8Array,
  member: string,
  rewrite: (item: JsonObject) => JsonObject | undefined,
): Promise<Uint8Array> {
  const answer = await readAnswer(body);
  const list = answer.member(member);
  if (list?.kind !== 'array') return body;
  const items = Array.from(list.items(), (item) => item.toJson());
  const kept = items.flatMap((item) => (isObject(item) ? (rewrite(item) ?? []) : []));
  if (kept.length === items.length && kept.every((item, index) => item === items[index])) return body;
  return editJson(answer, { [member]: kept.length === 0 ? undefined : JSON.stringify(kept) });
}

/** True for a plain object, not for null or an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
