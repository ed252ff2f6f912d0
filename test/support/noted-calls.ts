import { setTimeout as pause } from 'node:timers/promises';
import type { AuditRecord } from '@vertex-ai-gateway/cloud-emulators/application-insights/audit-records';
import type { RunningChain } from './chain.ts';

interface SeenCall {
  readonly requestId: string;
  readonly status: number;
  readonly test: string | undefined;
}

interface NotedRecord {
  readonly requestId: string;
  readonly expected: AuditRecord;
  readonly test: string;
}

const ARRIVAL_TIMEOUT_IN_MS = 20_000;
const POLL_INTERVAL_IN_MS = 50;

/** The calls that the clients of a chain have made, to be compared with their audit records in the end. */
export class NotedCalls {
  readonly #chain: RunningChain;
  readonly #all: SeenCall[] = [];
  #since: SeenCall[] = [];
  readonly #noted: NotedRecord[] = [];

  constructor(chain: RunningChain) {
    this.#chain = chain;
  }

  /** Notes an answer of the gateway. */
  saw(requestId: string, status: number): void {
    const call = { requestId, status, test: expect.getState().currentTestName };
    this.#all.push(call);
    this.#since.push(call);
  }

  /**
   * Notes the expected audit record of each call of this test since the last time, in order. They are compared in the end.
   * There must be as many calls as expectations.
   */
  expectRecords(...expected: AuditRecord[]): void {
    const { currentTestName } = expect.getState();
    const calls = this.#since.filter(({ test }) => test === currentTestName);
    this.#since = [];
    expect(calls.map(({ status }) => status)).toHaveLength(expected.length);
    calls.forEach(({ requestId }, index) =>
      this.#noted.push({
        requestId,
        expected: expected[index] ?? {},
        test: expect.getState().currentTestName ?? '',
      }),
    );
  }

  /** Expects exactly one audit record for every call, as noted. */
  async expectAllOnRecord(): Promise<void> {
    const ids = this.#all.map(({ requestId }) => requestId).toSorted();
    const records = await this.#recordsOf(ids);
    expect(records.map(({ requestId }) => requestId).toSorted()).toEqual(ids);
    const byId = new Map(records.map((record) => [record.requestId, record]));
    const found = this.#noted.map(({ requestId, expected, test }) => {
      const record = byId.get(requestId) ?? {};
      return { test, record: Object.fromEntries(Object.keys(expected).map((name) => [name, record[name]])) };
    });
    expect(found).toEqual(this.#noted.map(({ test, expected }) => ({ test, record: expected })));
  }

  async #recordsOf(ids: readonly string[]): Promise<AuditRecord[]> {
    const deadline = Date.now() + ARRIVAL_TIMEOUT_IN_MS;
    for (;;) {
      const records = await this.#chain.control('application-insights', 'GET', 'audit-records');
      const arrived = new Set((records as AuditRecord[]).map(({ requestId }) => requestId));
      if (ids.every((id) => arrived.has(id)) || Date.now() > deadline) return records as AuditRecord[];
      await pause(POLL_INTERVAL_IN_MS);
    }
  }
}
