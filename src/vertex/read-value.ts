import type { JsonValue } from '../json/json-value.ts';
import { readJson } from '../json/read-json.ts';
import { loopTurns, type Turns } from '../json/turns.ts';
import type { Json } from './usage-counts.ts';

/** A text of at most this length is parsed at once, in some milliseconds. */
const SMALL_BYTES = 262_144;
/** The most values of a longer text. A long answer with probabilities has some millions. */
const MAXIMUM_VALUES = 8_000_000;
const MAXIMUM_TEXT_BYTES = 1_024;
const MAXIMUM_USAGE_BYTES = 65_536;
const ITEMS_IN_A_TURN = 500;

/** The members that are read whole. One that is too long for a usage is left out. */
const WHOLE_MEMBERS: ReadonlySet<string> = new Set([
  'usage',
  'usageMetadata',
  'groundingMetadata',
  'error',
  'statistics',
]);
/** The other members with facts of an answer, and those that contain such members. */
const REPORTING_MEMBERS: ReadonlySet<string> = new Set([
  'candidates',
  'finishReason',
  'promptFeedback',
  'blockReason',
  'modelVersion',
  'choices',
  'finish_reason',
  'model',
  'type',
  'message',
  'delta',
  'response',
  'stop_reason',
  'predictions',
  'embeddings',
  'modelVersionId',
  'deployedModelId',
  'raiFilteredReason',
]);

/**
 * Reads a JSON text. A short text is read whole; of a long one, only the members that report something are read, each at
 * its place. Other calls get their turn while a long text is read.
 * @returns undefined for a text that is no JSON object or list, or that has too many values.
 */
export function readValue(
  bytes: Buffer,
  turns: Turns = loopTurns,
): Json | undefined | Promise<Json | undefined> {
  return bytes.length > SMALL_BYTES ? readLong(bytes, turns) : readShortValue(bytes);
}

/** Reads a short JSON text whole. @returns undefined for a text that is no JSON object or list. */
export function readShortValue(bytes: Buffer): Json | undefined {
  try {
    return asValue(JSON.parse(bytes.toString('utf8')));
  } catch {
    return undefined;
  }
}

async function readLong(bytes: Buffer, turns: Turns): Promise<Json | undefined> {
  try {
    return asValue(
      await readReportingMembers(await readJson(bytes, { values: MAXIMUM_VALUES }, turns), turns),
    );
  } catch {
    return undefined;
  }
}

function asValue(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null ? (value as Json) : undefined;
}

async function readReportingMembers(value: JsonValue, turns: Turns): Promise<unknown> {
  switch (value.kind) {
    case 'object': {
      const members: Record<string, unknown> = {};
      for (const [name, member] of value.members()) {
        if (WHOLE_MEMBERS.has(name)) members[name] = isLong(member) ? undefined : member.toJson();
        else if (REPORTING_MEMBERS.has(name)) members[name] = await readReportingMembers(member, turns);
      }
      return members;
    }
    case 'array': {
      const items: unknown[] = [];
      for (const item of value.items()) {
        if (items.length % ITEMS_IN_A_TURN === ITEMS_IN_A_TURN - 1) await turns.next();
        items.push(item.kind === 'object' ? await readReportingMembers(item, turns) : null);
      }
      return items;
    }
    case 'string':
      return value.readText(MAXIMUM_TEXT_BYTES);
    default:
      return value.toJson();
  }
}

function isLong({ start, end }: JsonValue): boolean {
  return end - start > MAXIMUM_USAGE_BYTES;
}
