import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { v1 } from '@google-cloud/aiplatform';
import { OAuth2Client } from 'google-auth-library';
import { Agent, type Dispatcher, request } from 'undici';
import { startVertexAi, type VertexAi } from '../../src/vertex-ai/start-vertex-ai.ts';
import { HOST_NAMES, ownHostOf, sampleEndpoint } from '../../src/vertex-ai/sample-endpoints.ts';
import { createCertificateAuthority } from '../../src/loopback/certificate-authority.ts';

export const TOKEN = 'a-good-token';
export const ENDPOINT = 'projects/sample-project/locations/us-central1/endpoints/1234567890';
export const MODEL = 'v1/projects/sample-project/locations/us/publishers/google/models/gemini-3.5-flash';
/** The models that regions serve, and no multi-region. */
export const REGIONAL_MODELS = 'v1/projects/sample-project/locations/us-central1/publishers/google/models';
export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

type PredictionClient = InstanceType<typeof v1.PredictionServiceClient>;

/** An emulator with the clients of a test; `close` ends all of them. */
export interface VertexAiForTests {
  readonly emulator: VertexAi;
  /** Makes a client of the real SDK that sends this access token, or none. */
  readonly client: (token?: string) => PredictionClient;
  /** Sends one bare gRPC call with these bytes as its message. */
  readonly unary: (
    path: string,
    message: Buffer,
    metadata: Metadata,
    authority?: string,
  ) => Promise<Buffer | undefined>;
  /** Sends a REST call with the valid token, on HTTP/1.1 unless `http2`; text and bytes are sent as they are. */
  readonly post: (path: string, body: unknown, options?: PostOptions) => Promise<Dispatcher.ResponseData>;
  /**
   * Sends a REST call of any method, without a body when it is undefined. It gives the status and the JSON of the
   * answer.
   */
  readonly call: (
    method: 'DELETE' | 'GET' | 'PATCH' | 'POST',
    path: string,
    body?: unknown,
  ) => Promise<{ readonly status: number; readonly json: unknown }>;
  /** Advances the emulator's clock. */
  readonly passTime: (timeInMs: number) => void;
  readonly close: () => Promise<void>;
}

interface PostOptions {
  readonly headers?: Record<string, string>;
  /** The host that the request names; when left out, the own host of the endpoint in the path, where it has one. */
  readonly host?: string;
  readonly http2?: boolean;
}

export async function startForTests(): Promise<VertexAiForTests> {
  const authority = await createCertificateAuthority(HOST_NAMES);
  let now = NOW;
  const emulator = await startVertexAi({
    port: 0,
    certificate: authority.server,
    checkAccessToken: (token) => (token === TOKEN ? { principal: 'a principal' } : undefined),
    now: () => now,
    pauseInMs: 0,
  });
  const connect = { ca: authority.certificate };
  const http1 = new Agent({ connect, allowH2: false });
  const http2 = new Agent({ connect, allowH2: true });
  const clients: { close: () => unknown }[] = [];
  return {
    emulator,
    client: (token) => {
      const client = newClient(emulator.port, authority.certificate, token);
      clients.push(client);
      return client;
    },
    unary: (path, message, metadata, host) => {
      const channel = credentials.createSsl(Buffer.from(authority.certificate));
      const authorityOf = host === undefined ? {} : { 'grpc.default_authority': host };
      const client = new Client(`127.0.0.1:${emulator.port}`, channel, authorityOf);
      clients.push(client);
      const asItIs = (bytes: Buffer): Buffer => bytes;
      return new Promise((resolve, reject) => {
        client.makeUnaryRequest(path, asItIs, asItIs, message, metadata, (error, answer) => {
          if (error) reject(error);
          else resolve(answer);
        });
      });
    },
    post: (path, body, options = {}) =>
      request(`https://127.0.0.1:${emulator.port}/${path}`, {
        method: 'POST',
        dispatcher: options.http2 === true ? http2 : http1,
        headers: {
          'content-type': 'application/json',
          ...(options.headers ?? { authorization: `Bearer ${TOKEN}` }),
          ...hostHeader(options.host ?? hostOf(path)),
        },
        body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      }),
    call: async (method, path, body) => {
      const response = await request(`https://127.0.0.1:${emulator.port}/${path}`, {
        method,
        dispatcher: http1,
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: response.statusCode, json: await response.body.json() };
    },
    passTime: (timeInMs) => {
      now += timeInMs;
    },
    close: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await Promise.all([http1.destroy(), http2.destroy()]);
      await emulator.close();
    },
  };
}

function hostOf(path: string): string | undefined {
  const endpoint = sampleEndpoint(/\/endpoints\/(\d+)/.exec(path)?.[1]);
  return endpoint && ownHostOf(endpoint);
}

function hostHeader(host: string | undefined): Record<string, string> {
  return host === undefined ? {} : { host };
}

/**
 * Makes a client of the SDK. With `sslCreds` the SDK does not add the token of `authClient`, so the call credentials
 * do.
 */
function newClient(port: number, certificate: string, token: string | undefined): PredictionClient {
  const channel = credentials.createSsl(Buffer.from(certificate));
  const call = credentials.createFromMetadataGenerator((_context, callback) => {
    const metadata = new Metadata();
    if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
    callback(null, metadata);
  });
  return new v1.PredictionServiceClient({
    apiEndpoint: '127.0.0.1',
    port,
    sslCreds: credentials.combineChannelCredentials(channel, call),
    authClient: new OAuth2Client(),
  });
}
