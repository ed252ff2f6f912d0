import { z } from 'zod';
import { PLAIN_TOOLS, REACHING_TOOLS, type ReachingTool } from './tools.ts';

const Name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'letters, digits, dots, dashes; at most 63');
/** The name that a publisher gives a model; it can have a version after `@`. */
const ModelName = z.string().regex(/^[a-z0-9][a-z0-9._@-]{0,126}$/, 'a model name of Vertex AI');
const Reason = z.string().min(1).max(300).describe('One line that users read');
/** A Google Cloud location: a region such as `europe-west4`, a multi-region or `global`. */
const Location = z
  .string()
  .regex(/^[a-z]+(-[a-z]+\d{1,2})?$/, 'a Google Cloud location such as europe-west4 or global');
const Project = z
  .string()
  .regex(/^([a-z][a-z0-9-]{4,28}[a-z0-9]|\d{6,20})$/, 'a Google Cloud project id or number');
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
const Operation = z.enum(OPERATIONS);

const ENVIRONMENTS = ['sandbox', 'production'] as const;
const Environment = z.enum(ENVIRONMENTS);

const Classification = z.enum(['public', 'internal', 'confidential', 'restricted']);

const JsonSchema = z.record(z.string(), z.unknown());

/** US dollars. The bound is above every real price, so that sums stay finite. */
const Amount = z.number().min(0).max(1_000_000);

/** Prices of a million tokens. The default of a price that is left out is at least the highest price of any vendor. */
const TokenPrices = {
  perMillionInputTokens: Amount,
  perMillionOutputTokens: Amount,
  perMillionCachedInputTokens: Amount.optional().describe(
    'Of input that is read from a cache; the price of other input when left out',
  ),
  perMillionCacheWriteTokens: Amount.optional().describe(
    'Of input that is written to a cache; 1.25 times the price of other input when left out',
  ),
  perMillionHourCacheWriteTokens: Amount.optional().describe(
    'Of input that is written to a cache for an hour; twice the price of other input when left out',
  ),
};
const TokenPrice = z.strictObject({
  ...TokenPrices,
  longContext: z
    .strictObject({ aboveInputTokens: Count, ...TokenPrices })
    .optional()
    .describe('Of all tokens of a call with more input than that'),
});
export type TokenPrice = z.infer<typeof TokenPrice>;

/** The price of a call, a prediction or tokens, in US dollars. It serves estimates, not bills. */
const Price = z.union([
  z.strictObject({ perCall: Amount }),
  z.strictObject({ perPrediction: Amount.describe('Of each prediction of a call, such as an image') }),
  TokenPrice,
]);
export type Price = z.infer<typeof Price>;

/** A cached answer lives at most a day. */
const MAXIMUM_CACHE_SECONDS = 86_400;

/** Lets the edge cache an entry's answers for each team. Without this, it caches none. */
const Cache = z
  .strictObject({
    seconds: z.int().min(1).max(MAXIMUM_CACHE_SECONDS).describe('How long an answer is kept'),
    reason: Reason,
  })
  .describe('Lets the edge give the same team the same answer to the same call again');

const Entry = {
  name: Name.describe('How rules and people call it'),
  alias: Name.optional().describe('A further name that callers may send as the model'),
  environments: z.array(Environment).min(1).describe('Which environments may reach it'),
  project: Project,
  locations: z.array(Location).min(1),
  operations: z.array(Operation).min(1),
  tags: z.array(Name).optional(),
  classification: Classification.describe('The most sensitive data that may be sent to it'),
  price: Price.optional(),
  cache: Cache.optional(),
};

/** Hosts of an endpoint by location; `findHostProblem` checks their form. */
const Hosts = z
  .record(Location, z.string().min(1).max(253))
  .describe(
    'Location → host of the endpoint there, where it has one of its own: its dedicated DNS name, the name or private IPv4 address of Private Service Connect, or a name of yours that leads there',
  );

/** A publisher model or a custom endpoint that callers may be granted, with its locations and operations. */
export const CatalogEntry = z.union([
  z.strictObject({
    ...Entry,
    endpoint: Name,
    hosts: Hosts.optional(),
    instances: JsonSchema.optional().describe('JSON Schema that each instance must fulfil'),
    parameters: JsonSchema.optional().describe('JSON Schema of the parameters'),
  }),
  z.strictObject({ ...Entry, publisher: Name, model: ModelName }),
]);
export type CatalogEntry = z.infer<typeof CatalogEntry>;

/** A project's id and number. Google names jobs and context caches by the number. */
const ProjectNumber = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, 'a Google Cloud project id'),
  number: z.string().regex(/^\d{6,20}$/, 'a Google Cloud project number, in quotes'),
});

/** The schema of `catalog.yaml`: the models and endpoints that exist for callers. */
export const Catalog = z.strictObject({
  projects: z
    .array(ProjectNumber)
    .optional()
    .describe('Numbers of the projects, which callers may use in place of the ids'),
  entries: z.array(CatalogEntry),
});
export type Catalog = z.infer<typeof Catalog>;

/** A role that callers hold, in one environment. */
const Role = z.strictObject({
  name: Name,
  environment: Environment,
  description: z.string().min(1).max(300),
});
export type Role = z.infer<typeof Role>;

const Scope = {
  entries: z.array(Name).min(1).optional().describe('Names of catalog entries'),
  tags: z.array(Name).min(1).optional().describe('Every entry with one of these tags'),
  locations: z.array(Location).min(1).optional().describe('All of the entry when left out'),
  operations: z.array(Operation).min(1).optional().describe('All of the entry when left out'),
};

