import { buildConnector, Pool } from 'undici';

/** A service that could not be asked, or did not answer as it documents. It carries nothing that the service wrote. */
export class ServiceUnavailableError extends Error {}

/** Sends JSON to services by HTTPS. */
export interface ServiceClient {
  /**
   * Posts JSON and reads the answer.
   * @param host the service's host name, which the certificate must be for.
   * @throws ServiceUnavailableError for a failure, an answer that is no success, or one of more than 1 MiB.
   */
  post(request: ServiceRequest): Promise<unknown>;
  close(): Promise<void>;
}

/** A request to a service. */
export interface ServiceRequest {
  readonly host: string;
  readonly path: string;
  readonly token: string;
  readonly body: object;
  readonly abortSignal: AbortSignal;
}

const MAXIMUM_ANSWER_BYTES = 1_048_576;

/**
 * Creates a client.
 * @param override one `host:port` that is connected to in place of every host, for emulators; the names stay.
 */
export function createServiceClient(override: string | undefined): ServiceClient {
  const connect = buildConnector({ allowH2: false });
  const other = override === undefined ? undefined : new URL(`https://${override}`);
  // The hosts are those of the governance documents, so their number is bounded.
  const pools = new Map<string, Pool>();
  const poolOf = (host: string): Pool => {
    const pool =
      pools.get(host) ??
      new Pool(`https://${host}`, {
        connect: (options, callback) =>
          connect(
            other ? { ...options, hostname: other.hostname, port: other.port, servername: host } : options,
            callback,
          ),
      });
    pools.set(host, pool);
    return pool;
  };
  return {
    async post({ host, path, token, body, abortSignal }) {
      try {
        const { statusCode, body: answer } = await poolOf(host).request({
          method: 'POST',
          path,
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
          body: JSON.stringify(body),
          signal: abortSignal,
        });
        const text = await readBounded(answer);
        if (statusCode === 200) return JSON.parse(text) as unknown;
      } catch {
        // Errors of the client may hold the request, so nothing of them is kept.
      }
      throw new ServiceUnavailableError(`${host} did not answer.`);
    },
    close: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

async function readBounded(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAXIMUM_ANSWER_BYTES) throw new ServiceUnavailableError('The answer is too long.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
