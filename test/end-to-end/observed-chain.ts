import { setTimeout as pause } from 'node:timers/promises';
import type { AuditRecord } from '../../emulators/application-insights/audit-records.ts';
import { type RunningChain, startChain } from '../support/chain.ts';
import { type Answer, ByteClient, type Outgoing } from './send-bytes.ts';

/** A call as one of the sample applications, or as nobody. Headers that are given win; an empty one is not sent. */
export interface ObservedCall extends Outgoing {
  readonly application?: string;
}

const ARRIVAL_TIMEOUT_IN_MS = 10_000;
const POLL_INTERVAL_IN_MS = 20;

/** What no telemetry and no error may hold: JSON Web Tokens, Google access tokens, anything behind `Bearer`. */
const TOKENS = /eyJ[\w-]{10,}|ya29\.|Bearer [\w-]{20,}/;

/** A running chain that remembers every call made to it, to hold it against what is on record in the end. */
export class ObservedChain {
  readonly chain: RunningChain;
  readonly #gateway: ByteClient;
  readonly #functionApp: ByteClient;
  readonly #answers: Answer[] = [];

  static async start(): Promise<ObservedChain> {
    return new ObservedChain(await startChain());
  }

  private constructor(chain: RunningChain) {
    this.chain = chain;
    this.#gateway = new ByteClient(chain.environment.gatewayUrl);
    this.#functionApp = new ByteClient(chain.environment.functionsUrl);
  }

  /** Calls the gateway. */
  async call({ application, ...outgoing }: ObservedCall): Promise<Answer> {
    const headers = {
      ...(application === undefined ? {} : await this.#credentials(application)),
      ...(outgoing.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...outgoing.headers,
    };
    const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));
    return this.#remember(await this.#gateway.send({ ...outgoing, headers: sent }));
  }

  /** Calls the function app itself, around the gateway. */
  async callDirectly(outgoing: Outgoing): Promise<Answer> {
    return this.#remember(await this.#functionApp.send(outgoing));
  }

  /** A token with the real signature that is as right or wrong as the request says; see Entra's `POST tokens`. */
  async mint(request: object): Promise<string> {
    const minted = await this.chain.control('entra', 'POST', 'tokens', request);
    return (minted as { access_token: string }).access_token;
  }

  /** The one audit record of a call, waited for. */
  async recordOf({ requestId }: Answer): Promise<AuditRecord> {
    if (requestId === '') throw new Error('The answer has no x-request-id.');
    const [record, ...more] = await this.recordsOf([requestId]);
    expect(more).toEqual([]);
    if (!record) throw new Error(`No audit record of ${requestId} has arrived.`);
    return record;
  }

  /** The records of these calls, once each has one; 10 s at most are waited for them. */
  async recordsOf(requestIds: readonly string[]): Promise<AuditRecord[]> {
    const wanted = new Set<unknown>(requestIds);
    const deadline = Date.now() + ARRIVAL_TIMEOUT_IN_MS;
    for (;;) {
      const found = (await this.records()).filter(({ auditId }) => wanted.has(auditId));
      const isComplete = new Set(found.map(({ auditId }) => auditId)).size === wanted.size;
      if (isComplete || Date.now() > deadline) return found;
      await pause(POLL_INTERVAL_IN_MS);
    }
  }

  /** All records that have arrived. */
  async records(): Promise<AuditRecord[]> {
    return (await this.chain.control('application-insights', 'GET', 'audit-records')) as AuditRecord[];
  }

  /**
   * Every call so far has exactly one audit record, there is no other record, and neither telemetry nor an error
   * holds a token, a subscription key or one of the texts that stand for prompts and predictions.
   */
  async expectAllOnRecord(confidential: readonly (string | number)[]): Promise<void> {
    const expected = this.#answers.map(({ requestId }) => requestId).toSorted();
    await this.recordsOf(expected);
    const records = await this.records();
    expect(records.map(({ auditId }) => auditId).toSorted()).toEqual(expected);
    const telemetry = JSON.stringify(await this.chain.control('application-insights', 'GET', 'telemetry'));
    const errors = this.#answers.filter(({ status }) => status !== 200).map(({ text }) => text);
    const keys = Object.values(this.chain.environment.applications).map((one) => one.subscriptionKey);
    for (const text of [telemetry, ...errors]) {
      expect(text).not.toMatch(TOKENS);
      const leaked = [...keys, ...confidential].filter((one) =>
        text.toLowerCase().includes(String(one).toLowerCase()),
      );
      expect(leaked).toEqual([]);
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.#gateway.close(), this.#functionApp.close()]);
    await this.chain.stop();
  }

  async #credentials(application: string): Promise<Record<string, string>> {
    const key = this.chain.environment.applications[application]?.subscriptionKey;
    if (key === undefined) throw new Error(`There is no application "${application}".`);
    return {
      authorization: `Bearer ${await this.chain.token(application)}`,
      'ocp-apim-subscription-key': key,
    };
  }

  #remember(answer: Answer): Answer {
    this.#answers.push(answer);
    return answer;
  }
}
