import { editJson, editObject } from '../json/edit-json.ts';
import type { JsonValue } from '../json/json-value.ts';
import { emptyObject } from '../json/read-json.ts';
import type { GrantedCall, BytesPayload } from '../prediction/prediction.ts';
import { fetchNamedCache } from './cached-content-name.ts';
import type { ReachingBody } from './reach/read-reach.ts';
import { parentName, resourceName } from './resource-names.ts';
import type { Scalars } from './validate-body.ts';
import type { ChatCompletionsBody } from './vertex-bodies.ts';

/**
 * A chat completion for Vertex AI's own OpenAI-compatible endpoint, so that nothing is lost in a translation. Only the
 * model's name is changed, where it is an alias, and a stream is asked for its usage, which then is kept from a client
 * that has not asked.
 * https://cloud.google.com/vertex-ai/generative-ai/docs/migrate/openai/overview
 * @param asked what the validated body says.
 * @param ownModel how an endpoint of one's own is to be told the model, where it is not as the caller does.
 * @throws GatewayError INVALID_REQUEST.
 */
export function readChatCompletion(
  apiVersion: string,
  { json, caches }: Pick<ReachingBody, 'json' | 'caches'>,
  { model, stream }: Scalars<ChatCompletionsBody>,
  headers: Record<string, string>,
  ownModel?: string,
): BytesPayload {
  const isStream = stream === true;
  const options = json.member('stream_options');
  const mustAskForUsage = isStream && options?.member('include_usage')?.toJson() !== true;
  return {
    kind: 'bytes',
    format: 'openai',
    ...(isStream && { framing: 'sse' }),
    ...(mustAskForUsage && { rewrite: { part: withoutUsage } }),
    ...fetchNamedCache(apiVersion, caches),
    request: (call) => {
      const named = modelName(call) ?? ownModel;
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

/** An endpoint of one's own serves chats itself; publisher models share one endpoint, which reads the model's name. */
function chatResource(call: GrantedCall): string {
  return call.resource.kind === 'endpoint' ? resourceName(call) : `${parentName(call)}/endpoints/openapi`;
}

function modelName({ resource }: GrantedCall): string | undefined {
  return resource.kind === 'model' ? `${resource.publisher}/${resource.model}` : undefined;
}

/** Takes out the event with which usage comes, which has no choices; a client that didn't ask for it may not expect it. */
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
    // What is no JSON is for the client to judge.
    return false;
  }
}
