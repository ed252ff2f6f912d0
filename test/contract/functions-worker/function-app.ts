import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { AuditRecord } from '@vertex-ai-gateway/cloud-emulators/application-insights/audit-records';
import { type Environment, readEnvironment } from '@vertex-ai-gateway/cloud-emulators/environment-file';
import { Chain, RunningChain, startChain } from '../../support/chain.ts';

const MODEL = 'v1/projects/sample-project/locations/us/publishers/google/models/gemini-3.5-flash';
const CONTENTS = JSON.stringify({ contents: [{ role: 'user', parts: [{ text: 'Say something.' }] }] });

export const WHOLE = `/vertex/${MODEL}:generateContent`;
export const STREAM = `/vertex/${MODEL}:streamGenerateContent?alt=sse`;
/** A path whose body goes to a custom container unchanged. */
export const RAW = '/vertex/v1/projects/sample-project/locations/us-central1/endpoints/1234567890:rawPredict';

export interface Sent {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** True leaves the body without its end. */
  readonly isOpen?: boolean;
}

/** A call whose answer has begun. */
export interface Answering {
  readonly requestId: string;
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly response: IncomingMessage;
  /** Reads the whole body. @throws Error when it breaks off. */
  readonly text: () => Promise<string>;
  readonly leave: () => void;
}

/** The function app under test, at any address, and the emulators that it calls. */
export class FunctionApp {
  readonly url: string;
  readonly chain: Chain;
  readonly #processId: number | undefined;
  #stamped: Readonly<Record<string, string>> = {};

  /**
   * Opens the function app at `FUNCTIONS_WORKER_URL`, which calls the emulators of the chain that
   * `FUNCTIONS_WORKER_ENVIRONMENT` describes. Without these variables it starts a chain.
   */
  static async open(): Promise<FunctionApp> {
    const { FUNCTIONS_WORKER_URL: url, FUNCTIONS_WORKER_ENVIRONMENT: file } = process.env;
    const chain = url === undefined ? await startChain() : new Chain(readFrom(file));
    const app = new FunctionApp(url ?? chain.environment.functionsUrl, chain);
    await app.#readStamp();
    return app;
  }

  private constructor(url: string, chain: Chain) {
    const { FUNCTIONS_WORKER_PID: processId } = process.env;
    this.url = url.replace(/\/$/, '');
    this.chain = chain;
    this.#processId = processId === undefined ? undefined : Number(processId);
  }

  async close(): Promise<void> {
    if (this.chain instanceof RunningChain) await this.chain.stop();
  }

  /** The id of the worker's process. */
  async processId(): Promise<number> {
    if (this.#processId !== undefined) return this.#processId;
    const [instance] = (await this.chain.control('functions-host', 'GET', 'instances')) as {
      processId: number;
    }[];
    return instance?.processId ?? 0;
  }

  /** Calls as API Management does, for a caller that may use everything here; resolves when the answer begins. */
  call(path: string, sent: Sent = {}): Promise<Answering> {
    const { answering } = this.start(path, sent);
    return answering;
  }

  /** Starts the same call; the returned request allows leaving it before its answer. */
  start(path: string, { method = 'POST', body = CONTENTS, headers = {}, isOpen = false }: Sent = {}) {
    const requestId = randomUUID();
    const call = request(this.url + path, {
      agent: false,
      method,
      headers: { ...this.#stamped, ...headers, 'x-gateway-request-id': requestId },
    });
    const answering = new Promise<Answering>((resolve, reject) => {
      call.on('error', reject);
      call.once('response', (response) => resolve(read(requestId, call, response)));
    });
    // A caller that leaves does not wait for the answer.
    answering.catch(() => undefined);
    if (isOpen) call.write(body);
    else call.end(method === 'GET' ? undefined : body);
    return { requestId, answering, leave: () => void call.destroy() };
  }

  /** The one record of a call, once it has arrived. */
  async record(requestId: string): Promise<AuditRecord> {
    const records = await this.chain.auditRecords((record) => record.requestId === requestId);
    expect(records).toHaveLength(1);
    return records[0] ?? {};
  }

  /** Reads the headers that API Management stamps, from a call through it. */
  async #readStamp(): Promise<void> {
    const answer = await this.chain.call(WHOLE, {
      application: 'assistants-app',
      method: 'POST',
      body: CONTENTS,
    });
    await answer.text();
    expect(answer.status).toBe(200);
    const received = await this.chain.requests('functions-host');
    const headers = received.findLast(({ path }) => path.startsWith(WHOLE))?.headers ?? {};
    const ofTheCall = ['authorization', 'content-type'];
    this.#stamped = Object.fromEntries(
      Object.entries(headers).filter(([name]) => name.startsWith('x-gateway-') || ofTheCall.includes(name)),
    );
  }
}

function read(requestId: string, call: ClientRequest, response: IncomingMessage): Answering {
  response.on('error', () => undefined);
  return {
    requestId,
    status: response.statusCode ?? 0,
    headers: response.headers,
    response,
    text: async () => {
      let text = '';
      for await (const chunk of response) text += String(chunk);
      return text;
    },
    leave: () => void call.destroy(),
  };
}

function readFrom(file = '.local/environment.json'): Environment {
  const environment = readEnvironment(file);
  if (!environment) throw new Error(`${file}: no chain describes itself there. Start one with npm start.`);
  return environment;
}

/** Resident memory of a process, in bytes. */
export function memoryOf(processId: number): number {
  const [, kilobytes = '0'] =
    /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${processId}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}
