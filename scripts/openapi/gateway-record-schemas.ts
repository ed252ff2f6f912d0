import { z } from 'zod';
import { NUMBER_FIELDS, TEXT_FIELDS } from '@vertex-ai-gateway/audit-ledger/reading/record-fields';
import { gatewayComponents } from './gateway-schemas.ts';

type TextField = Exclude<
  (typeof TEXT_FIELDS)[number],
  'version' | 'requestId' | 'revision' | 'status' | 'roles' | 'isDelegated' | 'findings' | 'content'
>;

const TEXTS: Readonly<Record<TextField, string>> = {
  traceId: 'W3C trace id of the call, operation_Id of telemetry.',
  dialect: 'The surface that was called: vertex, openai, anthropic or gateway.',
  method: 'HTTP method.',
  operation: 'What was asked for.',
  policyVersion: 'Content hash of the policy documents that decided.',
  durability: 'standard or strict: how surely the record was committed.',
  decision: 'What was decided of the call: allow or deny.',
  rule: 'Id of the rule that decided.',
  reason: 'The sentence of that rule.',
  outcome: 'How the call ended: answered, denied, failed, interrupted or aborted.',
  code: 'The code of the error, where there was one.',
  identityProvider: 'Who vouched for the caller.',
  tenantId: "The caller's tenant.",
  objectId: 'The principal or person.',
  applicationId: 'The application.',
  agentId: 'Id of the agent, where the application is one.',
  personId: 'Object id of the person for whom the application acted.',
  subscriptionId: 'The APIM subscription.',
  productId: 'Its product.',
  project: 'Google Cloud project that served the call, or was asked for where none did.',
  location: 'Google Cloud location that served the call, or was asked for where none did.',
  publisher: 'Who publishes the model.',
  model: 'The model.',
  endpoint: 'The endpoint.',
  requestedProject: 'The project that the caller named.',
  requestedLocation: 'The location that the caller named.',
  requestedModel: 'The model or endpoint as the caller named it.',
  modelVersion: 'Version of the model that answered.',
  deployedModelId: 'Id of the deployed model that answered.',
  finishReason: 'Why the answer ended.',
  servedFrom: 'cache where API Management gave an answer that it had kept.',
  usageCompleteness: 'Whether all of the usage is known.',
  requestDigest: 'Keyed digest of the request.',
  responseDigest: 'Keyed digest of the answer.',
};

const NUMBERS: Readonly<Record<(typeof NUMBER_FIELDS)[number], string>> = {
  inputTokens: 'Tokens that went in.',
  outputTokens: 'Tokens that came out.',
  totalTokens: 'All tokens.',
  cachedTokens: 'Tokens of the input that came from a cache.',
  cacheWriteTokens: 'Tokens of the input that were written to a cache.',
  hourCacheWriteTokens: 'Those of them that are kept for an hour.',
  thinkingTokens: 'Tokens of thoughts.',
  instances: 'Instances that were predicted from.',
  requestBytes: 'Size of the request.',
  responseBytes: 'Size of the answer.',
  durationInMs: 'How long the call took.',
  credentialsDurationInMs: 'How long Google credentials took.',
  firstByteDurationInMs: 'How long it took until the answer began.',
  costInUsd: 'Estimate of what the call cost in US dollars, by the price of the catalog.',
};

function describeEach(fields: Readonly<Record<string, string>>, schema: z.ZodType) {
  return Object.fromEntries(
    Object.entries(fields).map(([name, description]) => [name, schema.optional().describe(description)]),
  );
}

