import { GatewayError } from '../errors/gateway-error.ts';
import { invalidBody } from '../errors/invalid-body.ts';
import type { ServiceTier } from '../governance/documents.ts';
import type { JsonEdits } from '../json/edit-json.ts';
import type { JsonValue } from '../json/json-value.ts';
import type { ReadHeader } from '../prediction/caller.ts';
import { listMembers } from './forwarded-headers.ts';

/**
 * Chooses between throughput that the project has bought (`dedicated`) and shared capacity (`shared`). Without it, Google
 * takes the first where there is some.
 * https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/provisioned-throughput/use-provisioned-throughput
 */
const REQUEST_TYPE = 'x-vertex-ai-llm-request-type';
const REQUEST_TYPES = ['dedicated', 'shared'];
/**
 * Chooses the tier of shared capacity.
 * https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/priority-paygo and …/flex-paygo
 */
const SHARED_REQUEST_TYPE = 'x-vertex-ai-llm-shared-request-type';
const TIERS = ['flex', 'priority'] as const satisfies readonly ServiceTier[];

/** A bound that no name of a tier reaches, in bytes of JSON. */
const MAXIMUM_TIER_BYTES = 128;

/** The capacity that a call asks Google for. */
export interface AskedCapacity {
  /** The part of the call's target; empty for the standard tier. */
  readonly target: { readonly serviceTier?: ServiceTier };
  /** The headers that say so to Google. */
  readonly headers: Readonly<Record<string, string>>;
  /** Edits that leave the tier out of the body, since the headers say it. */
  readonly edits: JsonEdits;
}

/** A tier that a body names. */
export interface NamedTier {
  /** The member of the body. */
  readonly field: string;
  /** Undefined for the standard tier. */
  readonly tier: ServiceTier | undefined;
}

/**
 * Reads the header by which a call chooses bought throughput or shared capacity. A call needs no grant for it, since it may
 * be served by either without the header, too.
 * @throws GatewayError INVALID_REQUEST for another value.
 */
export function readRequestType(header: ReadHeader): Record<string, string> {
  const type = readChoice(header, REQUEST_TYPE, REQUEST_TYPES);
  return type === undefined ? {} : { [REQUEST_TYPE]: type };
}

/**
 * Reads the capacity that a call asks for by headers and in its body. Vertex AI reads the tier from the header alone, so the
 * tier of the body becomes the header: https://github.com/googleapis/python-genai/issues/2847
 * @param named the tier in the body; undefined when the body names none.
 * @throws GatewayError INVALID_REQUEST for another value, and for a body and a header that name different tiers.
 */
export function readCapacity(header: ReadHeader, named?: NamedTier): AskedCapacity {
  const inHeader = readChoice(header, SHARED_REQUEST_TYPE, TIERS);
  if (named && inHeader !== undefined && named.tier !== inHeader)
    throw invalidBody([
      { field: named.field, description: `must name the tier of the header ${SHARED_REQUEST_TYPE}` },
    ]);
  const tier = named ? named.tier : inHeader;
  const headers = readRequestType(header);
  const edits = named ? { [named.field]: undefined } : {};
  if (tier === undefined) return { target: {}, headers, edits };
  return { target: { serviceTier: tier }, headers: { ...headers, [SHARED_REQUEST_TYPE]: tier }, edits };
}

function readChoice<Value extends string>(
  header: ReadHeader,
  name: string,
  values: readonly Value[],
): Value | undefined {
  const members = listMembers(header(name));
  const value = values.find((one) => members.length === 1 && members[0] === one);
  if (members.length === 0 || value !== undefined) return value;
  const rule = `must be ${values.join(' or ')}`;
  throw new GatewayError(
    'INVALID_REQUEST',
    `The header ${name} ${rule}. Send one of them, or leave it out.`,
    {
      violations: [{ field: name, description: rule }],
    },
  );
}

/**
 * Reads `service_tier` of OpenAI's API. `auto` and `default` are Google's standard tier, which OpenAI's own default is, too.
 * https://platform.openai.com/docs/api-reference/chat/create#chat_create-service_tier
 * @returns undefined when it is left out.
 * @throws GatewayError INVALID_REQUEST for a tier that Vertex AI does not have.
 */
