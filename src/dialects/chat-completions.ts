import { editJson, editObject } from '../json/edit-json.ts';
import type { JsonValue } from '../json/json-value.ts';
import { emptyObject } from '../json/read-json.ts';
import type { AuthorizedCall } from '../governance/decide.ts';
import type { BytesPayload } from '../prediction/prediction.ts';
import { checkNamedCache } from './cached-content-name.ts';
import type { ReachingBody } from './reach/reach.ts';
import { parentName, resourceName } from './resource-names.ts';
import type { Scalars } from './validate-body.ts';
import type { ChatCompletionsBody } from './vertex-bodies.ts';

/**
 * Reads the payload of a chat completion for Vertex AI's OpenAI-compatible endpoint. Two members change: `model`, where
 * the body has an alias, and `stream_options`, so that a stream ends with its usage. A client that didn't ask for usage
 * doesn't get that event.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/migrate/openai/overview
 * @param endpointModel the `model` that a custom endpoint is sent; when left out, the one in the body.
 * @throws GatewayError INVALID_REQUEST for a body that names two context caches.
 */
export function readChatCompletion(
  apiVersion: string,
  { json, caches }: Pick<ReachingBody, 'json' | 'caches'>,
  { model, stream }: Scalars<ChatCompletionsBody>,
  headers: Record<string, string>,
  endpointModel?: string,
): BytesPayload {
  const isStream = stream === true;
  const options = json.member('stream_options');
  const mustAskForUsage = isStream && options?.member('include_usage')?.toJson() !== true;
  return {
    kind: 'bytes',
    format: 'openai',
    ...(isStream && { framing: 'sse' }),
    ...(mustAskForUsage && { rewrite: { part: withoutUsage } }),
    ...checkNamedCache(apiVersion, caches),
    request: (call) => {
      const named = modelName(call) ?? endpointModel;
      const edits = {
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
