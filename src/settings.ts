import { z } from 'zod';
import { describeIssue } from './errors/describe-issue.ts';
import { largestOf } from './prediction/memory-budget.ts';

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
const Guid = z.guid();
const Milliseconds = z.coerce.number().int().min(1);
const Bytes = z.coerce.number().int();
const LARGEST_BODY_BYTES = 104_857_600;

/** Every setting with its default and meaning. A test holds the table of docs/settings.md to it. */
export const Settings = z.object({
  API_MANAGEMENT_ISSUER: ServiceUrl.describe(
    '`iss` of tokens of the tenant that API Management is in: `https://login.microsoftonline.com/{tenant id}/v2.0`; v1.0 tokens of the tenant are taken too',
  ),
  API_MANAGEMENT_JWKS_URI: ServiceUrl.describe(
    'Where the tenant publishes its signing keys: `https://login.microsoftonline.com/{tenant id}/discovery/v2.0/keys`',
  ),
  API_MANAGEMENT_AUDIENCE: z
    .string()
    .min(1)
    .describe(
      'Client id of the function app’s registration in Entra ID; v1.0 tokens may also have `api://{client id}`, or the application id URI that stands here',
    ),
  API_MANAGEMENT_OBJECT_ID: Guid.describe('Object id of API Management’s managed identity'),
  GOOGLE_SUBJECT_TOKEN_RESOURCE: z
    .string()
    .min(1)
    .describe(
      'Application id URI, or client id, of the registration for which the function app’s managed identity asks its token',
    ),
  GOOGLE_POOL_PROVIDER_AUDIENCE: z
    .string()
    .startsWith('//iam.googleapis.com/')
    .describe('Full name of the workload identity pool provider'),
  GOOGLE_STS_URL: ServiceUrl.default('https://sts.googleapis.com/v1/token').describe(
    'Google’s token exchange',
  ),
  GOOGLE_SERVICE_ACCOUNT: z
    .email()
    .optional()
    .describe('Service account to impersonate; direct access when not set'),
  GOOGLE_IAM_CREDENTIALS_URL: ServiceUrl.default('https://iamcredentials.googleapis.com').describe(
    'Google’s service for impersonation',
  ),
  AZURE_CLIENT_ID: Guid.optional().describe('Client id of a user-assigned managed identity'),
  VERTEX_ENDPOINT: z
    .string()
    .regex(/^[A-Za-z0-9.-]+(:\d{1,5})?$/, 'must be host or host:port')
    .refine((endpoint) => URL.canParse(`https://${endpoint}`), 'must be host or host:port')
    .optional()
    .describe(
      'One `host:port` to connect to in place of every host of Vertex AI, for emulators; names stay Google’s',
    ),
  APPLICATIONINSIGHTS_CONNECTION_STRING: z
    .string()
    .regex(/InstrumentationKey=[0-9a-f-]{36}/i, 'must hold an InstrumentationKey')
    .refine(
      (text) =>
        !/ApplicationId=/i.test(text) ||
        /ApplicationId=[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(;|$)/i.test(text),
      'may hold an ApplicationId that is a GUID',
    )
    .describe('Where audit records go, with a token of the managed identity'),
  APPLICATIONINSIGHTS_APPLICATION_ID: Guid.optional().describe(
    'Application id for reading records; that of the connection string when not set',
  ),
  APPLICATIONINSIGHTS_QUERY_ENDPOINT: ServiceUrl.default('https://api.applicationinsights.io').describe(
    'Application Insights’ service for queries',
  ),
  APPLICATIONINSIGHTS_QUERY_RESOURCE: z
    .string()
    .min(1)
    .default('https://api.applicationinsights.io')
    .describe('Resource for which the function app’s managed identity asks its token to read records'),
  AUDIT_STORAGE_URL: ServiceUrl.describe(
    'Azure Storage account of the audit ledger: `https://{account}.blob.core.windows.net`',
  ),
  AUDIT_KEY_URL: z
    .union([
      ServiceUrl.refine((url) => /^\/keys\/[\w-]{1,127}$/.test(URL.parse(url)?.pathname ?? '')),
      z.string().regex(/^file:\/\/\/.+\.pem$/),
    ])
    .describe(
      'RSA key that signs and wraps: `https://{vault}.vault.azure.net/keys/{name}`, or `file:///….pem` for development',
    ),
  AUDIT_LEDGER_TIMEOUT_IN_MS: Milliseconds.max(60_000)
    .default(5_000)
    .describe('How long a strict call waits for the ledger; one request to storage lasts half of it at most'),
  AUDIT_PENDING_BYTES: z.coerce
    .number()
    .int()
    .min(65_536)
    .max(268_435_456)
    .default(16_777_216)
    .describe('The most that may wait for the ledger in memory; then no new call is let in'),
  AUDIT_CHECKPOINT_INTERVAL_IN_MS: Milliseconds.min(1_000)
    .max(600_000)
    .default(60_000)
    .describe('How often the ledger’s state is anchored; a writer silent for three of these is gone'),
  GOVERNANCE_DIRECTORY: z
    .string()
    .min(1)
    .default('governance')
    .describe('Folder of the governance documents'),
  CALL_TIMEOUT_IN_MS: Milliseconds.max(230_000)
    .default(220_000)
    .describe(
      'The longest a call may last until its answer, or its stream, begins; the platform’s load balancer ends idle ones at 230 s',
    ),
  STREAM_TIMEOUT_IN_MS: Milliseconds.max(1_740_000)
    .default(1_740_000)
    .describe(
      'The longest a call with a stream may last; `functionTimeout` of `host.json` ends it a minute later',
    ),
  KEEP_ALIVE_INTERVAL_IN_MS: Milliseconds.max(200_000)
    .default(15_000)
    .describe(
      'How long a stream may be silent before bytes that clients read over keep its connection alive',
    ),
  CREDENTIALS_TIMEOUT_IN_MS: Milliseconds.max(60_000)
    .default(5_000)
    .describe('Limit of each step to Google credentials: managed identity, token exchange, impersonation'),
  AUDIT_QUERY_TIMEOUT_IN_MS: Milliseconds.max(180_000)
    .default(20_000)
    .describe('Limit of a query for records; it ends earlier where the call does'),
  MAXIMUM_BODY_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .max(LARGEST_BODY_BYTES)
    .default(20_971_520)
    .describe('The largest request body'),
  MAXIMUM_ANSWER_BYTES: Bytes.min(1_048_576)
    .max(268_435_456)
    .default(67_108_864)
    .describe('The longest answer of Vertex AI that is passed on in one piece, or event of a stream'),
  HELD_BODY_BYTES: Bytes.min(4_194_304)
    .max(1_073_741_824)
    .default(134_217_728)
    .describe(
      'The most that running calls may hold at once of bodies and of answers in one piece; a quarter of it is for small ones alone',
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
  if (Math.max(MAXIMUM_BODY_BYTES, MAXIMUM_ANSWER_BYTES) <= largestOf(HELD_BODY_BYTES)) return settings;
  throw new SettingsError([
    'HELD_BODY_BYTES: must be a third more than MAXIMUM_BODY_BYTES and MAXIMUM_ANSWER_BYTES, or the largest would never be let in',
  ]);
}
