import { invalidBody } from '../../errors/invalid-body.ts';
import type { JsonValue } from '../../json/json-value.ts';
import { readJson } from '../../json/read-json.ts';
import type { GrantedCall } from '../../prediction/prediction.ts';
import { checkTools } from '../check-tools.ts';
import { checkPlaces } from '../storage-fields.ts';
import { findReach, type NamedCache, type Reach } from './find-reach.ts';
import type { Message } from './rules.ts';

/** A body as it may go on, and what it reaches. */
export interface ReachingBody {
  /** Without what the caller's labels say: they would end up in the project's bills. Every other byte is as it was. */
  readonly json: JsonValue;
  /** The context caches that it names. */
  readonly caches: readonly NamedCache[];
  /**
   * Lets a call reach what the access document lets its caller reach. Violations name members, at most ten, never values.
   * @throws GatewayError INVALID_REQUEST for what can't be judged, STORAGE_NOT_ALLOWED, TOOL_NOT_ALLOWED.
   */
  readonly check: (call: Pick<GrantedCall, 'judgePlace' | 'judgeTool'>) => void;
}

/**
 * Looks through a body for all that it makes Google reach. What is wrong with that is told once the call is allowed.
 * @param message what the body is; undefined for one that can reach nothing.
 * @throws GatewayError INVALID_REQUEST for more places and tools than any call needs.
 */
export async function readReach(message: Message | undefined, json: JsonValue): Promise<ReachingBody> {
  if (!message) return { json, caches: [], check: () => undefined };
  const reach = await findReach(message, json);
  return {
    json: reach.labels.length > 0 ? await withoutLabels(json, reach.labels) : json,
    caches: reach.caches,
    check: (call) => check(call, reach),
  };
}

function check(
  call: Pick<GrantedCall, 'judgePlace' | 'judgeTool'>,
  { violations, places, tools }: Reach,
): void {
  if (violations.length > 0) throw invalidBody(violations);
  checkPlaces(call, places);
  checkTools(call, tools);
}

/** Space takes the place of what they say, so that everything stays where it is. */
async function withoutLabels({ body }: JsonValue, labels: readonly JsonValue[]): Promise<JsonValue> {
  const blank = Buffer.from(body);
  for (const { start, end } of labels) blank.fill(' ', start, end).write('{}', start);
  return readJson(blank);
}
