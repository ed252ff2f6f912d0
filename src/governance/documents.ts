import { z } from 'zod';
import { PLAIN_TOOLS, REACHING_TOOLS, type ReachingTool } from './tools.ts';

/** The name of an entry, a role, a rule or a product. */
export const Name = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    'must have at most 63 letters, digits, dots, dashes and underscores, and begin with a letter or digit',
  );
/** The name that a publisher gives a model; it can have a version after `@`. */
const ModelName = z.string().regex(/^[a-z0-9][a-z0-9._@-]{0,126}$/, 'must be a model name of Vertex AI');
/** The sentence of a rule that callers read. */
export const Reason = z.string().min(1).max(300).describe('Reason for the rule, in one line that users read');
/** A Google Cloud location: a region such as `europe-west4`, a multi-region or `global`. */
export const Location = z
  .string()
  .regex(/^[a-z]+(-[a-z]+\d{1,2})?$/, 'must be a Google Cloud location such as europe-west4 or global');
const Project = z
  .string()
  .regex(/^([a-z][a-z0-9-]{4,28}[a-z0-9]|\d{6,20})$/, 'must be a Google Cloud project id or number');
/** A positive whole number; API Management counts in 32 bits. */
const Count = z.int().min(1).max(2_147_483_647);

/** The operations of Vertex AI that rules can name: the verbs of its REST paths and of its resource collections. */
export const OPERATIONS = [
  'predict',
  'rawPredict',
  'streamRawPredict',
  'explain',
  'generateContent',
  'streamGenerateContent',
  'countTokens',
  'computeTokens',
  'embedContent',
  'predictLongRunning',
  'directPredict',
  'directRawPredict',
  'serverStreamingPredict',
  'chatCompletions',
  'batchPredict',
  'cacheContent',
] as const;
/** An operation that rules can name. */
export const Operation = z.enum(OPERATIONS);

const ENVIRONMENTS = ['sandbox', 'production'] as const;
const Environment = z.enum(ENVIRONMENTS);

/** The class of the most sensitive data that an entry may be sent. */
export const Classification = z.enum(['public', 'internal', 'confidential', 'restricted']);

const JsonSchema = z.record(z.string(), z.unknown());

/** US dollars. The bound is above every real price, so that sums stay finite. */
const Amount = z.number().min(0).max(1_000_000);

/** Prices of a million tokens. The default of a price that is left out is at least the highest price of any vendor. */
const TokenPrices = {
  perMillionInputTokens: Amount,
  perMillionOutputTokens: Amount,
  perMillionCachedInputTokens: Amount.optional().describe(
    'Price of a million input tokens that are read from a cache. It defaults to the price of other input.',
  ),
  perMillionCacheWriteTokens: Amount.optional().describe(
    'Price of a million input tokens that are written to a cache. It defaults to 1.25 times the price of other input.',
  ),
  perMillionHourCacheWriteTokens: Amount.optional().describe(
    'Price of a million input tokens that are written to a cache for an hour. It defaults to twice the price of other input.',
  ),
  perMillionAudioInputTokens: Amount.optional().describe(
    'Price of a million input tokens of audio. It defaults to the price of other input.',
  ),
  perMillionCachedAudioInputTokens: Amount.optional().describe(
    'Price of a million input tokens of audio that are read from a cache. It defaults to the higher one of the prices of audio and of cached input.',
  ),
  perMillionAudioOutputTokens: Amount.optional().describe(
    'Price of a million output tokens of audio. It defaults to the price of other output.',
  ),
  perMillionImageOutputTokens: Amount.optional().describe(
    'Price of a million output tokens of images. It defaults to the price of other output.',
  ),
};
const TokenPrice = z.strictObject({
  ...TokenPrices,
  perMillionStoredTokensPerHour: Amount.optional().describe(
    'Price of a million tokens that a context cache keeps for an hour. It defaults to nothing.',
  ),
  perSearch: Amount.optional().describe('Price of each search of the web. It defaults to nothing.'),
  perGroundedPrompt: Amount.optional().describe(
    'Price of a call with any searches of the web. It defaults to nothing.',
  ),
  factorOutsideGlobal: z
    .number()
    .gt(0)
    .max(100)
    .optional()
    .describe(
      'Factor of the prices of tokens, in every service tier, for calls that are served elsewhere than at `global`. It defaults to 1.',
    ),
  longContext: z
    .strictObject({ aboveInputTokens: Count, ...TokenPrices })
    .optional()
    .describe('Prices of all tokens of a call with more than `aboveInputTokens` input tokens'),
});
/** The prices of tokens. */
export type TokenPrice = z.infer<typeof TokenPrice>;

