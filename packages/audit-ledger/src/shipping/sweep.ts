import { closeOrphans, isRecovered, RECOVERIES, recoveryName, type Surroundings } from './close-orphans.ts';
import type { AuditEvent } from './event-sender.ts';
import type { LedgerChain } from '../ledger/ledger-reader.ts';
import { parseEntry } from '../ledger/parse-entry.ts';
import { readLines } from '../ledger/read-lines.ts';
import { shipChain } from './ship-chain.ts';
import { cursorName, CURSORS, KeptCursor, placeOf, type ShippingCursor } from './shipping-cursor.ts';
import type { ShippingDependencies } from './shipping-dependencies.ts';

/** The part of the ledger that is not shipped yet. */
export interface Backlog {
  /** The number of chains that are not shipped to their end. */
  readonly chains: number;
  /** The size of their entries that are not shipped. */
  readonly bytes: number;
  /**
   * The age of the oldest of these entries; 0 when there is none. Of many chains, only the first twenty are looked at.
   */
  readonly oldestAgeInMs: number;
  /** The number of chains that this sweep could not recover or ship. */
  readonly failedChains: number;
}

type Place = Pick<ShippingCursor, 'part' | 'offset'>;

/** The most chains whose oldest unshipped entry is looked up. */
const MAXIMUM_LOOKED_UP = 20;

/**
 * Goes over the chains of lost writers: closes the calls that they left open, and ships the entries that they did not.
 * The failure of one chain doesn't stop the others. Chains of living writers are left to them.
 * @param ownCursor gives the cursor of this process's own chain.
 * @returns the backlog of all chains after that.
 * @throws what storage throws when it can't be listed or the backlog can't be read, and the signal's reason.
 */
export async function sweep(
  dependencies: ShippingDependencies,
  ownCursor: () => ShippingCursor,
  abortSignal?: AbortSignal,
): Promise<Backlog> {
  const { ledger, state, goneAfterInMs, writer } = dependencies;
  const { chains, asOf } = await ledger.list(abortSignal);
  const cursors = await state.list(CURSORS, abortSignal);
  const recoveries = await state.list(RECOVERIES, abortSignal);
  const places = new Map(
    chains.map((chain) => [chain.writer, placeOf(cursors.get(cursorName(chain.writer)))]),
  );
  const isGone = ({ parts }: LedgerChain) =>
    asOf.getTime() - (parts.at(-1)?.modifiedAt.getTime() ?? 0) >= goneAfterInMs;
  const surroundings: Surroundings = {
    asOf,
    chains: new Map(chains.map((chain) => [chain.writer, chain])),
    isGone,
  };
  const lost = chains.filter((chain) => chain.writer !== writer && isGone(chain));
  const failed = new Set<string>();
  const each = async (work: (chain: LedgerChain) => Promise<unknown>) => {
    for (const chain of lost) {
      abortSignal?.throwIfAborted();
      await work(chain).catch(() => failed.add(chain.writer));
    }
  };

  try {
    await each(async (chain) => {
      if (isRecovered(recoveries.get(recoveryName(chain.writer)), chain)) return;
      await closeOrphans(dependencies, chain, surroundings, abortSignal);
    });
    await each(async (chain) => {
      if (bytesBehind(chain, places.get(chain.writer)) === 0) return;
      const cursor = await KeptCursor.load(state, chain.writer, abortSignal);
      const parts = chain.parts.filter(({ bytes }) => bytes > 0).map(({ part }) => part);
      try {
        await shipChain(dependencies, cursor, { parts, isGone: true }, abortSignal);
      } finally {
        places.set(chain.writer, cursor.current);
      }
    });
  } finally {
    // Entries that this process has shipped meanwhile are no backlog.
    places.set(writer, ownCursor());
  }
  const backlog = await measure(dependencies, chains, places, asOf, abortSignal);
  return { ...backlog, failedChains: failed.size };
}

/** Makes the event of a backlog, for alerts. Every finished sweep sends one, also of an empty backlog. */
export function backlogEvent(
  { chains, bytes, oldestAgeInMs, failedChains }: Backlog,
  writer: string,
  now: Date,
): AuditEvent {
  return {
    name: 'gateway.audit.backlog',
    time: now,
    properties: { writer },
    measurements: { chains, bytes, oldestAgeInMs, failedChains },
  };
}

async function measure(
  { ledger }: ShippingDependencies,
  chains: readonly LedgerChain[],
  places: ReadonlyMap<string, Place>,
  asOf: Date,
  abortSignal: AbortSignal | undefined,
): Promise<Omit<Backlog, 'failedChains'>> {
  const behind = chains.filter((chain) => bytesBehind(chain, places.get(chain.writer)) > 0);
  let oldestAgeInMs = 0;
  for (const { writer } of behind.slice(0, MAXIMUM_LOOKED_UP)) {
    const { part, offset } = places.get(writer) ?? placeOf(undefined);
    const { value: lines } = await readLines(ledger, writer, { part, offset }, abortSignal).next();
    const oldest = lines?.[0];
    const entry = oldest?.isWhole === true ? parseEntry(oldest.text) : undefined;
    if (entry) oldestAgeInMs = Math.max(oldestAgeInMs, asOf.getTime() - Date.parse(entry.time));
  }
  const bytes = behind.reduce((sum, chain) => sum + bytesBehind(chain, places.get(chain.writer)), 0);
  return { chains: behind.length, bytes, oldestAgeInMs };
}

function bytesBehind({ parts }: LedgerChain, { part, offset }: Place = placeOf(undefined)): number {
  return parts.reduce((sum, other) => {
    if (other.part < part) return sum;
    return sum + (other.part === part ? Math.max(0, other.bytes - offset) : other.bytes);
  }, 0);
}
