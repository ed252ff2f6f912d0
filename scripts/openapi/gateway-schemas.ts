import { z } from 'zod';
import { SURFACE_PATH } from '../../src/dialects/asked-call.ts';
import { OPERATIONS } from '../../src/governance/documents.ts';
import { MEDIA, PROTECTION_ACTIONS } from '../../src/governance/protection-plan.ts';
import { PLAIN_TOOLS, REACHING_TOOLS } from '../../src/governance/tools.ts';

/** The named schemas of the gateway's own surface. Answers are strict: the gateway alone writes them. */
export const gatewayComponents = z.registry<{ id: string }>();

const Environment = z.enum(['sandbox', 'production']).describe('The environment of the product.');
const Operations = z.array(z.enum(OPERATIONS));
const Locations = z.array(z.string().describe('A Google Cloud location.'));
const Amount = z.number().optional();
const TokenPrices = {
  perMillionInputTokens: Amount.describe('The price of a million input tokens.'),
  perMillionOutputTokens: Amount.describe('The price of a million output tokens.'),
  perMillionCachedInputTokens: Amount.describe(
    'The price of a million input tokens that are read from a cache.',
  ),
  perMillionCacheWriteTokens: Amount.describe(
    'The price of a million input tokens that are written to a cache.',
  ),
  perMillionHourCacheWriteTokens: Amount.describe(
    'The price of a million input tokens that are written to a cache for an hour.',
  ),
  perMillionAudioInputTokens: Amount.describe('The price of a million input tokens of audio.'),
  perMillionCachedAudioInputTokens: Amount.describe(
    'The price of a million input tokens of audio that are read from a cache.',
  ),
  perMillionAudioOutputTokens: Amount.describe('The price of a million output tokens of audio.'),
  perMillionImageOutputTokens: Amount.describe('The price of a million output tokens of images.'),
};
const Price = z.looseObject({
  perCall: Amount.describe('The price of one call.'),
  perPrediction: Amount.describe('The price of each prediction of a call, such as an image.'),
  perSecondOfVideo: Amount.describe('The price of each second of each video that a call orders.'),
  perSecondOfSilentVideo: Amount.describe('The price of a second of a video without sound.'),
  ...TokenPrices,
  perMillionStoredTokensPerHour: Amount.describe(
    'The price of a million tokens that a context cache keeps for an hour.',
  ),
  perSearch: Amount.describe('The price of each search of the web.'),
  perGroundedPrompt: Amount.describe('The price of a call with any searches of the web.'),
  factorOutsideGlobal: Amount.describe(
    'The factor of the prices of tokens for calls that are served elsewhere than at `global`.',
  ),
  longContext: z
    .looseObject({
      aboveInputTokens: z.int().describe('The number of input tokens above which these prices hold.'),
      ...TokenPrices,
    })
    .optional()
    .describe('The prices of all tokens of a call with long input.'),
});

const FieldViolation = z
  .strictObject({
    field: z.string().describe('The path of the field at fault.'),
    description: z.string().describe('The rule that the field breaks.'),
  })
  .describe('One fault of a request.')
  .register(gatewayComponents, { id: 'FieldViolation' });

export const Caller = z
  .strictObject({
    identityProvider: z.string().describe("The id of the caller's identity provider in the access document."),
    tenantId: z.string().optional().describe("The caller's tenant at that provider, if it has one."),
    objectId: z
      .string()
      .describe(
        'The object id of the principal that the token was issued to, or of the person that the application acts for.',
      ),
    applicationId: z.string().optional().describe("The application's client id."),
    isDelegated: z.boolean().describe('True if the application acts for a person.'),
    roles: z
      .array(z.string())
      .describe("The roles that the rules apply to. They are the person's if the application acts for one."),
    idleRoles: z
      .array(z.string())
      .optional()
      .describe(
        "The caller's roles in other environments than the product's. They grant nothing with this key.",
      ),
    subscriptionId: z.string().describe('The APIM subscription whose key was sent.'),
    productId: z.string().describe('The product of the APIM subscription.'),
    environment: Environment.optional(),
    agent: z
      .strictObject({
        id: z.string().describe("The agent's id in the access document."),
        reason: z.string().describe('The reason for the entry.'),
        roles: z.array(z.string()).describe('The roles that bound what the application may do for people.'),
      })
      .optional()
      .describe('The entry of the access document for an application that acts for people.'),
  })
  .describe("The caller's identity as the gateway sees it.")
  .register(gatewayComponents, { id: 'Caller' });

