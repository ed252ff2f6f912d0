import { Readable } from 'node:stream';
import type { ContainerClient } from '@azure/storage-blob';
import fc from 'fast-check';
import { type EntryBody, hashEntry, LedgerEntry } from '../../src/ledger/ledger-entry.ts';
import { shippedAttributesOf } from '../../src/shipping/shipped-attributes.ts';
import { cursorName } from '../../src/shipping/shipping-cursor.ts';
import type { ApplicationInsightsEvidence } from '../../src/verification/application-insights-evidence.ts';
import type { ShippedRecord } from '../../src/verification/evidence.ts';
import { createLedgerVerifier } from '../../src/verification/ledger-verifier.ts';
import { byDay } from '../by-day.ts';
import { MemoryLog } from '../transparency-log/memory-log.ts';
import { asText, BEGINNING, createMemoryLedger, recordOf, WRITER, writeLines } from './sample-chain.ts';

const NOW = Date.UTC(2026, 2, 1, 12, 30);
const CALLS = 3;
const { signal } = new AbortController();

/** The steps of a call, in the order in which a healthy gateway makes them. */
const STEPS = ['answered', 'recorded', 'shipped', 'cursor stored'] as const;
type Step = (typeof STEPS)[number];

/** A gateway with some calls that have just been made, and the stores that it writes to. */
class World {
  /** The number of steps that were made, call after call. */
  #made = 0;
  #time = NOW;
  readonly #last: Step;

  /** @param last the last step that this gateway makes for its last call. */
  constructor(last: Step = 'cursor stored') {
    this.#last = last;
  }

  readonly now = () => new Date(this.#time);
  readonly pause = (delayInMs: number) => {
    this.#time += delayInMs;
    this.goOn(STEPS.length * CALLS);
    return Promise.resolve();
  };

  goOn(steps: number): void {
    const missing = STEPS.length - 1 - STEPS.indexOf(this.#last);
    this.#made = Math.min(this.#made + steps, STEPS.length * CALLS - missing);
  }

  /** The calls that have got to a step. */
  calls(step: Step): string[] {
    const count = Math.floor((this.#made - STEPS.indexOf(step) - 1) / STEPS.length) + 1;
    return Array.from({ length: count }, (_, index) => `call-${index}`);
  }

  lines(): string[] {
    const time = new Date(NOW - 1_000).toISOString();
    const closings = this.calls('recorded').map((id) => ({
      kind: 'closing',
      record: { ...recordOf(id), requestId: id, time },
    }));
    // Lines without signatures are the same whenever they are read.
    return writeLines([BEGINNING, ...(closings as EntryBody[])], { startedAt: NOW - 1_000 });
  }

  records(): ShippedRecord[] {
    const shown = new Set(this.calls('shipped'));
    return this.lines().flatMap((line) => {
      const entry = LedgerEntry.parse(JSON.parse(line));
      if (entry.kind !== 'closing' || !shown.has(String(entry.record.requestId))) return [];
      const place = { writer: WRITER, sequence: entry.sequence, hash: hashEntry(line) };
      const time = new Date(NOW - 1_000);
      return [
        { ...place, time, name: 'gateway.prediction', itemCount: 1, ...shippedAttributesOf(entry, place) },
      ];
    });
  }
}

/** The stores of a world. @param beforeReading runs before each reading. */
function storesOf(world: World, beforeReading: () => void) {
  const looking = <Value>(look: () => Value): Promise<Value> => {
    beforeReading();
    return Promise.resolve(look());
  };
  const chainOf = () => createMemoryLedger({ [WRITER]: [asText(world.lines())] }, new Date(NOW));
  const insights: ApplicationInsightsEvidence = {
    anchors: () => looking(() => []),
    oldestRecord: () => looking(() => undefined),
    async *records() {
      yield* await looking(() => world.records());
    },
    async *traffic() {
      const call = (requestId: string) => ({ requestId, traceId: '', time: new Date(NOW - 1_000) });
      yield await looking(() => ({
        to: new Date(NOW),
        requests: world
          .calls('answered')
          .map((id) => ({ ...call(id), operation: 'POST /x', isCall: true, isSampled: false })),
        records: world.calls('shipped').map((id) => ({ ...call(id), isOfEdge: false })),
      }));
    },
  };
  const name = cursorName(WRITER);
  const state = {
    async *listBlobsByHierarchy() {
      yield await Promise.resolve({ kind: 'prefix', name: name.slice(0, name.lastIndexOf('/') + 1) });
    },
    async *listBlobsFlat() {
      yield await looking(() => ({ name }));
    },
    getBlobClient: () => ({
      download: () =>
        looking(() => ({
          readableStreamBody: Readable.from([
            JSON.stringify({ sequence: world.calls('cursor stored').length }),
          ]),
        })),
    }),
  } as unknown as ContainerClient;
  return {
    insights,
    state,
    ledger: byDay({
      list: () => looking(() => chainOf().list()).then((listed) => listed),
      read: (...place: Parameters<ReturnType<typeof chainOf>['read']>) =>
        looking(() => chainOf().read(...place)).then((bytes) => bytes),
    }),
  };
}

function verify(world: World, beforeReading: () => void, isLedgerOnly = false) {
  const verifier = createLedgerVerifier({
    ...storesOf(world, beforeReading),
    publicKeys: undefined,
    contents: { retentionInMs: 0, list: () => Readable.from([]) },
    log: { reader: new MemoryLog().reader, witness: undefined },
    now: world.now,
    pause: world.pause,
  });
  const period = { from: new Date(NOW - 86_400_000), to: new Date(NOW) };
  return verifier.verify({ period, graceInMs: 0, isLedgerOnly }, signal);
}

test('a healthy gateway has nothing missing, however far it goes between two readings', async () => {
  const steps = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 8, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 12 }), steps, async (made, between) => {
      const world = new World();
      world.goOn(made);
      const left = between.values();
      const { findings } = await verify(world, () => world.goOn(left.next().value ?? 0));
      expect(findings).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test.each<[last: Step, kind: string]>([
  ['answered', 'request-without-record'],
  ['recorded', 'never-shipped'],
])('a gateway that stops when a call is %s is found with %s', async (last, kind) => {
  const world = new World(last);
  world.goOn(100);
  const { findings } = await verify(world, () => undefined);
  expect(findings.map((finding) => finding.kind)).toEqual([kind]);
});

test('the scope is what was asked for, and what of it was not at hand is no verification', async () => {
  const world = new World();
  world.goOn(100);
  const all = await verify(world, () => undefined);
  expect(all).toMatchObject({ scope: 'ledger-and-application-insights', isIntact: false, findings: [] });
  expect(all.notChecked).toEqual([
    expect.stringContaining('The transparency log was not at hand'),
    expect.stringContaining('Signatures were not checked, because no public key'),
  ]);
  const ledger = await verify(world, () => undefined, true);
  expect(ledger).toMatchObject({ scope: 'ledger', findings: [] });
  expect(ledger.requests).toBeUndefined();
});
