import { GatewayError } from '../../errors/gateway-error.ts';
import type { AuthorizedCall } from '../../governance/decide.ts';
import type { AnswerFormat } from '../../prediction/answer.ts';
import type { VertexRequest } from '../../prediction/prediction.ts';
import { resourceName } from '../resource-names.ts';
import type { AnswerReader } from './answer-reader.ts';
import { ClaudeAnswer } from './claude-answer.ts';
import { writeClaudeRequest } from './claude-request.ts';
import type { Conversation } from './conversation.ts';
import { GeminiAnswer } from './gemini-answer.ts';
import { writeGeminiRequest } from './gemini-request.ts';
import type { ResponseWriter } from './response-writer.ts';

/** The operations of Vertex AI that answer a request: of Gemini, and of Claude. */
export const OPERATIONS = {
  whole: ['generateContent', 'rawPredict'],
  streamed: ['streamGenerateContent', 'streamRawPredict'],
} as const;

/** The translation of a conversation for the models of one vendor. */
interface Translation {
  readonly format: AnswerFormat;
  readonly query: '' | '?alt=sse';
  readonly writeRequest: (asked: Conversation, call: AuthorizedCall) => Uint8Array;
  readonly readAnswer: (writer: ResponseWriter) => AnswerReader;
}

const GEMINI: Translation = {
  format: 'gemini',
  query: '?alt=sse',
  writeRequest: writeGeminiRequest,
  readAnswer: (writer) => new GeminiAnswer(writer),
};
const CLAUDE: Translation = {
  format: 'anthropic',
  query: '',
  writeRequest: writeClaudeRequest,
  readAnswer: (writer) => new ClaudeAnswer(writer),
};

/** Writes the request to Vertex AI. @throws GatewayError UNSUPPORTED_PARAMETER, for another model too. */
export function writeVertexRequest(
  asked: Conversation,
  call: AuthorizedCall,
  headers: Record<string, string>,
): VertexRequest {
  const { format, query, writeRequest } = translationFor(call);
  return {
    method: 'POST',
    path: `/v1/${resourceName(call)}:${call.operation}${asked.isStreamed ? query : ''}`,
    headers,
    body: writeRequest(asked, call),
    format,
  };
}

/** Begins to read the answer of a call. @throws GatewayError UNSUPPORTED_PARAMETER for another model. */
export function readVertexAnswer(call: AuthorizedCall, writer: ResponseWriter): AnswerReader {
  return translationFor(call).readAnswer(writer);
}

/** @throws GatewayError UNSUPPORTED_PARAMETER for a model that is neither Gemini nor Claude. */
export function checkModel(call: Pick<AuthorizedCall, 'resource' | 'operation'>): void {
  translationFor(call);
}

function translationFor({
  resource,
  operation,
}: Pick<AuthorizedCall, 'resource' | 'operation'>): Translation {
  const publisher = resource.kind === 'model' ? resource.publisher : undefined;
  if (publisher === 'anthropic') return CLAUDE;
  // A tuned model of Google's is at an endpoint, and has its operations.
  if (/^(g|streamG)enerateContent$/.test(operation)) return GEMINI;
  throw new GatewayError(
    'UNSUPPORTED_PARAMETER',
    'The gateway serves responses of Gemini and Claude, not of this model. Call it by POST v1/chat/completions.',
    { violations: [{ field: 'model', description: 'must be Gemini or Claude' }] },
  );
}
