import { inputInvalid } from '../input-invalid.ts';
import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { z } from 'zod';
import { applicationIdOf } from '../reading/application-id.ts';

/** The settings of the function app that the audit commands need too. */
const AuditSettings = z.object({
  AUDIT_STORAGE_URL: z.url({ protocol: /^https$/ }),
  AZURE_CLIENT_ID: z.guid().optional(),
  AUDIT_WITNESS_URL: z.url({ protocol: /^https$/ }).optional(),
  AUDIT_KEY_URL: z.url({ protocol: /^(https|file)$/ }).optional(),
  AUDIT_CONTENT_RETENTION_IN_DAYS: z.coerce.number().int().min(1).max(36_500).default(90),
  APPLICATIONINSIGHTS_CONNECTION_STRING: z.string().optional(),
  APPLICATIONINSIGHTS_APPLICATION_ID: z.guid().optional(),
  APPLICATIONINSIGHTS_QUERY_ENDPOINT: z.url().default('https://api.applicationinsights.io'),
  APPLICATIONINSIGHTS_QUERY_RESOURCE: z.string().min(1).default('https://api.applicationinsights.io'),
});
type AuditSettings = z.infer<typeof AuditSettings> & {
  readonly applicationId: string | undefined;
  /** True for the chain of `npm start`, where telemetry shows at once. */
  readonly isLocal: boolean;
};

/**
 * Reads the settings from the environment, or, where that names no storage account, from the chain that `npm start`
 * runs.
 * @param namedFile a file that is read in place of the environment, if it is given.
 * @param environmentFile the file that is read when the environment names no storage account.
 * @throws AuditError AUDIT_INPUT_INVALID, which names the settings that are missing or wrong, but none of their values.
 */
export function readAuditSettings(namedFile: string | undefined, environmentFile: URL): AuditSettings {
  const isLocal = namedFile !== undefined || !process.env.AUDIT_STORAGE_URL;
  const given = isLocal ? readLocalSettings(namedFile ?? environmentFile) : process.env;
  const parsed = AuditSettings.safeParse(
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '')),
  );
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `  - ${path.join('.')}: ${message}`);
    throw inputInvalid(`These settings cannot be used:\n${problems.join('\n')}`);
  }
  const { APPLICATIONINSIGHTS_APPLICATION_ID: id, APPLICATIONINSIGHTS_CONNECTION_STRING: text } = parsed.data;
  return {
    ...parsed.data,
    applicationId: id ?? (text === undefined ? undefined : applicationIdOf(text)),
    isLocal,
  };
}

/**
 * Reads the settings of the running chain's function app, and takes over its identity and its certificate authority.
 */
function readLocalSettings(file: string | URL): Record<string, string> {
  let settings: Record<string, string> | undefined;
  try {
    const text = readFileSync(file, 'utf8');
    settings = (JSON.parse(text) as { functionAppSettings?: Record<string, string> }).functionAppSettings;
  } catch {
    // The error below says what to do.
  }
  if (!settings)
    throw inputInvalid(
      'There is no ledger to look at: set AUDIT_STORAGE_URL to the storage account, or run "npm start" and wait until ' +
        'it is ready.',
    );
  for (const name of ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER']) process.env[name] = settings[name];
  const authority = settings.NODE_EXTRA_CA_CERTS;
  if (authority !== undefined)
    setDefaultCACertificates([...getCACertificates('default'), readFileSync(authority, 'utf8')]);
  return settings;
}