/**
 * - `strict`: the ledger commits that a call begins before it is sent, and its record before its answer ends. A call
 *   is refused if the ledger is unavailable.
 * - `standard`: the ledger commits the record right after the answer.
 */
const Durability = z.enum(['standard', 'strict']);
export type Durability = z.infer<typeof Durability>;

/** A rule that lets holders of any of its roles call the entries that it covers. */
export const Grant = z.strictObject({
  id: Name,
  reason: Reason,
  roles: z.array(Name).min(1),
  ...Scope,
  durability: Durability.optional().describe('How surely each call is on record before it is answered'),
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

const ApplicationId = z.string().regex(/^[!-~]{1,256}$/, 'a client id');
const ProviderOfApplication = Name.optional().describe(
  'Id of the identity provider whose application it is; the first of Entra ID when left out',
);

/** An application that acts for people. It may do what both the person's roles and its own allow. */
export const Agent = z.strictObject({
  id: Name,
  reason: Reason,
  identityProvider: ProviderOfApplication,
  applicationId: ApplicationId.describe('Client id of the application; in Entra ID a GUID'),
  roles: z.array(Name).min(1),
});
export type Agent = z.infer<typeof Agent>;

const Place = z
  .string()
  .describe(
    'gs://bucket, gs://bucket/path, bq://project.dataset, bq://project.dataset.table, https://host/path, https://www.youtube.com/ for all videos or https://www.youtube.com/watch?v=… for one',
  );

/**
 * A rule that lets calls of holders of any of its roles make Google read and write places, with everything inside them.
 * A place that no rule lists is forbidden.
 */
const Storage = z.strictObject({
  id: Name,
  reason: Reason,
  roles: z.array(Name).min(1),
  inputs: z.array(Place).default([]).describe('What prompts and jobs may have read'),
  outputs: z.array(Place).default([]).describe('Where models and jobs may write'),
});

/** Full names or addresses of sources, in the forms of `SOURCE_FORMS`. */
const Sources = z.array(z.string()).min(1);

function explainReachingTool({ input }: { readonly input?: unknown }): string | undefined {
  return REACHING_TOOLS.some((tool) => tool === input)
    ? `"${String(input)}" reaches what a call names. List it under reach, with what it may reach.`
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
    .describe('Tools that reach nothing that a call names'),
  reach: z
    .strictObject({
      vertexAiSearch: Sources.optional().describe('Data stores and engines of Vertex AI Search'),
      vertexRagStore: Sources.optional().describe('Corpora of Vertex AI RAG Engine'),
      externalApi: Sources.optional().describe('Search APIs'),
      mcpServers: Sources.optional().describe('MCP servers'),
    } satisfies Record<ReachingTool, unknown>)
    .default({})
    .describe('What tools may reach that reach what a call names'),
});
export type ToolRule = z.infer<typeof ToolRule>;

/** A part of a call's content that can be kept. */
const ContentPart = z.enum(['request', 'response']);
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
    .describe('Only entries for data of these classes; of all when left out'),
  parts: z.array(ContentPart).min(1).describe('What is kept of each call'),
});
export type ContentRule = z.infer<typeof ContentRule>;

/** The roles whose holders may read everybody's audit records. Other callers read their own. */
const Auditors = z.strictObject({ reason: Reason, roles: z.array(Name).min(1) });

const NamedValueOrUrl = z
  .string()
  .regex(/^(https:\/\/\S+|\{\{[\w-]+\}\})$/, 'an https address or a named value');

/** The mapping of an issuer's groups to roles. */
const Groups = z.strictObject({
  claim: Name.describe('The claim that lists the caller’s groups'),
  roles: z.record(z.string(), Name).describe('Group → role'),
});

/** An issuer of the callers' tokens. `npm run policy:build` derives the edge's authentication from it. */
export const IdentityProvider = z.discriminatedUnion('type', [
  z.strictObject({
    id: Name,
    type: z.literal('entra'),
    tenantId: z.string().min(1).describe('GUID or a named value of API Management'),
    audiences: z.array(z.string().min(1)).min(1),
    groups: Groups.optional().describe('Roles of groups, besides the app roles in the token'),
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
    .describe('What calls may have read and written; nothing when left out'),
  tools: z.array(ToolRule).default([]).describe('Which tools models may be given; none when left out'),
  contents: z
    .array(ContentRule)
    .default([])
    .describe('Of which calls prompts and predictions are kept, encrypted; of none when left out'),
  auditors: Auditors.optional().describe('Who may read everybody’s audit records; nobody when left out'),
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
  .strictObject({ roles: z.array(Name).min(1).describe('What such calls may do') })
  .describe('Lets calls in that have a key of the product and no token, as the APIM subscription');

/** The application to which an APIM subscription belongs. */
const ApplicationOfSubscription = z.strictObject({
  subscription: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$/, 'the id of an APIM subscription')
    .describe('Id of the APIM subscription, as API Management has it'),
  applicationId: ApplicationId.describe(
    'Client id of the application that it belongs to; in Entra ID a GUID',
  ),
  identityProvider: ProviderOfApplication,
});
export type ApplicationOfSubscription = z.infer<typeof ApplicationOfSubscription>;

/** The bounds on APIM subscriptions of a product, and their applications. */
const Subscriptions = z.strictObject({
  perUser: Count.optional().describe(
    'How many a user of the developer portal may have at a time; any number when left out',
  ),
  applications: z
    .array(ApplicationOfSubscription)
    .optional()
    .describe(
      'Which application each belongs to: tokens of others are refused, and all tokens with one that is not listed. Left out, a key is for whoever has it',
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
