import { z } from 'zod';

/** The party that knows a field's value. */
type Source = 'API Management' | 'token' | 'call' | 'governance' | 'gateway' | 'Vertex AI';

interface FieldFacts {
  readonly description: string;
  readonly source: Source;
  readonly unit?: 'ms' | 'bytes' | 'tokens' | 'US dollars';
  /** True for a field that names or singles out a person, alone or with other fields. */
  readonly isPersonal?: true;
}

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

/** The findings of an inspection of a call's content: each kind with how often it was found. */
export const Findings = z.array(z.strictObject({ kind: Text, count: Count }));
/** A reference to the encrypted content of a call. */
export const ContentReference = z.strictObject({
  subject: Text.describe('Pseudonym of the data subject whose key it is encrypted with'),
  blob: Text.describe('Where it lies in the container audit-content'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hex')
    .describe('SHA-256 of the encrypted content, in hex'),
});
export type ContentReference = z.infer<typeof ContentReference>;

function field<Schema extends z.ZodType>(schema: Schema, facts: FieldFacts): Schema {
  return schema.meta({ ...facts });
}

function known<Schema extends z.ZodType>(schema: Schema, facts: FieldFacts): z.ZodOptional<Schema> {
  return field(schema.optional(), facts);
}

/** The fields that are known when a call is let through, before Google is called. */
const Opening = {
  version: field(z.literal(1), { description: 'Version of the form of this record', source: 'gateway' }),
  id: field(RecordId, {
    description: 'Id of the record: its time and the request id, so that ids sort by time',
    source: 'gateway',
  }),
  requestId: field(RequestId, {
    description:
      'Id that API Management gave the call, and `x-request-id` of its answer; joins both recorders',
    source: 'API Management',
  }),
  traceId: known(z.string().regex(/^[0-9a-f]{32}$/, 'a W3C trace id'), {
    description: 'W3C trace id, `operation_Id` of the edge’s telemetry of the same call',
    source: 'API Management',
  }),
  time: field(z.iso.datetime(), { description: 'When the call arrived, in UTC', source: 'gateway' }),
  dialect: field(z.enum(['vertex', 'openai', 'anthropic', 'gateway']), {
    description: 'The surface that was called',
    source: 'gateway',
  }),
  method: known(z.string().regex(/^[A-Z]{1,16}$/, 'an HTTP method'), {
    description: 'HTTP method',
    source: 'call',
  }),
  policyVersion: field(Text, {
    description: 'Content hash of the governance documents that decided',
    source: 'governance',
  }),
  durability: field(z.enum(['standard', 'strict']), {
    description: 'Whether the record was committed right after the answer, or around it',
    source: 'governance',
  }),
  decision: known(z.enum(['allow', 'deny']), {
    description: 'What was decided; left out where the call got to no decision',
    source: 'governance',
  }),
  rule: known(Text, { description: 'Id of the rule that decided', source: 'governance' }),
  reason: known(Text, {
    description: 'The sentence of that rule, as the caller reads it',
    source: 'governance',
  }),
  identityProvider: known(Text, {
    description: 'Who vouches for the caller, by the access document’s id',
    source: 'token',
  }),
  tenantId: known(Text, { description: 'The caller’s tenant', source: 'token' }),
  objectId: known(Text, {
    description: 'The principal: a person where the application acts for one, else the application’s own',
    source: 'token',
    isPersonal: true,
  }),
  applicationId: known(Text, { description: 'The application that called', source: 'token' }),
  agentId: known(Text, {
    description: 'Id of the application in the access document’s list of agents',
    source: 'governance',
  }),
  personId: known(Text, {
    description: 'Object id of the person for whom the application acted',
    source: 'token',
    isPersonal: true,
  }),
  roles: known(z.array(Text), { description: 'Roles of the caller', source: 'token', isPersonal: true }),
  isDelegated: known(z.boolean(), {
    description: 'Whether the application acted for a person',
    source: 'token',
  }),
  subscriptionId: known(Text, { description: 'The APIM subscription', source: 'API Management' }),
  productId: known(Text, { description: 'Its product', source: 'API Management' }),
  operation: known(Text, {
    description: 'What was asked for, as rules name it, or the question to the gateway itself',
    source: 'call',
  }),
  'gen_ai.operation.name': known(Text, {
    description: 'The same in OpenTelemetry’s words where it has one',
    source: 'call',
  }),
  'gen_ai.provider.name': known(z.literal('gcp.vertex_ai'), {
    description: 'Whose API is behind the gateway; left out of questions to the gateway itself',
    source: 'gateway',
  }),
  publisher: known(Text, { description: 'Who publishes the model', source: 'call' }),
  'gen_ai.request.model': known(Text, {
    description: 'The model, by its own name where the catalog has it',
    source: 'governance',
  }),
  endpoint: known(Text, {
    description: 'The endpoint, by its number where the catalog has it',
    source: 'governance',
  }),
  project: known(Text, {
    description: 'Google Cloud project that served the call, or was asked for where none did',
    source: 'governance',
  }),
  location: known(Text, {
    description: 'Google Cloud location that served the call, or was asked for where none did',
    source: 'governance',
  }),
  requestedModel: known(Text, {
    description: 'The model or endpoint as the caller named it, such as an alias',
    source: 'call',
  }),
  requestedProject: known(Text, { description: 'The project that the caller named', source: 'call' }),
  requestedLocation: known(Text, { description: 'The location that the caller named', source: 'call' }),
  requestBytes: field(Count, { description: 'Size of the body', source: 'call', unit: 'bytes' }),
  requestDigest: known(Digest, {
    description: 'HMAC-SHA-256 of the body, behind the id of its key',
    source: 'gateway',
    isPersonal: true,
  }),
};

/** The fields that are known only when a call has ended. */
const Closing = {
  revision: known(z.int().min(1), {
    description:
      'Counts corrections: the answer was withheld after all, because its record was not committed in time',
    source: 'gateway',
  }),
  outcome: field(z.enum(['answered', 'denied', 'failed', 'interrupted', 'aborted']), {
    description:
      'How the call ended; `interrupted`: its stream broke off, `aborted`: the caller went away before the answer was out',
    source: 'gateway',
  }),
  servedFrom: known(z.literal('cache'), {
    description: '`cache` where API Management gave an answer that it had kept',
    source: 'API Management',
  }),
  code: known(Text, { description: 'Code of the error, as the caller reads it', source: 'gateway' }),
  status: field(z.int().min(100).max(599), { description: 'HTTP status', source: 'gateway' }),
  'gen_ai.response.model': known(Text, {
    description: 'Version of the model that answered',
    source: 'Vertex AI',
  }),
  deployedModelId: known(Text, {
    description: 'Id of the deployed model that answered',
    source: 'Vertex AI',
  }),
  'gen_ai.response.finish_reasons': known(z.array(Text), {
    description: 'Why the answer ended',
    source: 'Vertex AI',
  }),
  'gen_ai.usage.input_tokens': known(Count, {
    description: 'Tokens that went in, cached ones and results of tools included',
    source: 'Vertex AI',
    unit: 'tokens',
  }),
  'gen_ai.usage.output_tokens': known(Count, {
    description: 'Tokens that came out, those of thoughts included',
    source: 'Vertex AI',
    unit: 'tokens',
  }),
  'gen_ai.usage.cache_read.input_tokens': known(Count, {
    description: 'Those of the input that came from a cache',
    source: 'Vertex AI',
    unit: 'tokens',
  }),
  'gen_ai.usage.cache_creation.input_tokens': known(Count, {
    description: 'Those of the input that were written to a cache',
    source: 'Vertex AI',
    unit: 'tokens',
  }),
  hourCacheWriteTokens: known(Count, {
    description: 'Those of the writes to a cache that are kept for an hour instead of five minutes',
    source: 'Vertex AI',
    unit: 'tokens',
  }),
  'gen_ai.usage.reasoning.output_tokens': known(Count, {
    description: 'Those of the output that were thoughts',
    source: 'Vertex AI',
    unit: 'tokens',
  }),
  totalTokens: known(Count, { description: 'All tokens', source: 'Vertex AI', unit: 'tokens' }),
  instances: known(Count, { description: 'How many instances were predicted from', source: 'Vertex AI' }),
  usageCompleteness: known(z.enum(['complete', 'partial']), {
    description:
      '`partial` where the answer broke off, or told counts that can’t be, so that more may have been used',
    source: 'gateway',
  }),
  responseBytes: field(Count, {
    description:
      'Size of what was sent, without the signs of life within a stream; 0 for a whole answer that its caller left',
    source: 'gateway',
    unit: 'bytes',
  }),
  responseDigest: known(Digest, {
    description: 'HMAC-SHA-256 of what was sent, behind the id of its key',
    source: 'gateway',
    isPersonal: true,
  }),
  durationInMs: field(Duration, {
    description: 'From the call’s arrival to its end',
    source: 'gateway',
    unit: 'ms',
  }),
  credentialsDurationInMs: known(Duration, {
    description: 'How long Google credentials took',
    source: 'gateway',
    unit: 'ms',
  }),
  firstByteDurationInMs: known(Duration, {
    description: 'From the call’s arrival to the first byte of its answer',
    source: 'gateway',
    unit: 'ms',
  }),
  costInUsd: known(z.number().min(0), {
    description: 'Estimate by the catalog’s price; of partial usage, what is known of it',
    source: 'governance',
    unit: 'US dollars',
  }),
  findings: known(Findings, {
    description: 'What inspection of the content found, by kind and count, where there was one',
    source: 'gateway',
  }),
  content: known(ContentReference, {
    description:
      'Where the encrypted content lies, under whose key, with its hash; where a rule asks for content',
    source: 'governance',
    isPersonal: true,
  }),
};

/** The record of an opening, which is on the ledger before Google is called. */
export const FlatOpening = z.strictObject(Opening);
export type FlatOpening = z.infer<typeof FlatOpening>;

/**
 * The record of a call, version 1, as the ledger and Application Insights have it. Fields that are not known are left out.
 * Names with dots are OpenTelemetry's: https://github.com/open-telemetry/semantic-conventions-genai
 */
export const FlatRecord = z.strictObject({ ...Opening, ...Closing });
export type FlatRecord = z.infer<typeof FlatRecord>;

/** The outcome of a call. `interrupted`: the stream broke after it had begun. `aborted`: the caller went away. */
export type Outcome = FlatRecord['outcome'];
