import { z } from 'zod';
import { SURFACE_PATH } from '../../src/dialects/asked-call.ts';
import { OPERATIONS } from '../../src/governance/documents.ts';
import { PLAIN_TOOLS, REACHING_TOOLS } from '../../src/governance/tools.ts';

/** The named schemas of the gateway's own surface. Answers are strict: the gateway alone writes them. */
export const gatewayComponents = z.registry<{ id: string }>();

const Environment = z.enum(['sandbox', 'production']).describe('The environment of that product.');
const Operations = z.array(z.enum(OPERATIONS));
const Locations = z.array(z.string().describe('A Google Cloud location.'));
const Amount = z.number().optional();
const TokenPrices = {
  perMillionInputTokens: Amount.describe('Of a million tokens that go in.'),
  perMillionOutputTokens: Amount.describe('Of a million tokens that come out.'),
  perMillionCachedInputTokens: Amount.describe('Of a million that are read from a cache.'),
  perMillionCacheWriteTokens: Amount.describe('Of a million that are written to a cache.'),
  perMillionHourCacheWriteTokens: Amount.describe('Of a million that are written to a cache for an hour.'),
};
const Price = z.looseObject({
  perCall: Amount.describe('Of one call.'),
  perPrediction: Amount.describe('Of each prediction of a call, such as an image.'),
  ...TokenPrices,
  longContext: z
    .looseObject({ aboveInputTokens: z.int().describe('Where it begins.'), ...TokenPrices })
    .optional()
    .describe('Of all tokens of a call with more input than that.'),
});

const FieldViolation = z
  .strictObject({
    field: z.string().describe('Where it is.'),
    description: z.string().describe('What is wrong with it.'),
  })
  .describe('One thing that is wrong with a request.')
  .register(gatewayComponents, { id: 'FieldViolation' });

export const Caller = z
  .strictObject({
    identityProvider: z
      .string()
      .describe('Which identity provider of the access document vouches for the caller.'),
    tenantId: z.string().optional().describe("The caller's tenant at that provider, if it has one."),
    objectId: z
      .string()
      .describe('The principal that the token was issued to, or the person that the application acts for.'),
    applicationId: z.string().optional().describe('Application (client) id.'),
    isDelegated: z.boolean().describe('Whether the application acts for a person.'),
    roles: z
      .array(z.string())
      .describe("Roles that the rules go by; the person's when the application acts for one."),
    idleRoles: z
      .array(z.string())
      .optional()
      .describe('Further roles, of another environment than that product: they grant nothing with this key.'),
    subscriptionId: z.string().describe('The APIM subscription whose key was sent.'),
    productId: z.string().describe('The product of that subscription.'),
    environment: Environment.optional(),
    agent: z
      .strictObject({
        id: z.string().describe('Id of the entry.'),
        reason: z.string().describe('Why there is the entry.'),
        roles: z.array(z.string()).describe('The most that the application may do for people.'),
      })
      .optional()
      .describe("The access document's entry of an application that acts for people."),
  })
  .describe('Who the gateway takes the caller for.')
  .register(gatewayComponents, { id: 'Caller' });

const Model = z
  .strictObject({
    name: z.string().describe('Its name in the catalog.'),
    alias: z.string().optional().describe('A further name that may be sent as the model.'),
    publisher: z.string().optional().describe('Who publishes the model.'),
    model: z.string().optional().describe('Id of the publisher model.'),
    endpoint: z.string().optional().describe('Number of the custom endpoint.'),
    project: z.string().describe('Google Cloud project.'),
    allowed: z
      .array(
        z.strictObject({
          locations: Locations.describe('Google Cloud locations.'),
          operations: Operations.describe('Each of them is allowed in each of the locations.'),
        }),
      )
      .describe('The operations that are allowed, with the locations that they are allowed in.'),
    classification: z
      .enum(['public', 'internal', 'confidential', 'restricted'])
      .describe('The most sensitive data that may be sent to it.'),
    price: Price.optional().describe('In US dollars, for estimates.'),
  })
  .describe('A model or endpoint as the caller may use it.')
  .register(gatewayComponents, { id: 'Model' });

export const Models = z
  .strictObject({
    policyVersion: z.string().describe('Content hash of the policy documents.'),
    models: z.array(Model).describe("In the catalog's order."),
  })
  .describe('What the caller may use, and nothing else.')
  .register(gatewayComponents, { id: 'Models' });

