import { invalidBody } from '../../errors/invalid-body.ts';
import type { JsonValue } from '../../json/json-value.ts';
import { readJson } from '../../json/read-json.ts';
import type { AuthorizedCall } from '../../governance/decide.ts';
import { checkTools, type ToolField } from '../check-tools.ts';
import { checkPlaces } from '../storage-fields.ts';
import { findReach, type NamedCache, type Reach } from './find-reach.ts';
import type { Message } from './rules.ts';

/** An inspected body. Its reach is everything that it makes Google read, write or call as the gateway. */
export interface ReachingBody {
  /** The body with the caller's labels emptied, which would appear in the project's bills. Every other byte is unchanged. */
  readonly json: JsonValue;
  /** The context caches that the body names. */
  readonly caches: readonly NamedCache[];
  /** The tools that the body gives a model. */
  readonly tools: readonly ToolField[];
  /**
   * Checks that the access document lists every place and tool for the caller. Violations name members, at most ten, never
   * values.
   * @throws GatewayError INVALID_REQUEST for a member that can't be judged, STORAGE_NOT_ALLOWED, TOOL_NOT_ALLOWED.
   */
  readonly check: (call: Pick<AuthorizedCall, 'judgePlace' | 'judgeTool'>) => void;
}

/**
 * Inspects a body for its reach. Refusals are left to `check`, so that a caller without a grant learns nothing from them.
 * @param message the rules for the body; undefined for one that can reach nothing.
 * @throws GatewayError INVALID_REQUEST for more than 3,000 places, tools and their sources together.
 */
export async function readReach(message: Message | undefined, json: JsonValue): Promise<ReachingBody> {
  if (!message) return { json, caches: [], tools: [], check: () => undefined };
  const reach = await findReach(message, json);
  return {
    json: reach.labels.length > 0 ? await withoutLabels(json, reach.labels) : json,
    caches: reach.caches,
    tools: reach.tools,
    check: (call) => check(call, reach),
  };
}

function check(
  call: Pick<AuthorizedCall, 'judgePlace' | 'judgeTool'>,
  { violations, places, tools }: Reach,
): void {
  if (violations.length > 0) throw invalidBody(violations);
  if (places.length > 0) checkPlaces(call, places);
  if (tools.length > 0) checkTools(call, tools);
}

/** Each object of labels becomes `{}` and spaces, so that every other byte keeps its position. */
async function withoutLabels({ body }: JsonValue, labels: readonly JsonValue[]): Promise<JsonValue> {
  const blank = Buffer.from(body);
  for (const { start, end } of labels) blank.fill(' ', start, end).write('{}', start);
  return readJson(blank);
}
