import type { IngestionAccess } from './ingestion-access.ts';

const TIMEOUT_IN_MS = 15_000;
/** Telemetry of a type that does not exist, so that the service keeps nothing of it, whoever may send. */
const BASE_TYPE = 'IngestionAccessData';

/**
 * Asks the ingestion endpoint whether it takes telemetry with the connection string alone. It sends one item that can't be
 * kept, without a token. The service answers 401 where local authentication is off.
 * https://learn.microsoft.com/troubleshoot/azure/azure-monitor/app-insights/telemetry/investigate-missing-telemetry#troubleshoot-microsoft-entra-authentication-issues
 * @param connectionString https://learn.microsoft.com/azure/azure-monitor/app/connection-strings
 * @throws the signal's reason.
 */
export async function askIngestionAccess(
  connectionString: string,
  now: Date,
  abortSignal: AbortSignal,
): Promise<IngestionAccess> {
  const members = new Map(
    connectionString.split(';').map((member) => {
      const [name = '', ...value] = member.split('=');
      return [name.trim().toLowerCase(), value.join('=').trim()] as const;
    }),
  );
  const iKey = members.get('instrumentationkey');
  const endpoint = members.get('ingestionendpoint');
  if (iKey === undefined || endpoint === undefined || !URL.canParse(endpoint)) return 'unknown';
  const envelope = {
    name: BASE_TYPE,
    time: now.toISOString(),
    iKey,
    data: { baseType: BASE_TYPE, baseData: {} },
  };
  try {
    const { request } = await import('../azure/load-request.ts');
    const { statusCode, body } = await request(new URL('/v2.1/track', endpoint), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([envelope]),
      signal: AbortSignal.any([abortSignal, AbortSignal.timeout(TIMEOUT_IN_MS)]),
    });
    await body.dump();
    if (statusCode === 401) return 'identities';
    // The service has looked at the item.
    return [200, 206, 400].includes(statusCode) ? 'connection-string' : 'unknown';
  } catch {
    abortSignal.throwIfAborted();
    return 'unknown';
  }
}
