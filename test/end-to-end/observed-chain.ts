import { setTimeout as pause } from 'node:timers/promises';
import type { AuditRecord } from '@vertex-ai-gateway/cloud-emulators/application-insights/audit-records';
import { type RunningChain, shareChain, startChain } from '../support/chain.ts';
import { type Answer, ByteClient, type Outgoing } from './send-bytes.ts';

/** A call as one of the sample applications, or as nobody. Headers that are given win; an empty one is not sent. */
export interface ObservedCall extends Outgoing {
  readonly application?: string;
}

interface NotedCheck {
  readonly requestId: string;
  readonly check: (record: AuditRecord) => void;
  readonly test: string;
}

const ARRIVAL_TIMEOUT_IN_MS = 20_000;
const POLL_INTERVAL_IN_MS = 50;

/** Tokens that no telemetry and no error may contain: JSON Web Tokens, Google access tokens, anything after `Bearer`. */
const TOKENS = /eyJ[\w-]{10,}|ya29\.|Bearer [\w-]{20,}/;

/** A running chain that remembers its calls, to compare them with the audit records in the end. */
export class ObservedChain {
  readonly chain: RunningChain;
  readonly #gateway: ByteClient;
  readonly #functionApp: ByteClient;
  readonly #answers: Answer[] = [];
  readonly #checks: NotedCheck[] = [];

  /**
   * Starts a chain that records no journeys through the policies: they take a seventh of the edge's time. The chain that
   * files share records them, as `npm start` does.
   * @param flags of `npm start`.
   */
  static async start(...flags: string[]): Promise<ObservedChain> {
    return new ObservedChain(await startChain('--no-journeys', ...flags));
  }

  /** Observes the chain that files share: for those that restart nothing, and check in the end that all is on record. */
  static async share(): Promise<ObservedChain> {
    return new ObservedChain(await shareChain());
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

  /** Calls the function app directly, around the gateway. A call of an unknown caller has no record. */
  async callDirectly(outgoing: Outgoing): Promise<Answer> {
    const answer = await this.#functionApp.send(outgoing);
    return 'x-gateway-unrecorded' in answer.headers ? answer : this.#remember(answer);
  }

  /** The subscription key of a sample application. @throws Error for one that there is not. */
  keyOf(application: string): string {
    const key = this.chain.environment.applications[application]?.subscriptionKey;
    if (key === undefined) throw new Error(`There is no application "${application}".`);
    return key;
  }

  /** A token with the real signature that is as right or wrong as the request says; see Entra's `POST tokens`. */
  async mint(request: object): Promise<string> {
    const minted = await this.chain.control('entra', 'POST', 'tokens', request);
    return (minted as { access_token: string }).access_token;
  }

  /**
   * Notes the expected fields of a call's audit record, or a check of it. Records arrive in batches some seconds apart, so
   * `expectAllOnRecord` checks all together in a file's last test. A failure names the test that noted it.
   */
  whenRecorded({ requestId }: Answer, expected: AuditRecord | ((record: AuditRecord) => void)): void {
    const check =
      typeof expected === 'function'
        ? expected
        : (record: AuditRecord) => expect(record).toMatchObject(expected);
    this.#checks.push({ requestId, check, test: expect.getState().currentTestName ?? '' });
  }

  /**
   * Expects exactly one audit record of every call so far, as noted, and no other record. No telemetry and no error may
   * contain a token, a subscription key or a confidential text.
   * @param confidential texts of prompts and predictions.
   */
  async expectAllOnRecord(confidential: readonly (string | number)[]): Promise<AuditRecord[]> {
    const expected = this.#answers.map(({ requestId }) => requestId).toSorted();
    const records = await this.#recordsOf(expected);
    expect(records.map(({ requestId }) => requestId).toSorted()).toEqual(expected);
    const byId = new Map(records.map((record) => [record.requestId, record]));
    for (const { requestId, check, test } of this.#checks) {
      try {
        check(byId.get(requestId) ?? {});
      } catch (error) {
        throw new Error(`The audit record of a call in "${test}" is not as it must be.`, { cause: error });
      }
    }
    await this.#expectNoLeak(confidential);
    return records;
  }

  /** Resolves when each call so far has arrived at Application Insights; 20 s at most are waited for them. */
  async untilOnRecord(): Promise<void> {
    await this.#recordsOf(this.#answers.map(({ requestId }) => requestId));
  }

  async stop(): Promise<void> {
    await Promise.all([this.#gateway.close(), this.#functionApp.close()]);
    await this.chain.stop();
  }

  async #credentials(application: string): Promise<Record<string, string>> {
    return {
      authorization: `Bearer ${await this.chain.token(application)}`,
      'ocp-apim-subscription-key': this.keyOf(application),
    };
  }

  /** All records, once each of these calls has one; 20 s at most are waited for them. */
  async #recordsOf(requestIds: readonly string[]): Promise<AuditRecord[]> {
    const deadline = Date.now() + ARRIVAL_TIMEOUT_IN_MS;
    for (;;) {
      const records = await this.chain.control('application-insights', 'GET', 'audit-records');
      const arrived = new Set((records as AuditRecord[]).map(({ requestId }) => requestId));
      if (requestIds.every((id) => arrived.has(id)) || Date.now() > deadline) return records as AuditRecord[];
      await pause(POLL_INTERVAL_IN_MS);
    }
  }

  async #expectNoLeak(confidential: readonly (string | number)[]): Promise<void> {
    const telemetry = await this.chain.control('application-insights', 'GET', 'telemetry');
    const errors = this.#answers.filter(({ status }) => status !== 200).map(({ text }) => text);
    const keys = Object.values(this.chain.environment.applications).map((one) => one.subscriptionKey);
    const whole = JSON.stringify(telemetry);
    expect(whole).not.toMatch(TOKENS);
    expect(keys.filter((key) => whole.includes(key))).toEqual([]);
    for (const text of [JSON.stringify(telemetry, withoutPaths), ...errors]) {
      expect(text).not.toMatch(TOKENS);
      const leaked = [...keys, ...confidential].filter((one) => holds(text, String(one)));
      expect(leaked).toEqual([]);
    }
  }

  #remember(answer: Answer): Answer {
    this.#answers.push(answer);
    return answer;
  }
}

/** Leaves out where API Management's own telemetry of a request has its path, as the product's has it. */
function withoutPaths(name: string, value: unknown): unknown {
  return ['url', 'name', 'ai.operation.name'].includes(name) ? undefined : value;
}

/** Tells whether a text holds another in any case. A number must stand there as a whole, not as a piece of a duration. */
function holds(text: string, part: string): boolean {
  const isNumber = /^\d+(?:\.\d+)?$/.test(part);
  return isNumber
    ? new RegExp(`(?<![\\d.])${part.replace('.', '\\.')}(?![\\d.])`).test(text)
    : text.toLowerCase().includes(part.toLowerCase());
}