const Model = z
  .strictObject({
    name: z.string().describe("The entry's name in the catalog."),
    alias: z.string().optional().describe('A further name that requests may send as the model.'),
    publisher: z.string().optional().describe("The model's publisher."),
    model: z.string().optional().describe("The publisher model's id."),
    endpoint: z.string().optional().describe("The custom endpoint's number."),
    project: z.string().describe('The Google Cloud project.'),
    allowed: z
      .array(
        z.strictObject({
          locations: Locations.describe('The Google Cloud locations.'),
          operations: Operations.describe(
            'The operations, each of which is allowed in each of the locations.',
          ),
        }),
      )
      .describe('The operations that are allowed, with the locations that they are allowed in.'),
    classification: z
      .enum(['public', 'internal', 'confidential', 'restricted'])
      .describe('The class of the most sensitive data that may be sent to the model.'),
    price: Price.optional().describe('The prices in US dollars, for estimates.'),
    serviceTiers: z
      .strictObject({
        flex: Price.optional().describe('The prices of calls that Google may answer late.'),
        priority: Price.optional().describe('The prices of calls that Google answers first.'),
      })
      .optional()
      .describe(
        'The service tiers that the caller may ask for besides the standard one, with their prices in US dollars.',
      ),
    retires: z
      .strictObject({
        on: z.iso
          .date()
          .describe('The last day, in UTC. A model is left out of the list once it has passed.'),
        source: z.string().describe("The address of the vendor's announcement."),
      })
      .optional()
      .describe('The announced end of the model.'),
  })
  .describe("A model or endpoint, with the caller's permissions on it.")
  .register(gatewayComponents, { id: 'Model' });

export const Models = z
  .strictObject({
    policyVersion: z.string().describe('The hash of the policy documents.'),
    models: z.array(Model).describe("The models and endpoints, in the catalog's order."),
  })
  .describe('The models that the caller may use, and no others.')
  .register(gatewayComponents, { id: 'Models' });

const Limit = z
  .strictObject({
    scope: z.enum(['product', 'role', 'entry']).describe('The kind of thing that the limits bound.'),
    name: z.string().describe('The id or name of that product, role or catalog entry.'),
    callsPerMinute: z.int().optional().describe('The maximum number of calls in a minute.'),
    callsPerDay: z.int().optional().describe('The maximum number of calls in a day.'),
    tokensPerMinute: z.int().optional().describe('The maximum number of tokens in a minute.'),
    tokensPerDay: z.int().optional().describe('The maximum number of tokens in a day.'),
    concurrentStreams: z.int().optional().describe('The maximum number of streams that are open at once.'),
  })
  .describe(
    'The limits of one product, role or catalog entry. A quantity that is left out has no limit there.',
  )
  .register(gatewayComponents, { id: 'Limit' });

export const PolicyExplainRequest = z
  .strictObject({
    method: z
      .string()
      .regex(/^[A-Z]+$/)
      .describe('The HTTP method, such as `POST`.'),
    path: z
      .string()
      .regex(SURFACE_PATH)
      .describe('The path on the gateway, which begins with `/vertex/`, `/openai/` or `/anthropic/`.'),
    body: z
      .unknown()
      .optional()
      .describe(
        "The call's body. It is needed where it names the model, places or tools. A body with those members alone suffices.",
      ),
  })
  .describe('A call to explain. It is not made.')
  .register(gatewayComponents, { id: 'PolicyExplainRequest' });

const ContentAction = z
  .strictObject({
    direction: z
      .enum(['request', 'response'])
      .describe('The content that is inspected: of the `request` or of the `response`.'),
    action: z
      .enum(PROTECTION_ACTIONS)
      .describe(
        'The action: `allow` counts a value, `restore` replaces it and puts it back into the answer, `redact` replaces it, ' +
          '`block` refuses the call or ends its answer.',
      ),
    kinds: z.array(z.string()).optional().describe('The kinds of values, such as `email`.'),
    media: z.array(z.enum(MEDIA)).optional().describe('The media, in place of kinds of values.'),
    services: z
      .array(z.string())
      .optional()
      .describe('The services of others whose findings the action is on, in place of kinds of values.'),
    rule: z.string().describe("The rule's id."),
    reason: z.string().describe('The reason for the rule.'),
  })
  .describe('An action that a rule plans on the content of a call.')
  .register(gatewayComponents, { id: 'ContentAction' });

