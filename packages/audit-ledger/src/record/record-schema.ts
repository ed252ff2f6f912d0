import { z } from 'zod';
import { closing, opening, type RecordField } from './record-field.ts';

/**
 * The longest text of a record, in UTF-16 code units. Longer texts are cut before they become part of a record, so that
 * no store cuts them in silence.
 */
export const MAXIMUM_TEXT_LENGTH = 1024;

const Text = z.string().min(1).max(MAXIMUM_TEXT_LENGTH);
const Count = z.int().min(0);
const Duration = z.number().min(0);
const Digest = z.string().regex(/^[\w-]{1,64}:[0-9a-f]{64}$/, 'a digest key id and an HMAC-SHA-256 in hex');
const RequestId = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'a request id');

/** The id of a record: `{time without punctuation}-{request id}`. Ids sort by time. */
export const RecordId = z
  .string()
  .regex(/^\d{8}T\d{9}Z-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'a record id');

/** The findings of an inspection of a call's content. */
const Findings = z.array(
  z.strictObject({
    kind: Text.describe('Kind of the value, such as `email`'),
    direction: z
      .enum(['request', 'response'])
      .describe('`request`: in what the caller sent; `response`: in what the model answered'),
    action: z
      .enum(['allow', 'restore', 'redact', 'block', 'unavailable'])
      .describe('Action of the rule; `unavailable` for a service that did not answer and may be missing'),
    detector: Text.describe('Detector or service that found it'),
    count: Count.describe('Number of times that it was found'),
  }),
);

