import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { z } from 'zod';
import { applicationIdOf } from '../reading/application-id.ts';

/** The settings of the function app that the audit tools need too. */
const AuditSettings = z.object({
  AUDIT_STORAGE_URL: z.url({ protocol: /^https$/ }),
  AUDIT_KEY_URL: z.url({ protocol: /^(https|file)$/ }).optional(),
  APPLICATIONINSIGHTS_CONNECTION_STRING: z.string().optional(),
  APPLICATIONINSIGHTS_APPLICATION_ID: z.guid().optional(),
  APPLICATIONINSIGHTS_QUERY_ENDPOINT: z.url().default('https://api.applicationinsights.io'),
  APPLICATIONINSIGHTS_QUERY_RESOURCE: z.string().min(1).default('https://api.applicationinsights.io'),
});
type AuditSettings = z.infer<typeof AuditSettings> & {
  readonly applicationId: string | undefined;
  /** Whether this is the chain of `npm start`, where nothing takes minutes to show. */
  readonly isLocal: boolean;
};

/**
 * From the environment; where that names no storage account, from the chain that `npm start` has running.
 * @param namedFile a file that is read in any case, in place of the environment.
 * @param environmentFile the file that is read when the environment names no storage account.
 * @throws Error in plain words, which names what is missing or wrong and no value.
 */
export function readAuditSettings(namedFile: string | undefined, environmentFile: URL): AuditSettings {
  const isLocal = namedFile !== undefined || !process.env.AUDIT_STORAGE_URL;
  const given = isLocal ? readLocalSettings(namedFile ?? environmentFile) : process.env;
  const parsed = AuditSettings.safeParse(
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '')),
  );
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `  - ${path.join('.')}: ${message}`);
    throw new Error(`These settings cannot be used:\n${problems.join('\n')}`);
  }
  const { APPLICATIONINSIGHTS_APPLICATION_ID: id, APPLICATIONINSIGHTS_CONNECTION_STRING: text } = parsed.data;
  return {
    ...parsed.data,
    applicationId: id ?? (text === undefined ? undefined : applicationIdOf(text)),
    isLocal,
  };
}

/** What the running chain's function app was given, its identity included. */
function readLocalSettings(file: string | URL): Record<string, string> {
  let settings: Record<string, string> | undefined;
  try {
    const text = readFileSync(file, 'utf8');
    settings = (JSON.parse(text) as { functionAppSettings?: Record<string, string> }).functionAppSettings;
  } catch {
    // Said below.
  }
  if (!settings)
    throw new Error(
      'There is no ledger to look at: set AUDIT_STORAGE_URL to the storage account, or run "npm start" and wait until ' +
        'it is ready.',
    );
  for (const name of ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER']) process.env[name] = settings[name];
  const authority = settings.NODE_EXTRA_CA_CERTS;
  if (authority !== undefined)
    setDefaultCACertificates([...getCACertificates('default'), readFileSync(authority, 'utf8')]);
  return settings;
}