const Place = z.string().describe('An address that begins with `gs://`, `bq://` or `https://`.');

export const PolicyExplanation = z
  .strictObject({
    decision: z.enum(['allow', 'deny']).describe('The decision: `allow` or `deny`.'),
    rule: z
      .string()
      .describe(
        'The id of the rule that decides. It is `catalog` or `default-deny` if no rule covers the call, `request` for a ' +
          'malformed call, and `question` for one that the gateway answers itself.',
      ),
    reason: z.string().describe('The reason for the decision, in plain English.'),
    code: z.string().optional().describe('The error code that the call would get.'),
    policyVersion: z.string().describe('The hash of the policy documents.'),
    entry: z.string().optional().describe('The catalog entry that the call is for.'),
    project: z.string().optional().describe('The Google Cloud project that would serve an allowed call.'),
    location: z.string().optional().describe('The location that would serve an allowed call.'),
    host: z.string().optional().describe('The host of the endpoint, if it has one of its own.'),
    limits: z.array(Limit).optional().describe('The limits that the call would count against.'),
    storage: z
      .strictObject({
        inputs: z.array(Place).describe('The places that the call may have read.'),
        outputs: z.array(Place).describe('The places that the call may write to.'),
      })
      .optional()
      .describe(
        'The places that an allowed call may reach, with everything inside them. Only operations that can name places have it.',
      ),
    tools: z
      .strictObject({
        use: z.array(z.enum(PLAIN_TOOLS)).describe('The tools that reach no source that a call names.'),
        reach: z
          .partialRecord(
            z.enum(REACHING_TOOLS),
            z.array(z.string().describe('The full name or address of a source.')),
          )
          .describe('The sources that each tool may reach.'),
      })
      .optional()
      .describe(
        'The tools that an allowed call may give a model. Only operations that can give tools have it.',
      ),
    protection: z
      .array(ContentAction)
      .optional()
      .describe("The actions on values and media in an allowed call's content, where it is inspected."),
    keptContent: z
      .array(z.enum(['request', 'response']))
      .optional()
      .describe("The parts of an allowed call's content that are kept, encrypted."),
    retires: z
      .string()
      .optional()
      .describe('The end of the model and what to use instead, from 60 days before its last day.'),
    nearestGrant: z
      .strictObject({
        id: z.string().describe("The grant's id."),
        reason: z.string().describe('The reason for the grant.'),
        roles: z.array(z.string()).describe('The roles that have the grant.'),
        locations: z.array(z.string()).describe('The locations that the grant covers.'),
        operations: z.array(z.string()).describe('The operations that the grant covers.'),
      })
      .optional()
      .describe('The grant that comes closest to covering a denied call.'),
    missing: z
      .array(z.string())
      .optional()
      .describe(
        'The differences between a denied call and that grant, and the alternatives, one sentence each.',
      ),
    violations: z
      .array(FieldViolation)
      .optional()
      .describe('The faults of a malformed call, or of the places that it names, one for each field.'),
  })
  .describe('The decision on a call that is not made.')
  .register(gatewayComponents, { id: 'PolicyExplanation' });

export const Problem = z
  .strictObject({
    type: z.string().describe('The URI of the problem type, such as `/errors/rate-limited`.'),
    title: z.string().describe('The title of the problem type.'),
    status: z.int().describe('The HTTP status.'),
    detail: z.string().describe('The cause of the failure and its remedy.'),
    instance: z.string().describe('The URI of this call, which contains its request id.'),
    code: z.string().describe('The error code, such as `RATE_LIMITED`.'),
    violations: z.array(FieldViolation).optional().describe('The faults of the request, one for each field.'),
  })
  .describe('A problem document: https://www.rfc-editor.org/rfc/rfc9457')
  .register(gatewayComponents, { id: 'Problem' });
