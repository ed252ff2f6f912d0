import { readJson } from '../json/read-json.ts';
import type { JsonValue } from '../json/json-value.ts';
import type { CallTarget } from '../governance/call-target.ts';
import type { AnswerFacts } from '../prediction/answer.ts';
import type { DialectRequest } from '../prediction/dialect.ts';
import type { AnswerRewrite, Prediction, StreamRewrite } from '../prediction/prediction.ts';
import type { AuthorizedCall } from '../governance/decide.ts';
import type { AskedCall } from '../questions/question.ts';
import { checkTools } from './check-tools.ts';
import { forwardedHeaders } from './forwarded-headers.ts';
import { readOpenAiTarget } from './openai-target.ts';
import { RESPONSES_REQUEST } from './reach/responses-messages.ts';
import type { ReachingBody } from './reach/reach.ts';
import { readReach } from './reach/read-reach.ts';
import { parseObject, readEvents } from './responses/answer-reader.ts';
import { readRequest, type ReadRequest } from './responses/read-request.ts';
import { createId, ResponseWriter } from './responses/response-writer.ts';
import { findWebSearch } from './responses/web-search.ts';
import { checkModel, OPERATIONS, readVertexAnswer, writeVertexRequest } from './responses/translate.ts';
import { readCapacity, readOpenAiTier } from './service-tier.ts';
import { validateBody } from './validate-body.ts';
import { NamingBody } from './vertex-bodies.ts';

/**
 * Reads a call of the Responses API, which becomes a call of Gemini or Claude. Nothing is stored: the response says
 * `store: false`, and reasoning goes to the client and back.
 * https://platform.openai.com/docs/api-reference/responses/create
 * @throws GatewayError INVALID_JSON, INVALID_REQUEST, UNSUPPORTED_PARAMETER.
 */
export async function readOpenAiResponse({ body, header }: DialectRequest): Promise<Prediction> {
  const read = await readJson(body);
  const reaching = await readReach(RESPONSES_REQUEST, read);
  const request = await readRequest(reaching.json);
  const { conversation } = request;
  const capacity = readCapacity(header, readOpenAiTier(reaching.json));
  const headers = { ...forwardedHeaders(header, ['traceparent']), ...capacity.headers };
  return {
    ...targetOf(request.model, conversation.isStreamed),
    ...capacity.target,
    payload: {
      kind: 'bytes',
      // The request tells the format of the model that the decision has found.
      format: 'gemini',
      ...(conversation.isStreamed && { framing: 'sse' }),
      request: (call) => writeVertexRequest(conversation, call, headers),
      rewrite: rewriteFor(request),
    },
    check: checkOf(reaching, conversation.webSearch?.path),
    body: read,
  };
}

/** Reads the target of a call without making it. Its conversation may be left out. @throws GatewayError INVALID_REQUEST. */
export async function readResponseCall(body: JsonValue | undefined): Promise<AskedCall> {
  const { model, stream } = await validateBody(NamingBody, body);
  const target = targetOf(model, stream === true);
  if (!body) return target;
  const { target: tier } = readCapacity(() => null, readOpenAiTier(body));
  return {
    ...target,
    ...tier,
    check: checkOf(await readReach(RESPONSES_REQUEST, body), findWebSearch(body)),
  };
}

function targetOf(model: string, isStreamed: boolean): CallTarget {
  const [operation, ...otherOperations] = OPERATIONS[isStreamed ? 'streamed' : 'whole'];
  return { ...readOpenAiTarget(model, operation), otherOperations };
}

/** @param search the place of the tool that searches the web; undefined without one. */
function checkOf(
  { check }: ReachingBody,
  search: readonly PropertyKey[] | undefined,
): NonNullable<Prediction['check']> {
  return (call) => {
    checkModel(call);
    check(call);
    const isClaude = call.resource.kind === 'model' && call.resource.publisher === 'anthropic';
    if (search) checkTools(call, [{ path: search, tool: isClaude ? 'webSearch' : 'googleSearch' }]);
  };
}

function rewriteFor(request: ReadRequest): AnswerRewrite {
  return {
    whole: (body, call, _seal, facts) => {
      const writer = createWriter(request);
      const reader = readVertexAnswer(call, writer);
      reader.read(parseObject(Buffer.from(body).toString()));
      return Buffer.from(JSON.stringify(writer.end(reader.ending, facts ?? { usage: {} })));
    },
    stream: (call) => rewriteStream(createWriter(request), call),
    streamFormat: 'responses',
  };
}

function rewriteStream(writer: ResponseWriter, call: AuthorizedCall): StreamRewrite {
  const reader = readVertexAnswer(call, writer);
  return {
    part: (part) => {
      for (const event of readEvents(part)) reader.read(event);
      return Buffer.from(writer.takeEvents());
    },
    end: (facts: AnswerFacts) => {
      writer.end(reader.ending, facts);
      return Buffer.from(writer.takeEvents());
    },
    fail: (error) => {
      writer.fail(error);
      return writer.takeEvents();
    },
  };
}

function createWriter({ conversation, repeated }: ReadRequest): ResponseWriter {
  return new ResponseWriter({
    id: createId('resp'),
    createdAt: Math.floor(Date.now() / 1000),
    repeated,
    tools: conversation.tools,
  });
}
