import type { VertexPath } from '../vertex-path.ts';
import { CHAT_REQUEST, CONTAINER_REQUEST, OPEN_REQUEST } from './chat-messages.ts';
import { CLAUDE_REQUEST } from './claude-messages.ts';
import { googleMessage } from './google-messages.ts';
import type { Message } from './rules.ts';

/** By what the path says. What isn't here has no body, or one that names nothing but what the call is for. */
const GOOGLES: Readonly<Record<string, string>> = {
  generateContent: 'GenerateContentRequest',
  streamGenerateContent: 'GenerateContentRequest',
  countTokens: 'CountTokensRequest',
  computeTokens: 'ComputeTokensRequest',
  embedContent: 'EmbedContentRequest',
  predictLongRunning: 'PredictLongRunningRequest',
  'batchPredictionJobs.create': 'BatchPredictionJob',
  'cachedContents.create': 'CachedContent',
};

const OF_CONTAINERS: ReadonlySet<string> = new Set([
  ...['predict', 'explain', 'rawPredict', 'streamRawPredict'],
  ...['directPredict', 'directRawPredict', 'serverStreamingPredict'],
]);

/** What the body of a call on the native surface is; undefined where it can reach nothing. */
export function messageOfCall({ verb, resource, publisher }: VertexPath): Message | undefined {
  const name = Object.hasOwn(GOOGLES, verb) ? GOOGLES[verb] : undefined;
  if (name !== undefined) return googleMessage(name);
  if (verb === 'completions') return CHAT_REQUEST;
  if (!OF_CONTAINERS.has(verb)) return undefined;
  if (resource?.kind === 'endpoint') return CONTAINER_REQUEST;
  if (verb === 'predict') return googleMessage('PredictRequest');
  const of = resource?.kind === 'model' ? resource.publisher : publisher;
  return of === 'anthropic' ? CLAUDE_REQUEST : OPEN_REQUEST;
}