/** A reference to the encrypted content of a call. */
const ContentReference = z.strictObject({
  subject: Text.describe('Pseudonym of the data subject whose key the content is encrypted with'),
  blob: Text.describe('Name of the content’s blob in the container audit-content'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hex')
    .describe('SHA-256 of the encrypted content, in hex'),
});
export type ContentReference = z.infer<typeof ContentReference>;

/**
 * The fields of a record, in the order in which answers and columns of CSV have them. A field that is added here is
 * shipped, read and described without further code. Columns of CSV keep their order when it is added at the end.
 * Names with dots are OpenTelemetry's: https://github.com/open-telemetry/semantic-conventions-genai
 */
export const RECORD_FIELDS = {
  id: opening(RecordId, {
    description: 'Id of the record: its time and the request id, so that ids sort by time',
    source: 'gateway',
  }),
  requestId: opening(RequestId, {
    description:
      'Id that API Management gave the call, and `x-request-id` of its answer; joins both recorders',
    source: 'API Management',
  }),
  time: opening(z.iso.datetime(), {
    description: 'Time at which the call arrived, in UTC',
    source: 'gateway',
  }),
  version: opening(z.literal(1), {
    description: 'Version of the form of this record',
    source: 'gateway',
    isShippedAsText: true,
  }),
  revision: closing(z.int().min(1).optional(), {
    description:
      'Number of the correction; present where the answer was withheld after all, because its record was not committed in time',
    source: 'gateway',
    isShippedAsText: true,
  }),
  traceId: opening(
    z
      .string()
      .regex(/^[0-9a-f]{32}$/, 'a W3C trace id')
      .optional(),
    {
      description: 'W3C trace id, `operation_Id` of the edge’s telemetry of the same call',
      source: 'API Management',
    },
  ),
  dialect: opening(z.enum(['vertex', 'openai', 'anthropic', 'gateway']), {
    description: 'Surface that was called',
    source: 'gateway',
  }),
  method: opening(
    z
      .string()
      .regex(/^[A-Z]{1,16}$/, 'an HTTP method')
      .optional(),
    { description: 'HTTP method', source: 'call' },
  ),
  operation: opening(Text.optional(), {
    description: 'Operation that was asked for, as rules name it, or the question to the gateway itself',
    source: 'call',
    filter: { place: 2, example: 'predict' },
  }),
  'gen_ai.operation.name': opening(Text.optional(), {
    description: 'OpenTelemetry’s name of the operation, or that of the rules where OpenTelemetry has none',
    source: 'call',
    isLeftOutOfAnswers: true,
  }),
  'gen_ai.provider.name': opening(z.literal('gcp.vertex_ai').optional(), {
    description: 'Provider of the model or endpoint; left out of questions to the gateway itself',
    source: 'gateway',
    isLeftOutOfAnswers: true,
  }),
  policyVersion: opening(Text, {
    description: 'Content hash of the governance documents that decided',
    source: 'governance',
  }),
  durability: opening(z.enum(['standard', 'strict']), {
    description:
      'Commitment of the record: after the answer (`standard`), or before Google is called and again before the answer ends (`strict`)',
    source: 'governance',
  }),
  decision: opening(z.enum(['allow', 'deny']).optional(), {
    description: 'Decision on the call; left out where the call got to no decision',
    source: 'governance',
    filter: { place: 4, example: 'allow' },
  }),
  rule: opening(Text.optional(), {
    description: 'Id of the rule that decided',
    source: 'governance',
    filter: { place: 5, example: 'scoring-iris' },
  }),
  reason: opening(Text.optional(), {
    description: 'Sentence of the rule that decided, as the caller reads it',
    source: 'governance',
  }),
  outcome: closing(z.enum(['answered', 'denied', 'failed', 'interrupted', 'aborted']), {
    description:
      'End of the call; `interrupted`: its stream broke off, `aborted`: the caller went away before the answer was out',
    source: 'gateway',
    filter: { place: 3, example: 'answered' },
  }),
  servedFrom: closing(z.literal('cache').optional(), {
    description: '`cache` where API Management gave an answer that it had kept',
    source: 'API Management',
    filter: { place: 7, example: 'cache' },
  }),
  code: closing(Text.optional(), {
    description: 'Code of the error, as the caller reads it',
    source: 'gateway',
    filter: { place: 6, example: 'NOT_GRANTED' },
  }),
  status: closing(z.int().min(100).max(599), {
    description: 'HTTP status of the answer',
    source: 'gateway',
    isShippedAsText: true,
  }),
  identityProvider: opening(Text.optional(), {
    description: 'Identity provider that vouches for the caller, by its id in the access document',
    source: 'token',
  }),
  tenantId: opening(Text.optional(), { description: 'Tenant of the caller', source: 'token' }),
  objectId: opening(Text.optional(), {
    description: 'Principal: the person where the application acts for one, else the application’s own',
    source: 'token',
    isPersonal: true,
  }),
  applicationId: opening(Text.optional(), { description: 'Application that called', source: 'token' }),
  agentId: opening(Text.optional(), {
    description: 'Id of the application in the access document’s list of agents',
    source: 'governance',
  }),
  personId: opening(Text.optional(), {
    description: 'Object id of the person for whom the application acted',
    source: 'token',
    isPersonal: true,
  }),
  roles: opening(z.array(Text).optional(), {
    description: 'Roles of the caller',
    source: 'token',
    isPersonal: true,
  }),
  isDelegated: opening(z.boolean().optional(), {
    description: 'True if the application acted for a person',
    source: 'token',
  }),
  subscriptionId: opening(Text.optional(), {
    description: 'APIM subscription that the call was made with',
    source: 'API Management',
  }),
  productId: opening(Text.optional(), {
    description: 'Product of the APIM subscription',
    source: 'API Management',
  }),
  project: opening(Text.optional(), {
    description: 'Google Cloud project that served the call, or was asked for where none did',
    source: 'governance',
  }),
  location: opening(Text.optional(), {
    description: 'Google Cloud location that served the call, or was asked for where none did',
    source: 'governance',
    filter: { place: 1, example: 'us-central1' },
  }),
  publisher: opening(Text.optional(), { description: 'Publisher of the model', source: 'call' }),
  'gen_ai.request.model': opening(Text.optional(), {
    description: 'Model that was called, by its own name where the catalog has it',
    source: 'governance',
    answerName: 'model',
  }),
  endpoint: opening(Text.optional(), {
    description: 'Endpoint that was called, by its number where the catalog has it',
    source: 'governance',
  }),
  requestedProject: opening(Text.optional(), {
    description: 'Google Cloud project as the caller named it',
    source: 'call',
  }),
  requestedLocation: opening(Text.optional(), {
    description: 'Google Cloud location as the caller named it',
    source: 'call',
  }),
  requestedModel: opening(Text.optional(), {
    description: 'Model or endpoint as the caller named it, such as an alias',
    source: 'call',
  }),
  'gen_ai.response.model': closing(Text.optional(), {
    description: 'Version of the model that answered',
    source: 'Vertex AI',
    answerName: 'modelVersion',
  }),
  deployedModelId: closing(Text.optional(), {
    description: 'Id of the deployed model that answered',
    source: 'Vertex AI',
  }),
  'gen_ai.response.finish_reasons': closing(z.array(Text).optional(), {
    description: 'Reason for which the answer ended',
    source: 'Vertex AI',
    answerName: 'finishReason',
    isListOfOne: true,
  }),
  usageCompleteness: closing(z.enum(['complete', 'partial']).optional(), {
    description:
      '`partial` where the answer broke off, or reported impossible counts or a total above its parts, so that more may have been used',
    source: 'gateway',
  }),
  'gen_ai.usage.input_tokens': closing(Count.optional(), {
    description: 'Tokens that went in, cached ones and results of tools included',
    source: 'Vertex AI',
    unit: 'tokens',
    answerName: 'inputTokens',
    isSummed: true,
  }),
  'gen_ai.usage.output_tokens': closing(Count.optional(), {
    description: 'Tokens that came out, thoughts included',
    source: 'Vertex AI',
    unit: 'tokens',
    answerName: 'outputTokens',
    isSummed: true,
  }),
  totalTokens: closing(Count.optional(), {
    description: 'All tokens',
    source: 'Vertex AI',
    unit: 'tokens',
    isSummed: true,
  }),
  'gen_ai.usage.cache_read.input_tokens': closing(Count.optional(), {
    description: 'Input tokens that came from a cache',
    source: 'Vertex AI',
    unit: 'tokens',
    answerName: 'cachedTokens',
    isSummed: true,
  }),
  'gen_ai.usage.cache_creation.input_tokens': closing(Count.optional(), {
    description: 'Input tokens that were written to a cache',
    source: 'Vertex AI',
    unit: 'tokens',
    answerName: 'cacheWriteTokens',
    isSummed: true,
  }),
  hourCacheWriteTokens: closing(Count.optional(), {
    description: 'Input tokens that were written to a cache for an hour instead of five minutes',
    source: 'Vertex AI',
    unit: 'tokens',
  }),
  'gen_ai.usage.reasoning.output_tokens': closing(Count.optional(), {
    description: 'Output tokens that were thoughts',
    source: 'Vertex AI',
    unit: 'tokens',
    answerName: 'thinkingTokens',
  }),
  instances: closing(Count.optional(), {
    description: 'Number of instances that were predicted from',
    source: 'Vertex AI',
    isSummed: true,
  }),
  costInUsd: closing(z.number().min(0).optional(), {
    description: 'Estimated cost by the catalog’s price; for partial usage, that of the known part',
    source: 'governance',
    unit: 'US dollars',
    isSummed: true,
  }),
  requestBytes: opening(Count, { description: 'Size of the request’s body', source: 'call', unit: 'bytes' }),
  responseBytes: closing(Count, {
    description:
      'Size of the answer as it was sent, without what fills the silence of a stream; 0 for a whole answer that its caller left',
    source: 'gateway',
    unit: 'bytes',
  }),
  durationInMs: closing(Duration, {
    description: 'Time from the call’s arrival to its end',
    source: 'gateway',
    unit: 'ms',
  }),
  credentialsDurationInMs: closing(Duration.optional(), {
    description: 'Time that it took to get Google credentials',
    source: 'gateway',
    unit: 'ms',
  }),
  firstByteDurationInMs: closing(Duration.optional(), {
    description: 'Time from the call’s arrival to the first byte of its answer',
    source: 'gateway',
    unit: 'ms',
  }),
  requestDigest: opening(Digest.optional(), {
    description: 'HMAC-SHA-256 of the request’s body, behind the id of its key',
    source: 'gateway',
    isPersonal: true,
  }),
  responseDigest: closing(Digest.optional(), {
    description: 'HMAC-SHA-256 of the answer as it was sent, behind the id of its key',
    source: 'gateway',
    isPersonal: true,
  }),
  findings: closing(Findings.optional(), {
    description:
      'Findings of the inspection of the content: kind, direction, action, detector and count, never a value; present where there are any',
    source: 'gateway',
  }),
  content: closing(ContentReference.optional(), {
    description: 'Reference to the encrypted content, with its hash; present where a rule asks for content',
    source: 'governance',
    isPersonal: true,
  }),
  vertexRequests: closing(Count.optional(), {
    description:
      'Number of requests to Vertex AI that answered the call together; present where it took several, such as for many texts',
    source: 'gateway',
    unit: 'requests',
  }),
  retiresOn: opening(z.iso.date().optional(), {
    description: 'Last day of the model, in UTC; present from 60 days before, while answers tell of it',
    source: 'governance',
  }),
  serviceTier: opening(z.enum(['flex', 'priority']).optional(), {
    description: 'Service tier that the call asked for, where it asked for another than the standard one',
    source: 'call',
  }),
  trafficType: closing(Text.optional(), {
    description: 'Capacity that served the call, in Google’s words, such as `ON_DEMAND_PRIORITY`',
    source: 'Vertex AI',
  }),
  searches: closing(Count.optional(), {
    description: 'Number of searches of the web that the model made, as far as the answer tells',
    source: 'Vertex AI',
    unit: 'searches',
  }),
};

type Fields = typeof RECORD_FIELDS;
type NamesWith<Property> = {
  [Name in keyof Fields]: Fields[Name] extends Property ? Name : never;
}[keyof Fields];
type ShapeOf<Name extends keyof Fields> = { [One in Name]: Fields[One]['schema'] };

/** Picks the schemas of fields. The caller guarantees that `isIncluded` holds for exactly the fields of the type. */
function shapeOf<Name extends keyof Fields>(isIncluded: (field: RecordField) => boolean): ShapeOf<Name> {
  const included = Object.entries<RecordField>(RECORD_FIELDS).filter(([, field]) => isIncluded(field));
  return Object.fromEntries(included.map(([name, { schema }]) => [name, schema])) as ShapeOf<Name>;
}

/** The record of an opening, which is on the ledger before Google is called. */
export const FlatOpening = z.strictObject(
  shapeOf<NamesWith<{ readonly stage: 'opening' }>>(({ stage }) => stage === 'opening'),
);
export type FlatOpening = z.infer<typeof FlatOpening>;

/**
 * The record of a call, version 1, as the ledger and Application Insights have it. Fields that are not known are left out.
 */
export const FlatRecord = z.strictObject(shapeOf<keyof Fields>(() => true));
export type FlatRecord = z.infer<typeof FlatRecord>;

/** The outcomes of a call. `interrupted`: the stream broke after it had begun. `aborted`: the caller went away. */
export const OUTCOMES = RECORD_FIELDS.outcome.schema.options;
export type Outcome = FlatRecord['outcome'];

type AnswerNameOf<Name> = Name extends keyof Fields
  ? Fields[Name]['facts'] extends { readonly answerName: infer Short extends string }
    ? Short
    : Name
  : never;

/** The name in answers of a field that is summed over calls. */
export type SummedField = AnswerNameOf<NamesWith<{ readonly facts: { readonly isSummed: true } }>>;

/** Values that fields of a record must have, under the fields' names in answers; one that is left out does not apply. */
export type FieldFilter = {
  readonly [
    Name in NamesWith<{
      readonly facts: { readonly filter: object };
    }> as AnswerNameOf<Name>
  ]?: NonNullable<FlatRecord[Name]>;
};
