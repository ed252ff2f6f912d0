import { z } from 'zod';
import { GatewayError } from '../errors/gateway-error.ts';
import { invalidBody } from '../errors/invalid-body.ts';
import type { CallTarget } from '../governance/call-target.ts';
import { editJson, type JsonEdits } from '../json/edit-json.ts';
import type { JsonValue } from '../json/json-value.ts';
import { readJson } from '../json/read-json.ts';
import type { DialectRequest } from '../prediction/dialect.ts';
import type { ReadHeader } from '../prediction/caller.ts';
import type { Prediction } from '../prediction/prediction.ts';
import { MAXIMUM_TURNS } from './body-bounds.ts';
import { readBetas } from './claude-betas.ts';
import { forwardedHeaders } from './forwarded-headers.ts';
import { CLAUDE_REQUEST } from './reach/claude-messages.ts';
import { readReach } from './reach/read-reach.ts';
import { readModelName } from './read-model-name.ts';
import { resourceName } from './resource-names.ts';
import { readClaudeCapacity } from './service-tier.ts';
import { type Scalars, validateBody } from './validate-body.ts';
import { NamingBody } from './vertex-bodies.ts';
import { CLAUDE_COUNT_LOCATIONS } from './vertex-path.ts';
import { readClaudeCount } from './vertex-payload.ts';

/**
 * The version 2023-06-01, the default, as the member `anthropic_version` of a body on Vertex AI names it. Later versions
 * have one name everywhere: https://docs.claude.com/en/api/versioning
 */
const VERTEX_VERSION = 'vertex-2023-10-16';

/** The checked members of a message, or of a count of its tokens. The schema is loose: Vertex AI judges the rest. */
const MessageBody = z.looseObject({
  model: z.string(),
  messages: z
    .array(z.looseObject({ role: z.string() }))
    .min(1)
    .max(MAXIMUM_TURNS),
  anthropic_version: z.string().optional(),
  stream: z.boolean().optional(),
});
type MessageBody = Scalars<z.infer<typeof MessageBody>>;

/**
 * Reads a message for Claude. The model moves from the body to the path, and the version moves from the header into the
 * body. Labels, and betas and members that Vertex AI refuses without need, are left out. Every other byte stays as it is.
 * @throws GatewayError INVALID_JSON, INVALID_REQUEST.
 */
export async function readMessage({ body, header }: DialectRequest): Promise<Prediction> {
  const read = await readJson(body);
  const { json, check } = await readReach(CLAUDE_REQUEST, read);
  const message = await validateBody(MessageBody, json);
  const streams = message.stream === true;
  const operation = operationOf(message);
  const betas = readBetas(header, json);
  const capacity = readClaudeCapacity(header, json);
  const sent = editJson(json, { model: undefined, ...versionEdit(message, header), ...betas.edits });
  const headers = {
    ...forwardedHeaders(header, ['traceparent']),
    ...capacity.headers,
    ...betas.headers,
  };
  return {
    check,
    body: read,
    ...targetOf(message, operation),
    ...capacity.target,
    payload: {
      kind: 'bytes',
      format: 'anthropic',
      ...(streams && { framing: 'sse' }),
      request: (call) => ({
        method: 'POST',
        path: `/v1/${resourceName(call)}:${operation}`,
        headers,
        body: sent,
      }),
    },
  };
}

/** Reads a count of a message's tokens. @throws GatewayError INVALID_JSON, INVALID_REQUEST. */
export async function readTokenCount({ body, header }: DialectRequest): Promise<Prediction> {
  const read = await readJson(body);
  const { json, check } = await readReach(CLAUDE_REQUEST, read);
  const message = await validateBody(MessageBody, json);
  return {
    check,
    body: read,
    ...targetOf(message, 'countTokens'),
    payload: readClaudeCount('v1', header, json, versionEdit(message, header)),
  };
}

/**
 * Reads the model that a message names, without making the call.
 * @param operation the call's operation; when left out, `stream` in the body chooses streamRawPredict or rawPredict.
 * @throws GatewayError INVALID_REQUEST.
 */
export async function readMessageTarget(
  body: JsonValue | undefined,
  operation?: string,
): Promise<CallTarget> {
  const named = await validateBody(NamingBody, body);
  return targetOf(named, operation ?? operationOf(named));
}

function operationOf({ stream }: Scalars<NamingBody> | MessageBody): string {
  return stream === true ? 'streamRawPredict' : 'rawPredict';
}

/** Adds the version to a body without one. @throws GatewayError INVALID_REQUEST for a version that contradicts the header. */
function versionEdit({ anthropic_version: given }: MessageBody, header: ReadHeader): JsonEdits {
  const wanted = vertexVersionOf(header('anthropic-version') ?? '2023-06-01');
  if (given === undefined) return { anthropic_version: JSON.stringify(wanted) };
  if (given === wanted || given === VERTEX_VERSION) return {};
  throw invalidBody([
    {
      field: 'anthropic_version',
      description: `must be ${VERTEX_VERSION}, the version in the header, or left out`,
    },
  ]);
}

function vertexVersionOf(version: string): string {
  if (version === '2023-06-01') return VERTEX_VERSION;
  if (/^\d{4}-\d{2}-\d{2}$/.test(version)) return version;
  throw new GatewayError(
    'INVALID_REQUEST',
    'The header anthropic-version is not a version of Anthropic’s API. Send a date such as 2023-06-01, or leave it out.',
    { violations: [{ field: 'anthropic-version', description: 'must be a date such as 2023-06-01' }] },
  );
}

/** A full resource name also fixes project and location; otherwise the decision chooses them. */
function targetOf({ model }: Pick<MessageBody, 'model'>, operation: string): CallTarget {
  const { project, location, resource } = readModelName(model, 'anthropic') ?? {};
  if (resource?.kind === 'model' && resource.publisher === 'anthropic')
    return {
      project,
      location,
      operation,
      resource,
      ...(operation === 'countTokens' && { servedIn: CLAUDE_COUNT_LOCATIONS }),
    };
  throw invalidBody([{ field: 'model', description: 'must be a Claude model, such as claude-sonnet-5-5' }]);
}
