import { z } from 'zod';
import { describeIssue } from './errors/describe-issue.ts';
import { maximumLargeBytes } from './prediction/served-call.ts';

/** Thrown at start for settings that are missing or malformed. The message names each setting, never a value. */
export class SettingsError extends Error {
  constructor(problems: readonly string[]) {
    super(
      `The function app cannot start with these settings:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
    this.name = 'SettingsError';
  }
}

/** A URL of a service: HTTPS, or plain HTTP on loopback, where emulators run. */
const ServiceUrl = z.url({ protocol: /^https?$/ }).refine(
  (url) => {
    // Text that is no URL at all is refused by the check before this one.
    const { protocol, hostname } = URL.parse(url) ?? { protocol: 'https:', hostname: '' };
    return protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  },
  {
    message: 'must be an https address (http only on loopback)',
  },
);
/** A host with or without a port. */
const Endpoint = z
  .string()
  .regex(/^[A-Za-z0-9.-]+(:\d{1,5})?$/, 'must be host or host:port')
  .refine((endpoint) => URL.canParse(`https://${endpoint}`), 'must be host or host:port');
const Guid = z.guid();
const Milliseconds = z.coerce.number().int().min(1);
const Bytes = z.coerce.number().int();
const LARGEST_BODY_BYTES = 104_857_600;

/** Every setting with its default and meaning. A test holds the table of docs/settings.md to it. */
export const Settings = z.object({
  API_MANAGEMENT_ISSUER: ServiceUrl.describe(
    'Issuer of API Management’s tokens: `https://login.microsoftonline.com/{tenant id}/v2.0`, with the id of its tenant. The tenant’s v1.0 tokens are accepted too.',
  ),
  API_MANAGEMENT_JWKS_URI: ServiceUrl.describe(
    'Address of the tenant’s signing keys: `https://login.microsoftonline.com/{tenant id}/discovery/v2.0/keys`',
  ),
  API_MANAGEMENT_AUDIENCE: z
    .string()
    .min(1)
    .describe(
      'Audience of API Management’s tokens: the client id of the function app’s registration in Entra ID. v1.0 tokens may have `api://{client id}` instead, or the application id URI that is set here.',
    ),
  API_MANAGEMENT_OBJECT_ID: Guid.describe('Object id of API Management’s managed identity'),
  GOOGLE_SUBJECT_TOKEN_RESOURCE: z
    .string()
    .min(1)
    .describe('Application id URI or client id of the registration that the subject token is requested for'),
  GOOGLE_POOL_PROVIDER_AUDIENCE: z
    .string()
    .startsWith('//iam.googleapis.com/')
    .describe('Full resource name of the workload identity pool provider'),
  GOOGLE_STS_URL: ServiceUrl.default('https://sts.googleapis.com/v1/token').describe('Address of Google STS'),
  GOOGLE_SERVICE_ACCOUNT: z
    .email()
    .optional()
    .describe('Service account to impersonate. Access is direct if it is not set.'),
  GOOGLE_IAM_CREDENTIALS_URL: ServiceUrl.default('https://iamcredentials.googleapis.com').describe(
    'Address of Google’s service for impersonation',
  ),
  AZURE_CLIENT_ID: Guid.optional().describe(
    'Client id of a user-assigned managed identity. The system-assigned one is used if it is not set.',
  ),
  VERTEX_ENDPOINT: Endpoint.optional().describe(
    'The `host:port` that replaces every host of Vertex AI, for emulators. TLS and the header Host keep Google’s names.',
  ),
  MODEL_ARMOR_ENDPOINT: Endpoint.optional().describe(
    'The `host:port` that replaces every host of Model Armor, for emulators',
  ),
  AZURE_AI_ENDPOINT: Endpoint.optional().describe(
    'The `host:port` that replaces every host of Azure AI services, for emulators',
  ),
  INSPECTION_TIMEOUT_IN_MS: Milliseconds.max(30_000)
    .default(3_000)
    .describe('Time limit of each service that protection rules have inspect a call'),
  APPLICATIONINSIGHTS_CONNECTION_STRING: z
    .string()
    .regex(/InstrumentationKey=[0-9a-f-]{36}/i, 'must have an InstrumentationKey')
    .refine(
      (text) =>
        !/ApplicationId=/i.test(text) ||
        /ApplicationId=[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(;|$)/i.test(text),
      'must have a GUID as its ApplicationId, or no ApplicationId',
    )
    .describe(
      'Connection string of the Application Insights resource that records are sent to, with a token of the managed identity',
    ),
  APPLICATIONINSIGHTS_APPLICATION_ID: Guid.optional().describe(
    'Application id for reading records. It is that of the connection string if it is not set.',
  ),
  APPLICATIONINSIGHTS_QUERY_ENDPOINT: ServiceUrl.default('https://api.applicationinsights.io').describe(
    'Address of Application Insights’ service for queries',
  ),
  APPLICATIONINSIGHTS_QUERY_RESOURCE: z
    .string()
    .min(1)
    .default('https://api.applicationinsights.io')
    .describe('Resource that the managed identity’s token for reading records is requested for'),
  AUDIT_STORAGE_URL: ServiceUrl.describe(
    'Azure Storage account of the audit ledger: `https://{account}.blob.core.windows.net`',
  ),
  AUDIT_KEY_URL: z
    .union([
      ServiceUrl.refine((url) => /^\/keys\/[\w-]{1,127}$/.test(URL.parse(url)?.pathname ?? '')),
      z.string().regex(/^file:\/\/\/.+\.pem$/),
    ])
    .describe(
      'Address of the audit key, which is an RSA key: `https://{vault}.vault.azure.net/keys/{name}`, or `file:///….pem` for development',
    ),
  AUDIT_WITNESS_URL: ServiceUrl.optional().describe(
    'Container of another storage account, with other owners, that gets each signed head of the transparency log: `https://{account}.blob.core.windows.net/tree-heads`. Without one, verification needs a head that was kept elsewhere.',
  ),
  AUDIT_LEDGER_TIMEOUT_IN_MS: Milliseconds.max(60_000)
    .default(5_000)
    .describe(
      'Time limit of a strict call’s wait for the ledger. One request to storage lasts at most half of it.',
    ),
  AUDIT_PENDING_BYTES: z.coerce
    .number()
    .int()
    .min(65_536)
    .max(268_435_456)
    .default(16_777_216)
    .describe(
      'Maximum size of the entries in memory that wait for the ledger. New calls are refused above it.',
    ),
  AUDIT_WRITE_AHEAD_DIRECTORY: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Folder of this instance’s disk for entries that wait for the ledger, encrypted. It is the system’s folder for temporary files if it is not set.',
    ),
  AUDIT_CHECKPOINT_INTERVAL_IN_MS: Milliseconds.min(1_000)
    .max(600_000)
    .default(60_000)
    .describe(
      'Interval of checkpoints of the ledger. A writer that is silent for three intervals counts as gone.',
    ),
  AUDIT_CONTENT_RETENTION_IN_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(36_500)
    .default(90)
    .describe('Days for which storage keeps contents, by which verification tells those that it misses'),
  GOVERNANCE_DIRECTORY: z
    .string()
    .min(1)
    .default('governance')
    .describe('Folder of the governance documents'),
  CALL_TIMEOUT_IN_MS: Milliseconds.max(230_000)
    .default(220_000)
    .describe(
      'Time limit of a call until its answer or stream begins. The platform’s load balancer ends idle calls at 230 s.',
    ),
  STREAM_TIMEOUT_IN_MS: Milliseconds.max(1_740_000)
    .default(1_740_000)
    .describe(
      'Time limit of a whole call with a stream. `functionTimeout` of `host.json` ends the call a minute later.',
    ),
  KEEP_ALIVE_INTERVAL_IN_MS: Milliseconds.max(200_000)
    .default(15_000)
    .describe('Maximum silence of a stream. After it, bytes that clients ignore keep its connection alive.'),
  CREDENTIALS_TIMEOUT_IN_MS: Milliseconds.max(60_000)
    .default(5_000)
    .describe(
      'Time limit of each step to Google credentials: managed identity, token exchange, impersonation',
    ),
  AUDIT_QUERY_TIMEOUT_IN_MS: Milliseconds.max(180_000)
    .default(20_000)
    .describe('Time limit of a query for records. The query ends earlier if its call does.'),
  MAXIMUM_BODY_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .max(LARGEST_BODY_BYTES)
    .default(20_971_520)
    .describe('Maximum size of a request body'),
  MAXIMUM_ANSWER_BYTES: Bytes.min(1_048_576)
    .max(268_435_456)
    .default(67_108_864)
    .describe(
      'Maximum size of an answer of Vertex AI that is passed on in one piece, and of one event of a stream',
    ),
  HELD_BODY_BYTES: Bytes.min(4_194_304)
    .max(1_073_741_824)
    .default(134_217_728)
    .describe(
      'Maximum total size of the bodies, and of the answers in one piece, that running calls hold in memory. A quarter of it is reserved for small ones.',
    ),
});
export type Settings = z.infer<typeof Settings>;

/**
 * Reads the settings from the environment; nothing else reads it. @throws SettingsError with every setting that is
 * wrong.
 */
export function readSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  // Azure's portal cannot remove a setting but only empty it, so an empty one counts as not set.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = Settings.safeParse(given, { error: describeIssue });
  if (parsed.success) return checkTogether(parsed.data);
  throw new SettingsError(
    parsed.error.issues.map(({ path, message }) => {
      const name = String(path[0]);
      return given[name] === undefined ? `${name} is not set` : `${name}: ${message}`;
    }),
  );
}

/** Refuses combinations of settings that are valid one by one. */
function checkTogether(settings: Settings): Settings {
  const { HELD_BODY_BYTES, MAXIMUM_BODY_BYTES, MAXIMUM_ANSWER_BYTES } = settings;
  if (Math.max(MAXIMUM_BODY_BYTES, MAXIMUM_ANSWER_BYTES) <= maximumLargeBytes(HELD_BODY_BYTES))
    return settings;
  throw new SettingsError([
    'HELD_BODY_BYTES: must be at least a third larger than MAXIMUM_BODY_BYTES and MAXIMUM_ANSWER_BYTES, so that the largest body and answer fit',
  ]);
}