export const RecordedCall = z
  .strictObject({
    id: z.string().describe('Id of the record: its time and the request id.'),
    requestId: z.string().describe('The request id of the call.'),
    version: z.int().optional().describe('Version of the form of the record.'),
    revision: z.int().optional().describe('1 of a correction: the answer was withheld.'),
    time: z.string().describe('When it began.'),
    recordedBy: z
      .enum(['edge', 'function-app'])
      .describe('The edge records the calls that it refuses; the function app records all others.'),
    status: z.int().optional().describe('The HTTP status.'),
    roles: z.array(z.string()).optional().describe('Roles of the caller.'),
    findings: z
      .array(
        z.strictObject({
          kind: z.string().describe('What was found.'),
          count: z.int().describe('How often.'),
        }),
      )
      .optional()
      .describe('What inspection of the content found.'),
    content: z
      .strictObject({
        subject: z.string().describe('Pseudonym of the data subject whose key it is encrypted with.'),
        blob: z.string().describe('Where it lies in the container audit-content.'),
        sha256: z.string().describe('SHA-256 of the encrypted content, in hex.'),
      })
      .optional()
      .describe('Where the encrypted content of the call lies, where a rule asks for it.'),
    isDelegated: z.boolean().optional().describe('Whether the application acted for a person.'),
    ...describeEach(TEXTS, z.string()),
    ...describeEach(NUMBERS, z.number()),
  })
  .describe('What is on record of one call; what was not known is left out.')
  .register(gatewayComponents, { id: 'RecordedCall' });

export const RecordPage = z
  .strictObject({
    records: z.array(RecordedCall).describe('Newest first.'),
    nextCursor: z.string().optional().describe('Asks for the next page; left out on the last one.'),
  })
  .describe('One page of records.')
  .register(gatewayComponents, { id: 'RecordPage' });

export const RecordLines = z
  .string()
  .describe(
    'A record as JSON on each line; a last line with the member error alone where the list broke off.',
  )
  .register(gatewayComponents, { id: 'RecordLines' });

export const RecordTable = z
  .string()
  .describe(
    'A head, and a row for each record; a last row with the column error alone where the list broke off.',
  )
  .register(gatewayComponents, { id: 'RecordTable' });

const count = z.int();
const figures = {
  calls: count.describe('How many calls there were.'),
  outcomes: z
    .strictObject({
      answered: count.describe('Calls that were answered.'),
      denied: count.describe('Calls that were denied.'),
      failed: count.describe('Calls that failed.'),
      interrupted: count.describe('Streams that broke off.'),
      aborted: count.describe('Calls whose caller went away.'),
    })
    .describe('How they ended.'),
  inputTokens: count.describe('Tokens that went in.'),
  outputTokens: count.describe('Tokens that came out.'),
  totalTokens: count.describe('All tokens.'),
  cachedTokens: count.describe('Those that went in from a cache.'),
  cacheWriteTokens: count.describe('Those that went in and were written to a cache.'),
  instances: count.describe('Instances that were predicted from.'),
  costInUsd: z
    .number()
    .optional()
    .describe(
      'An estimate in US dollars, by the prices that the catalog had at the time; left out where it has none.',
    ),
};

const UsageTotal = z
  .strictObject(figures)
  .describe('What calls used.')
  .register(gatewayComponents, { id: 'UsageTotal' });

const UsageRow = z
  .strictObject({
    model: z.string().optional().describe('Name of the catalog entry, in sums by model.'),
    day: z.string().optional().describe('The day in UTC, in sums by day.'),
    operation: z.string().optional().describe('The operation, in sums by operation.'),
    ...figures,
  })
  .describe("What calls of one model, day or operation used; of calls that reached none, it isn't named.")
  .register(gatewayComponents, { id: 'UsageRow' });

export const Usage = z
  .strictObject({
    policyVersion: z.string().describe('Content hash of the policy documents.'),
    subscriptionId: z.string().describe('The APIM subscription.'),
    from: z.string().describe('The beginning of the period.'),
    to: z.string().describe('The first instant outside.'),
    by: z.enum(['model', 'day', 'operation']).describe('What is summed apart.'),
    usage: z.array(UsageRow).describe('One row for each model, day or operation.'),
    total: UsageTotal.describe('All of them together.'),
  })
  .describe('What an APIM subscription used in a period.')
  .register(gatewayComponents, { id: 'Usage' });