export function readOpenAiTier(json: JsonValue): NamedTier | undefined {
  return readNamed(json, ['service_tier'], (name) => (/^(auto|default)$/.test(name) ? 'standard' : name), [
    'auto',
    'default',
    ...TIERS,
  ]);
}

/** The names of the tier in a body of Google's API: that of JSON, and that of the message. */
const GOOGLE_NAMES = ['serviceTier', 'service_tier'];

/**
 * Reads the capacity that a call of Google's API asks for by headers and in its body. A tier that is null counts as left
 * out and is not sent on, because v1 of Vertex AI does not have the member at all.
 * @throws GatewayError INVALID_REQUEST, as `readCapacity` and `readGoogleTier`.
 */
export function readGoogleCapacity(header: ReadHeader, json: JsonValue): AskedCapacity {
  const capacity = readCapacity(header, readGoogleTier(json));
  const unset = GOOGLE_NAMES.filter((name) => json.member(name)?.kind === 'null');
  if (unset.length === 0) return capacity;
  return {
    ...capacity,
    edits: { ...Object.fromEntries(unset.map((name) => [name, undefined])), ...capacity.edits },
  };
}

/**
 * Reads `serviceTier` of Google's API, as Google's clients write it: `flex`, or `SERVICE_TIER_FLEX`.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1beta1/ServiceTier
 * @returns undefined when it is left out.
 * @throws GatewayError INVALID_REQUEST for another value.
 */
export function readGoogleTier(json: JsonValue): NamedTier | undefined {
  const plain = (name: string) => name.toLowerCase().replace(/^service_tier_/, '');
  return readNamed(json, GOOGLE_NAMES, (name) => plain(name).replace(/^unspecified$/, 'standard'), [
    'standard',
    ...TIERS,
  ]);
}

function readNamed(
  json: JsonValue,
  names: readonly string[],
  read: (name: string) => string,
  known: readonly string[],
): NamedTier | undefined {
  const found = names.flatMap((field): NamedTier[] => {
    const member = json.member(field);
    if (!member || member.kind === 'null') return [];
    const tier = read(member.readText(MAXIMUM_TIER_BYTES) ?? '');
    if (tier === 'standard') return [{ field, tier: undefined }];
    const named = TIERS.find((one) => one === tier);
    if (named === undefined)
      throw invalidBody([{ field, description: `must be one of ${known.join(', ')}` }]);
    return [{ field, tier: named }];
  });
  const [first, second] = found;
  if (second)
    throw invalidBody([{ field: second.field, description: 'must be left out beside serviceTier' }]);
  return first;
}

/**
 * Reads `service_tier` of Anthropic's API, by which a call may do without the capacity that is bought: `standard_only`. On
 * Vertex AI this is shared capacity. `auto` is what a call without the member gets.
 * https://platform.claude.com/docs/en/api/service-tiers
 * @throws GatewayError INVALID_REQUEST for a body that forbids what the header demands.
 */
export function readClaudeCapacity(header: ReadHeader, json: JsonValue | undefined): AskedCapacity {
  const capacity = readCapacity(header);
  if (json?.member('service_tier')?.readText(MAXIMUM_TIER_BYTES) !== 'standard_only') return capacity;
  if (capacity.headers[REQUEST_TYPE] === 'dedicated')
    throw invalidBody([
      { field: 'service_tier', description: `must be auto with the header ${REQUEST_TYPE}: dedicated` },
    ]);
  return { ...capacity, headers: { ...capacity.headers, [REQUEST_TYPE]: 'shared' } };
}

/** OpenAI's names of the capacity that served a call, by Google's traffic types. `scale` is capacity that is bought. */
const OPENAI_TIERS: Readonly<Record<string, string>> = {
  ON_DEMAND: 'default',
  ON_DEMAND_FLEX: 'flex',
  ON_DEMAND_PRIORITY: 'priority',
  PROVISIONED_THROUGHPUT: 'scale',
};

/** Returns OpenAI's name of the tier that served a call; undefined for a traffic type that has none. */
export function openAiTierOf(trafficType: unknown): string | undefined {
  return typeof trafficType === 'string' && Object.hasOwn(OPENAI_TIERS, trafficType)
    ? OPENAI_TIERS[trafficType]
    : undefined;
}
