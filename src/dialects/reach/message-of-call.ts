import type { VertexPath } from '../vertex-path.ts';
import { CHAT_REQUEST, CONTAINER_REQUEST, OPEN_REQUEST } from './chat-messages.ts';
import { CLAUDE_REQUEST } from './claude-messages.ts';
import { googleMessage } from './google-messages.ts';
import type { Message } from './rules.ts';

/** Google's message of a body, by the verb of the path. The body of any other verb can reach nothing, or is below. */
const GOOGLE_MESSAGE_BY_VERB: Readonly<Record<string, string>> = {
  generateContent: 'GenerateContentRequest',
  streamGenerateContent: 'GenerateContentRequest',
  countTokens: 'CountTokensRequest',
  computeTokens: 'ComputeTokensRequest',
  embedContent: 'EmbedContentRequest',
  predictLongRunning: 'PredictLongRunningRequest',
  'batchPredictionJobs.create': 'BatchPredictionJob',
  'cachedContents.create': 'CachedContent',
};

/** Verbs whose body is the model's or the container's own. */
const MODEL_DEFINED_VERBS: ReadonlySet<string> = new Set([
  'predict',
  'explain',
  'rawPredict',
  'streamRawPredict',
  'directPredict',
  'directRawPredict',
  'serverStreamingPredict',
]);

/** Finds the rules for the body of a call on the native surface; undefined for a body that can reach nothing. */
export function messageOfCall({ verb, resource, publisher }: VertexPath): Message | undefined {
  const name = Object.hasOwn(GOOGLE_MESSAGE_BY_VERB, verb) ? GOOGLE_MESSAGE_BY_VERB[verb] : undefined;
  if (name !== undefined) return googleMessage(name);
  if (verb === 'completions') return CHAT_REQUEST;
  if (!MODEL_DEFINED_VERBS.has(verb)) return undefined;
  if (resource?.kind === 'endpoint') return CONTAINER_REQUEST;
  if (verb === 'predict') return googleMessage('PredictRequest');
  const modelPublisher = resource?.kind === 'model' ? resource.publisher : publisher;
  return modelPublisher === 'anthropic' ? CLAUDE_REQUEST : OPEN_REQUEST;
}
