import type { AuditRecord } from '@vertex-ai-gateway/cloud-emulators/application-insights/audit-records';
import { OAuth2Client } from 'google-auth-library';
import { Agent, setGlobalDispatcher } from 'undici';
import { type RunningChain, startChain } from '../support/chain.ts';
import { NotedCalls } from '../support/noted-calls.ts';

// Jest's sandbox has a global object of its own, in which Google's client looks for the dispatcher behind `fetch`.
setGlobalDispatcher(new Agent());

/** The credentials of a sample application. */
export interface ClientCredentials {
  readonly key: string;
  readonly token: string;
}

/** Vertex AI's answer when a quota is exhausted. */
const VERTEX_429 = {
  error: {
    code: 429,
    message: 'Quota exceeded for aiplatform.googleapis.com/generate_content_requests_per_minute.',
    status: 'RESOURCE_EXHAUSTED',
    details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '0.25s' }],
  },
};
const VERTEX_500 = { error: { code: 500, message: 'Internal error encountered.', status: 'INTERNAL' } };

/** The message of an exhausted quota, the same for all clients. */
export const QUOTA_EXHAUSTED =
  'The quota of the gateway’s project on Vertex AI is used up for now. Try again later.';
export const VERTEX_FAILED = 'Vertex AI failed on its own side.';
export const RATE_LIMITED =
  'Your APIM subscription makes more calls, or uses more tokens, in a minute than it may. Wait for as long as the header Retry-After says.';
export const STREAM_BROKEN = 'Vertex AI broke off the stream. The answer so far is incomplete.';

/**
 * A running chain that unmodified clients call. The process's `fetch` only notes the answers, so that each call can be
 * compared with its audit record in the end.
 */
export class ClientChain {
  readonly chain: RunningChain;
  readonly #fetch = globalThis.fetch;
  readonly #calls: NotedCalls;

  static async start(): Promise<ClientChain> {
    return new ClientChain(await startChain());
  }

  private constructor(chain: RunningChain) {
    this.chain = chain;
    this.#calls = new NotedCalls(chain);
    globalThis.fetch = async (...request) => {
      const answer = await this.#fetch(...request);
      const requestId = answer.headers.get('x-request-id');
      if (answer.url.startsWith(chain.environment.gatewayUrl) && requestId !== null)
        this.saw(requestId, answer.status);
      return answer;
    };
  }

  /** Notes an answer that did not come through `fetch`. */
  saw(requestId: string, status: number): void {
    this.#calls.saw(requestId, status);
  }

  /** The address of a path on the gateway. */
  url(path: string): string {
    return `${this.chain.environment.gatewayUrl}${path}`;
  }

  async credentials(application: string): Promise<ClientCredentials> {
    const known = this.chain.environment.applications[application];
    if (!known) throw new Error(`There is no application "${application}".`);
    return { key: known.subscriptionKey, token: await this.chain.token(application) };
  }

  /** Makes Vertex AI answer the next call to a path with an exhausted quota. */
  exhaustVertexQuota(path: string): Promise<unknown> {
    return this.chain.inject('vertex-ai', { path, status: 429, body: VERTEX_429 });
  }

  failVertex(path: string): Promise<unknown> {
    return this.chain.inject('vertex-ai', { path, status: 500, body: VERTEX_500 });
  }

  /** Breaks the next stream of a path after two chunks. */
  breakStream(path: string): Promise<unknown> {
    return this.chain.inject('vertex-ai', { path, abortAfterChunks: 2 });
  }

  /** Sets the pause before each chunk of streams, so that a client can leave during one. */
  slowDown(pauseInMs: number): Promise<unknown> {
    return this.chain.control('vertex-ai', 'POST', 'pause', { pauseInMs });
  }

  /** Uses up the sandbox subscription's tokens of a minute, so that the edge answers its later calls with 429. */
  async exhaustSandboxTokens(): Promise<void> {
    const { key } = await this.credentials('sandbox-app');
    await this.chain.inject('vertex-ai', {
      path: ':generateContent',
      status: 200,
      body: { candidates: [{ finishReason: 'STOP' }], usageMetadata: { totalTokenCount: 100_000 } },
    });
    await fetch(this.url('/vertex/v1/publishers/google/models/gemini-3.5-flash:generateContent'), {
      method: 'POST',
      headers: { 'x-goog-api-key': key, 'content-type': 'application/json' },
      body: '{"contents":[{"parts":[{"text":"All of it."}]}]}',
    });
    this.expectRecords({ outcome: 'answered', totalTokens: 100_000 });
  }

  /**
   * Notes the expected audit record of each call of this test since the last time, in order. They are compared in the end.
   * There must be as many calls as expectations.
   */
  expectRecords(...expected: AuditRecord[]): void {
    this.#calls.expectRecords(...expected);
  }

  /** Expects exactly one audit record for every call, as noted. */
  expectAllOnRecord(): Promise<void> {
    return this.#calls.expectAllOnRecord();
  }

  async stop(): Promise<void> {
    globalThis.fetch = this.#fetch;
    await this.chain.stop();
  }
}

/** Credentials for Google's libraries, with an Entra token in place of Google's own. */
export function bearerClient(token: string): OAuth2Client {
  const client = new OAuth2Client();
  client.setCredentials({ access_token: token });
  return client;
}

/** Returns the error that a client throws. @throws Error when it throws none. */
export async function thrownBy(work: () => Promise<unknown>): Promise<Record<string, unknown> & Error> {
  try {
    await work();
  } catch (error) {
    return error as Record<string, unknown> & Error;
  }
  throw new Error('Nothing was thrown.');
}