/**
 * The tiers of Google's shared capacity that calls can ask for besides the standard one.
 * https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/priority-paygo and …/flex-paygo
 */
const ServiceTier = z.enum(['flex', 'priority']);
/** A tier of Google's shared capacity. */
export type ServiceTier = z.infer<typeof ServiceTier>;

/** Prices of tokens in a service tier. Searches, kept tokens and locations count as for the entry in every tier. */
const TierPrice = z.strictObject({
  ...TokenPrices,
  longContext: z
    .strictObject({ aboveInputTokens: Count, ...TokenPrices })
    .optional()
    .describe('Prices of all tokens of a call with more than `aboveInputTokens` input tokens'),
});

/** The price of a call, a prediction, a second or tokens, in US dollars. It serves estimates, not bills. */
const Price = z.union([
  z.strictObject({ perCall: Amount }),
  z.strictObject({ perPrediction: Amount.describe('Price of each prediction of a call, such as an image') }),
  z.strictObject({
    perSecondOfVideo: Amount.describe('Price of each second of each video that a call orders'),
    perSecondOfSilentVideo: Amount.optional().describe(
      'Price of a second of a video without sound. It defaults to the price of other seconds.',
    ),
  }),
  TokenPrice,
]);
/** The price of a call, a prediction or tokens. */
export type Price = z.infer<typeof Price>;

/** A cached answer lives at most a day. */
const MAXIMUM_CACHE_SECONDS = 86_400;

/** Lets the edge cache an entry's answers for each team. Without this, it caches none. */
const Cache = z
  .strictObject({
    seconds: z.int().min(1).max(MAXIMUM_CACHE_SECONDS).describe('Lifetime of a kept answer'),
    reason: Reason,
  })
  .describe('Permission for the edge to answer equal calls of a team with the same kept answer');

/** The announced end of a model or endpoint. */
const Retires = z
  .strictObject({
    on: z.iso
      .date()
      .describe('Last day on which calls are served, in UTC. From the next day they are refused.'),
    source: z
      .string()
      .regex(/^https:\/\/[!#-;=?-~]{1,500}$/, 'must be an https:// address')
      .describe('Address of the page on which the vendor announces the end'),
    replacement: Name.optional().describe('Name of the entry to use instead, whose own end must be later'),
  })
  .describe('Announced end of the model or endpoint. Callers are told from 60 days before.');

const Entry = {
  name: Name.describe('Name of the entry in rules, and for people'),
  alias: Name.optional().describe('Further name that callers may send as the model'),
  environments: z.array(Environment).min(1).describe('Environments whose callers may reach the entry'),
  project: Project,
  locations: z.array(Location).min(1),
  operations: z.array(Operation).min(1),
  tags: z.array(Name).optional(),
  classification: Classification.describe('Class of the most sensitive data that may be sent to the entry'),
  price: Price.optional(),
  serviceTiers: z
    .strictObject({ flex: TierPrice.optional(), priority: TierPrice.optional() } satisfies Record<
      ServiceTier,
      unknown
    >)
    .optional()
    .describe(
      'Service tiers that calls may ask for besides the standard one, with their prices. It defaults to none.',
    ),
  cache: Cache.optional(),
  retires: Retires.optional(),
};

/** Hosts of an endpoint by location; `findHostProblem` checks their form. */
const Hosts = z
  .record(Location, z.string().min(1).max(253))
  .describe(
    'Host of the endpoint by location, for endpoints with a host of their own: a dedicated DNS name, the name or private IPv4 address of Private Service Connect, or a DNS name of yours for one of these',
  );

/** A publisher model or a custom endpoint that callers may be granted, with its locations and operations. */
export const CatalogEntry = z.union([
  z.strictObject({
    ...Entry,
    endpoint: Name,
    hosts: Hosts.optional(),
    instances: JsonSchema.optional().describe('JSON Schema of each instance'),
    parameters: JsonSchema.optional().describe('JSON Schema of the parameters'),
  }),
  z.strictObject({ ...Entry, publisher: Name, model: ModelName }),
]);
export type CatalogEntry = z.infer<typeof CatalogEntry>;

/** A project's id and number. Google names jobs and context caches by the number. */
const ProjectNumber = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, 'must be a Google Cloud project id'),
  number: z.string().regex(/^\d{6,20}$/, 'must be a Google Cloud project number, in quotes'),
});

