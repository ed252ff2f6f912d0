import { z } from 'zod';

/** The legs of the way from a caller to Google and to the audit trail, in the order in which a report lists them. */
export const LEG_TITLES = {
  settings: 'Settings of the function app',
  dns: 'Names of the services',
  'private-addresses': 'Addresses of the services',
  connections: 'Connections to the services',
  tls: 'Certificates of the services',
  clocks: 'Clocks',
  'identity-token': 'Token of the managed identity',
  'pool-provider': 'Provider of the workload identity pool',
  issuer: 'Issuer of the token',
  audience: 'Audience of the token',
  'attribute-condition': 'Attribute condition of the provider',
  'token-exchange': 'Exchange of the token at Google STS',
  impersonation: 'Impersonation of the service account',
  'vertex-api': 'Vertex AI API in the projects',
  'vertex-access': 'Permission for the entries of the catalog',
  'audit-storage': 'Storage account of the audit ledger',
  'audit-witness': 'Storage account of the witness',
  'audit-key': 'Audit key in Key Vault',
  'audit-ingestion': 'Ingestion of Application Insights',
  'audit-query': 'Queries of Application Insights',
  'edge-keys': 'Signing keys of Entra ID',
  'edge-identity': 'Identity of API Management',
  'edge-named-values': 'Named values of API Management',
  'edge-products': 'Products of API Management',
} as const;

/** The name of a leg. */
export type LegName = keyof typeof LEG_TITLES;

/** The names of all legs, in the order of reports. */
export const LEG_NAMES = Object.keys(LEG_TITLES) as LegName[];

const LegNames = z.enum(LEG_NAMES);

/** The outcome of one leg. */
export const LegReport = z
  .strictObject({
    leg: LegNames.describe('Name of the leg'),
    title: z.string().describe('Name of the leg in words'),
    status: z
      .enum(['works', 'broken', 'not-tried', 'not-configured', 'not-visible'])
      .describe(
        '`not-tried` for a leg whose precondition is broken, `not-configured` for one that the settings leave out, `not-visible` for one that cannot be seen from here',
      ),
    summary: z.string().describe('Sentence that says what works, or what breaks the leg'),
    remedies: z
      .array(z.string())
      .optional()
      .describe('Commands, settings and lines of governance that mend it, one of which may be enough'),
    because: LegNames.optional().describe('The broken leg for which this one was not tried'),
    details: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]))
      .optional()
      .describe('Facts that were seen. They hold no token and no key.'),
  })
  .describe('The outcome of one leg.');
/** The outcome of one leg. */
export type LegReport = z.infer<typeof LegReport>;

/** The outcome of all legs. */
export const DoctorReport = z
  .strictObject({
    version: z.literal(1).describe('Version of the report’s form'),
    examinedAt: z.iso.datetime().describe('Time of the examination. An answer may be some seconds old.'),
    sight: z
      .enum(['function-app', 'developer'])
      .describe('Identity that examined: the function app’s own, or that of a person with their own rights'),
    policyVersion: z.string().describe('Version of the governance documents'),
    isWell: z.boolean().describe('True if no leg is broken'),
    broken: z.array(LegNames).describe('Names of the broken legs'),
    legs: z.array(LegReport).describe('The outcome of each leg, in the order of the way'),
  })
  .describe('The outcome of all legs.');
/** The outcome of all legs. */
export type DoctorReport = z.infer<typeof DoctorReport>;
