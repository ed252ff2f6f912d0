import {
  closeOrphans,
  isRecovered,
  RECOVERIES,
  recoveryName,
  type RecoveryRooms,
  type Surroundings,
} from './close-orphans.ts';
import type { AuditEvent } from './event-sender.ts';
import type { LedgerChain } from '../ledger/ledger-reader.ts';
import { readLines } from '../ledger/read-lines.ts';
import { shipChain, type ShippingRooms } from './ship-chain.ts';
import { cursorName, CURSORS, KeptCursor, placeOf, type ShippingCursor } from './shipping-cursor.ts';

export interface SweepRooms extends ShippingRooms, RecoveryRooms {
  /** A chain that was not appended to for this long has lost its writer. */
  readonly goneAfterInMs: number;
  /** How far this process has shipped its own chain. */
  readonly ownCursor: () => ShippingCursor;
}

/** What is not in Application Insights yet. */
export interface Backlog {
  readonly chains: number;
  readonly bytes: number;
  /** 0 when there is none. */
  readonly oldestAgeInMs: number;
  /** Chains that this sweep could not ship or close. */
  readonly failedChains: number;
}

type Place = Pick<ShippingCursor, 'part' | 'offset'>;

/** Of so many chains that are behind the oldest entry is looked up. */
const MAXIMUM_LOOKED_UP = 20;
const ENTRY_BYTES = 64 * 1024;

/**
 * Goes over all chains: closes what lost writers left open, ships what they did not, and says what is left. One chain's
 * failure doesn't keep the others. Chains of writers that live are theirs.
 * @throws what storage throws when it can't be listed, and the signal's reason.
 */
export async function sweep(rooms: SweepRooms, abortSignal?: AbortSignal): Promise<Backlog> {
  const { ledger, state, goneAfterInMs, writer } = rooms;
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
    goneAfterInMs,
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
      await closeOrphans(rooms, chain, surroundings, abortSignal);
    });
    await each(async (chain) => {
      if (bytesBehind(chain, places.get(chain.writer)) === 0) return;
      const cursor = await KeptCursor.load(state, chain.writer, abortSignal);
      const parts = chain.parts.filter(({ bytes }) => bytes > 0).map(({ part }) => part);
      try {
        await shipChain(rooms, cursor, { parts, isGone: true }, abortSignal);
      } finally {
        places.set(chain.writer, cursor.current);
      }
    });
  } finally {
    // What is shipped meanwhile is no backlog.
    places.set(writer, rooms.ownCursor());
  }
  const backlog = await measure(rooms, chains, places, asOf, abortSignal);
  return { ...backlog, failedChains: failed.size };
}

/** The backlog as an event, for alerts; one comes with every sweep, also when there is none. */
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
  { ledger }: SweepRooms,
  chains: readonly LedgerChain[],
  places: ReadonlyMap<string, Place>,
  asOf: Date,
  abortSignal: AbortSignal | undefined,
): Promise<Omit<Backlog, 'failedChains'>> {
  const behind = chains.filter((chain) => bytesBehind(chain, places.get(chain.writer)) > 0);
  let oldestAgeInMs = 0;
  for (const { writer } of behind.slice(0, MAXIMUM_LOOKED_UP)) {
    const { part, offset } = places.get(writer) ?? placeOf(undefined);
    const bytes = await ledger.read(writer, part, offset, ENTRY_BYTES, abortSignal);
    const [line] = readLines(bytes, { writer, sequence: -1, hash: '' });
    if (line?.entry) oldestAgeInMs = Math.max(oldestAgeInMs, asOf.getTime() - Date.parse(line.entry.time));
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