/** The schema of `catalog.yaml`: the models and endpoints that exist for callers. */
export const Catalog = z.strictObject({
  projects: z
    .array(ProjectNumber)
    .optional()
    .describe('Numbers of the projects. Callers may use them instead of the ids.'),
  entries: z.array(CatalogEntry),
});
export type Catalog = z.infer<typeof Catalog>;

/** A role that callers hold, in one environment. */
const Role = z.strictObject({
  name: Name,
  environment: Environment,
  description: z.string().min(1).max(300),
});
/** A role that callers hold. */
export type Role = z.infer<typeof Role>;

const Scope = {
  entries: z.array(Name).min(1).optional().describe('Names of catalog entries'),
  tags: z
    .array(Name)
    .min(1)
    .optional()
    .describe('Tags of catalog entries. An entry with any of them is covered.'),
  locations: z
    .array(Location)
    .min(1)
    .optional()
    .describe('Locations of the calls. It defaults to all of the entry.'),
  operations: z
    .array(Operation)
    .min(1)
    .optional()
    .describe('Operations of the calls. It defaults to all of the entry.'),
};

/**
 * - `strict`: the ledger commits that a call begins before it is sent, and its record before its answer ends. A call
 *   is refused if the ledger is unavailable.
 * - `standard`: the ledger commits the record right after the answer.
 */
const Durability = z.enum(['standard', 'strict']);
/** The durability of a call’s record. */
export type Durability = z.infer<typeof Durability>;

/** A rule that lets holders of any of its roles call the entries that it covers. */
export const Grant = z.strictObject({
  id: Name,
  reason: Reason,
  roles: z.array(Name).min(1),
  ...Scope,
  durability: Durability.optional().describe(
    'Durability of the records of calls that the grant allows. It defaults to `standard`.',
  ),
  serviceTiers: z
    .array(ServiceTier)
    .min(1)
    .optional()
    .describe('Service tiers that calls may ask for besides the standard one. It defaults to none.'),
});
export type Grant = z.infer<typeof Grant>;

/**
 * A rule that wins over every grant. Without roles it binds everyone; without entries and tags it covers every entry.
 */
export const Deny = z.strictObject({
  id: Name,
  reason: Reason,
  roles: z.array(Name).min(1).optional(),
  ...Scope,
});
export type Deny = z.infer<typeof Deny>;

/** A rule that binds holders of any of its roles to locations. `global` and multi-regions count only if listed. */
export const Residency = z.strictObject({
  id: Name,
  reason: Reason,
  roles: z.array(Name).min(1),
  locations: z.array(Location).min(1),
});
export type Residency = z.infer<typeof Residency>;

/** The client id of an application, in the form of its issuer. */
export const ApplicationId = z.string().regex(/^[!-~]{1,256}$/, 'must be a client id');
/** The identity provider of an application. */
export const ProviderOfApplication = Name.optional().describe(
  'Id of the application’s identity provider. It defaults to the first one of Entra ID.',
);

/** An application that acts for people. It may do what both the person's roles and its own allow. */
export const Agent = z.strictObject({
  id: Name,
  reason: Reason,
  identityProvider: ProviderOfApplication,
  applicationId: ApplicationId.describe('Client id of the application, which is a GUID in Entra ID'),
  roles: z.array(Name).min(1),
});
export type Agent = z.infer<typeof Agent>;