const Limit = z
  .strictObject({
    scope: z.enum(['product', 'role', 'entry']).describe('What it bounds.'),
    name: z.string().describe('The id or name of that product, role or catalog entry.'),
    callsPerMinute: z.int().optional().describe('Calls in a minute.'),
    callsPerDay: z.int().optional().describe('Calls in a day.'),
    tokensPerMinute: z.int().optional().describe('Tokens in a minute.'),
    tokensPerDay: z.int().optional().describe('Tokens in a day.'),
    concurrentStreams: z.int().optional().describe('Streams that are open at once.'),
  })
  .describe('Bounds of one product, role or catalog entry; what is left out is not bounded there.')
  .register(gatewayComponents, { id: 'Limit' });

export const PolicyExplainRequest = z
  .strictObject({
    method: z
      .string()
      .regex(/^[A-Z]+$/)
      .describe('HTTP method, such as POST.'),
    path: z
      .string()
      .regex(SURFACE_PATH)
      .describe('Path on the gateway, which begins with /vertex/, /openai/ or /anthropic/.'),
    body: z
      .unknown()
      .optional()
      .describe(
        "The call's body; needed where it names the model, places or tools. It may have these members alone.",
      ),
  })
  .describe('A call as it would be made.')
  .register(gatewayComponents, { id: 'PolicyExplainRequest' });

const Place = z.string().describe('A gs://, bq:// or https:// address.');

export const PolicyExplanation = z
  .strictObject({
    decision: z.enum(['allow', 'deny']).describe('What the rules say to the call.'),
    rule: z
      .string()
      .describe(
        'Id of the rule that decides; catalog, default-deny, request for a call of the wrong form, or question for one ' +
          'that the gateway answers itself.',
      ),
    reason: z.string().describe('Why, in plain English.'),
    code: z.string().optional().describe('The code of the error that the call would get.'),
    policyVersion: z.string().describe('Content hash of the policy documents.'),
    entry: z.string().optional().describe('The catalog entry that the call reaches for.'),
    project: z.string().optional().describe('The Google Cloud project that would serve an allowed call.'),
    location: z.string().optional().describe('The location that would serve an allowed call.'),
    host: z.string().optional().describe('The host of an endpoint that has one of its own.'),
    limits: z.array(Limit).optional().describe('The limits that the call would count against.'),
    storage: z
      .strictObject({
        inputs: z.array(Place).describe('What it may have read.'),
        outputs: z.array(Place).describe('Where it may write.'),
      })
      .optional()
      .describe('Of an allowed operation that can name places: these, and what lies in them.'),
    tools: z
      .strictObject({
        use: z.array(z.enum(PLAIN_TOOLS)).describe('Tools that reach nothing that a call names.'),
        reach: z
          .partialRecord(z.enum(REACHING_TOOLS), z.array(z.string().describe('A full name, or an address.')))
          .describe('Tools with what each of them may reach.'),
      })
      .optional()
      .describe('Of an allowed operation that can give a model tools: these alone.'),
    keptContent: z
      .array(z.enum(['request', 'response']))
      .optional()
      .describe('What is kept of the content of an allowed call, encrypted.'),
    nearestGrant: z
      .strictObject({
        id: z.string().describe('Id of the grant.'),
        reason: z.string().describe('Why there is the grant.'),
        roles: z.array(z.string()).describe('Roles that have it.'),
        locations: z.array(z.string()).describe('Where it holds.'),
        operations: z.array(z.string()).describe('For what it holds.'),
      })
      .optional()
      .describe('The grant that a denied call comes closest to.'),
    missing: z
      .array(z.string())
      .optional()
      .describe(
        'What stands between a denied call and a grant, and what to do instead, sentence by sentence.',
      ),
    violations: z
      .array(FieldViolation)
      .optional()
      .describe(
        'What is wrong with a call of the wrong form, or with the places that it names, field by field.',
      ),
  })
  .describe('What would become of a call.')
  .register(gatewayComponents, { id: 'PolicyExplanation' });

export const Problem = z
  .strictObject({
    type: z.string().describe('Names the kind of problem, such as /errors/rate-limited.'),
    title: z.string().describe('The kind of problem in a few words.'),
    status: z.int().describe('The HTTP status.'),
    detail: z.string().describe('What went wrong and what to do about it.'),
    instance: z.string().describe('Names this call by its request id.'),
    code: z.string().describe('The code of the error, such as RATE_LIMITED.'),
    violations: z
      .array(FieldViolation)
      .optional()
      .describe('What is wrong with the request, field by field.'),
  })
  .describe('A problem document: https://www.rfc-editor.org/rfc/rfc9457')
  .register(gatewayComponents, { id: 'Problem' });
