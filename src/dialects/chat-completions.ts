import { editJson, editObject } from '../json/edit-json.ts';
import type { JsonValue } from '../json/json-value.ts';
import { emptyObject } from '../json/read-json.ts';
import type { AuthorizedCall } from '../governance/decide.ts';
import type { BytesPayload } from '../prediction/prediction.ts';
import { checkNamedCache } from './cached-content-name.ts';
import { citePages } from './chat-citations.ts';
import type { ReachingBody } from './reach/reach.ts';
import { parentName, resourceName } from './resource-names.ts';
import { type AskedCapacity, openAiTierOf } from './service-tier.ts';
import type { Scalars } from './validate-body.ts';
import type { ChatCompletionsBody } from './vertex-bodies.ts';

/**
 * Reads the payload of a chat completion for Vertex AI's OpenAI-compatible endpoint. Three members change: `model`, where
 * the body has an alias, `service_tier`, which Google reads from a header, and `stream_options`, so that a stream ends with
 * its usage. A client that didn't ask for usage doesn't get that event. A client that names a service tier is told the one
 * that served it, in a stream with its usage. A client that has the web searched gets the pages as OpenAI cites them.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/migrate/openai/overview
 * @param capacity the capacity that the call asks for, and all headers of the request.
 * @param endpointModel the `model` that a custom endpoint is sent; when left out, the one in the body.
 * @throws GatewayError INVALID_REQUEST for a body that names two context caches.
 */
export function readChatCompletion(
  apiVersion: string,
  { json, caches }: Pick<ReachingBody, 'json' | 'caches'>,
  { model, stream }: Scalars<ChatCompletionsBody>,
  { headers, edits: tierEdits }: Pick<AskedCapacity, 'headers' | 'edits'>,
  endpointModel?: string,
): BytesPayload {
  const isStream = stream === true;
  const options = json.member('stream_options');
  const mustAskForUsage = isStream && options?.member('include_usage')?.toJson() !== true;
  return {
    kind: 'bytes',
    format: 'openai',
    ...(isStream && { framing: 'sse' }),
    ...rewriteFor(mustAskForUsage, Object.keys(tierEdits).length > 0, searchesWeb(json)),
    ...checkNamedCache(apiVersion, caches),
    request: (call) => {
      const named = modelName(call) ?? endpointModel;
      const edits = {
        // A custom container may have tiers of its own.
        ...(call.resource.kind === 'model' && tierEdits),
        ...(named !== undefined && named !== model && { model: JSON.stringify(named) }),
        ...(mustAskForUsage && { stream_options: askForUsage(options) }),
      };
      return {
        method: 'POST',
        path: `/${apiVersion}/${chatResource(call)}/chat/completions`,
        headers,
        body: editJson(json, edits),
      };
    },
  };
}

/** Returns true for a body that has the web searched: https://platform.openai.com/docs/guides/tools-web-search */
function searchesWeb(json: JsonValue): boolean {
  return json.member('web_search_options')?.kind === 'object';
}

type Change = (bytes: Uint8Array) => Uint8Array;

function rewriteFor(
  isUsageHidden: boolean,
  isTierTold: boolean,
  isCited: boolean,
): Pick<BytesPayload, 'rewrite'> {
  const pages = isCited ? citePages() : undefined;
  const ofParts = [pages?.part, isTierTold && withTier, isUsageHidden && withoutUsage].filter(isChange);
  const ofWhole = [pages?.whole, isTierTold && tierToldWhole].filter(isChange);
  if (ofParts.length === 0) return {};
  const apply = (changes: readonly Change[]) => (bytes: Uint8Array) =>
    changes.reduce((changed, change) => change(changed), bytes);
  return {
    rewrite: { part: apply(ofParts), ...(ofWhole.length > 0 && { whole: apply(ofWhole) }) },
  };
}

function isChange(change: Change | false | undefined): change is Change {
  return typeof change === 'function';
}

function tierToldWhole(body: Uint8Array): Uint8Array {
  return Buffer.from(tierTold(Buffer.from(body).toString()));
}

function askForUsage(options: JsonValue | undefined): string {
  const asked = { include_usage: 'true' };
  return Buffer.from(editObject(options?.kind === 'object' ? options : emptyObject, asked)).toString();
}

/** A custom endpoint serves chats itself; publisher models share one endpoint, which reads the model's name. */
function chatResource(call: AuthorizedCall): string {
  return call.resource.kind === 'endpoint' ? resourceName(call) : `${parentName(call)}/endpoints/openapi`;
}

function modelName({ resource }: AuthorizedCall): string | undefined {
  return resource.kind === 'model' ? `${resource.publisher}/${resource.model}` : undefined;
}

/** Adds the tier that served the call to each event that tells it. */
function withTier(part: Uint8Array): Uint8Array {
  const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
  if (!bytes.includes(TRAFFIC_TYPE)) return part;
  const lines = bytes.toString().split('\n');
  return Buffer.from(lines.map((line) => (line.startsWith('data:') ? tierTold(line) : line)).join('\n'));
}

/** Adds the tier that served the call to an answer, or to the data of an event. Every other byte stays as it is. */
function tierTold(text: string): string {
  const start = text.indexOf('{');
  if (start < 0 || !text.includes(TRAFFIC_TYPE)) return text;
  try {
    const answer = JSON.parse(text.slice(start)) as ChatAnswer;
    const tier = openAiTierOf(answer.usage?.extra_properties?.google?.traffic_type);
    if (tier === undefined || 'service_tier' in answer) return text;
    return `${text.slice(0, start)}{"service_tier":"${tier}",${text.slice(start + 1)}`;
  } catch {
    // A text that is not JSON passes as it is.
    return text;
  }
}

/** A text that every answer has which tells its traffic type. */
const TRAFFIC_TYPE = '"traffic_type"';

/** The members of a chat completion, or of a chunk of one, that tell the capacity that served it. */
interface ChatAnswer {
  readonly usage?: {
    readonly extra_properties?: { readonly google?: { readonly traffic_type?: unknown } | null } | null;
  } | null;
}

/** Removes the event that carries usage. It has no choices, and a client that didn't ask for it may not expect that. */
function withoutUsage(part: Uint8Array): Uint8Array {
  const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
  if (!bytes.includes('"usage"')) return part;
  const events = bytes.toString('latin1').split(/(?<=\n\r?\n)/);
  return Buffer.from(events.filter((event) => !isUsage(event)).join(''), 'latin1');
}

function isUsage(event: string): boolean {
  const data = /^data:(\s*\{.*\})\s*$/s.exec(event)?.[1];
  if (data === undefined) return false;
  try {
    const { choices, usage } = JSON.parse(data) as { choices?: unknown; usage?: unknown };
    return Array.isArray(choices) && choices.length === 0 && Boolean(usage);
  } catch {
    // An event that is not JSON passes as it is.
    return false;
  }
}