const Place = z
  .string()
  .describe(
    'Address of the place: gs://bucket, gs://bucket/path, bq://project.dataset, bq://project.dataset.table, https://host/path, https://www.youtube.com/ for all videos or https://www.youtube.com/watch?v=… for one',
  );

/**
 * A rule that lets calls of holders of any of its roles make Google read and write places, with everything inside them.
 * A place that no rule lists is forbidden.
 */
const Storage = z.strictObject({
  id: Name,
  reason: Reason,
  roles: z.array(Name).min(1),
  inputs: z.array(Place).default([]).describe('Places that prompts and jobs may have read'),
  outputs: z.array(Place).default([]).describe('Places that models and jobs may write to'),
});

/** Full names or addresses of sources, in the forms of `SOURCE_FORMS`. */
const Sources = z.array(z.string()).min(1);

function explainReachingTool({ input }: { readonly input?: unknown }): string | undefined {
  return REACHING_TOOLS.some((tool) => tool === input)
    ? `"${String(input)}" reaches sources that a call names. List it under reach, with its sources.`
    : undefined;
}

/**
 * A rule that lets calls of holders of any of its roles give a model tools, and lets those tools reach sources. A tool
 * or source that no rule lists is forbidden.
 */
const ToolRule = z.strictObject({
  id: Name,
  reason: Reason,
  roles: z.array(Name).min(1),
  use: z
    .array(z.enum(PLAIN_TOOLS, { error: explainReachingTool }))
    .default([])
    .describe('Tools that reach no source that a call names'),
  reach: z
    .strictObject({
      vertexAiSearch: Sources.optional().describe('Data stores and engines of Vertex AI Search'),
      vertexRagStore: Sources.optional().describe('Corpora of Vertex AI RAG Engine'),
      externalApi: Sources.optional().describe('Addresses of search APIs'),
      mcpServers: Sources.optional().describe('Addresses of MCP servers'),
    } satisfies Record<ReachingTool, unknown>)
    .default({})
    .describe('Sources that tools may reach, for each tool whose sources a call names'),
});
/** A rule that lets calls give models tools. */
export type ToolRule = z.infer<typeof ToolRule>;

/** A part of a call's content that can be kept. */
const ContentPart = z.enum(['request', 'response']);
/** A part of a call’s content that can be kept. */
export type ContentPart = z.infer<typeof ContentPart>;

/**
 * A rule that has prompts and predictions kept beside the records, encrypted for each data subject. Without such a
 * rule, none are kept.
 */
const ContentRule = z.strictObject({
  id: Name,
  reason: Reason,
  entries: Scope.entries,
  tags: Scope.tags,
  classifications: z
    .array(Classification)
    .min(1)
    .optional()
    .describe('Classifications of catalog entries. It defaults to all.'),
  parts: z.array(ContentPart).min(1).describe('Parts of each call that are kept'),
  original: z
    .boolean()
    .optional()
    .describe(
      'True to keep the parts as the caller sent and gets them. By default they have placeholders where protection rules restore or redact values.',
    ),
});
/** A rule that has content kept. */
export type ContentRule = z.infer<typeof ContentRule>;

/** The roles whose holders may read everybody's audit records. Other callers read their own. */
const Auditors = z.strictObject({ reason: Reason, roles: z.array(Name).min(1) });

/** The roles whose holders may have the doctor examine the gateway. Nobody else learns anything of it. */
const Operators = z.strictObject({ reason: Reason, roles: z.array(Name).min(1) });

const NamedValueOrUrl = z
  .string()
  .regex(/^(https:\/\/\S+|\{\{[\w-]+\}\})$/, 'must be an https address or a named value');

/** The mapping of an issuer's groups to roles. */
const Groups = z.strictObject({
  claim: Name.describe('Claim of the token that lists the caller’s groups'),
  roles: z.record(z.string(), Name).describe('Role of each group, by the group’s id or name in the claim'),
});

/** An issuer of the callers' tokens. `npm run policy:build` derives the edge's authentication from it. */
export const IdentityProvider = z.discriminatedUnion('type', [
  z.strictObject({
    id: Name,
    type: z.literal('entra'),
    tenantId: z.string().min(1).describe('Tenant’s GUID, or a named value of API Management'),
    audiences: z.array(z.string().min(1)).min(1),
    groups: Groups.optional().describe('Roles of groups, in addition to the app roles in the token'),
  }),
  z.strictObject({
    id: Name,
    type: z.literal('oidc'),
    openIdConfiguration: NamedValueOrUrl,
    issuer: NamedValueOrUrl,
    audiences: z.array(z.string().min(1)).min(1),
    groups: Groups,
  }),
]);
export type IdentityProvider = z.infer<typeof IdentityProvider>;

/** The schema of `access.yaml`: the roles, and the rules on what their holders may do. */
export const Access = z.strictObject({
  identityProviders: z.array(IdentityProvider).min(1),
  roles: z.array(Role),
  grants: z.array(Grant),
  denies: z.array(Deny).default([]),
  residency: z.array(Residency).default([]),
  agents: z.array(Agent).default([]),
  storage: z
    .array(Storage)
    .default([])
    .describe('Places that calls may have read and written. Calls reach no place if it is left out.'),
  tools: z
    .array(ToolRule)
    .default([])
    .describe('Tools that calls may give models. Calls may give none if it is left out.'),
  contents: z
    .array(ContentRule)
    .default([])
    .describe('Calls whose prompts and predictions are kept, encrypted. None are kept if it is left out.'),
  auditors: Auditors.optional().describe(
    'Callers who may read everybody’s audit records. Nobody may if it is left out.',
  ),
  operators: Operators.optional().describe(
    'Callers who may have the doctor examine the gateway. Nobody may if it is left out.',
  ),
});
export type Access = z.infer<typeof Access>;

const Limit = {
  callsPerMinute: Count.optional(),
  callsPerDay: Count.optional(),
  tokensPerMinute: Count.optional(),
  tokensPerDay: Count.optional(),
  concurrentStreams: Count.optional(),
};

/** Lets calls of a product in with a key alone. Without this, a call needs a token too. */
const KeyOnlyCallers = z
  .strictObject({ roles: z.array(Name).min(1).describe('Roles of calls with a key alone') })
  .describe(
    'Permission for calls with a key of the product and no token. Their caller is the APIM subscription.',
  );

/** The application to which an APIM subscription belongs. */
const ApplicationOfSubscription = z.strictObject({
  subscription: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$/, 'must be the id of an APIM subscription')
    .describe('Id of the APIM subscription in API Management'),
  applicationId: ApplicationId.describe(
    'Client id of the application that the subscription belongs to, which is a GUID in Entra ID',
  ),
  identityProvider: ProviderOfApplication,
});
/** The application of an APIM subscription. */
export type ApplicationOfSubscription = z.infer<typeof ApplicationOfSubscription>;

/** The bounds on APIM subscriptions of a product, and their applications. */
const Subscriptions = z.strictObject({
  perUser: Count.optional().describe(
    'Maximum number of subscriptions of one user of the developer portal. It is unlimited if it is left out.',
  ),
  applications: z
    .array(ApplicationOfSubscription)
    .optional()
    .describe(
      'Application of each subscription. A subscription refuses tokens of other applications; one that is not listed refuses all tokens. If the list is left out, everyone with a key may use it.',
    ),
});

/**
 * The schema of `limits.yaml`: limits per product, per role and per entry, all of which hold together. `npm run
 * policy:build` derives the edge's counters from it.
 */
export const Limits = z.strictObject({
  products: z.array(
    z.strictObject({
      id: Name,
      displayName: z.string(),
      description: z.string(),
      environment: Environment,
      keyOnlyCallers: KeyOnlyCallers.optional(),
      subscriptions: Subscriptions.optional(),
      ...Limit,
    }),
  ),
  roles: z.array(z.strictObject({ role: Name, ...Limit })).default([]),
  entries: z.array(z.strictObject({ entry: Name, ...Limit })).default([]),
});
export type Limits = z.infer<typeof Limits>;
