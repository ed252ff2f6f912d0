import type { StateFacts } from '../storage/state-store.ts';
import type { Schedule } from '../time/schedule.ts';
import { startDayOf } from '../ledger/part-names.ts';
import { chooseOpenDays } from './open-days.ts';
import { listStates } from './state-names.ts';
import { closeOrphans, isRecovered, RECOVERIES, recoveryName, type Surroundings } from './close-orphans.ts';
import type { AuditEvent } from './event-sender.ts';
import type { LedgerChain } from '../ledger/ledger-reader.ts';
import { type GrowingLog, logChainHeads } from './log-chain-heads.ts';
import type { LogProblem } from '../transparency-log/transparency-log.ts';
import { parseEntry } from '../ledger/parse-entry.ts';
import { readLines } from '../ledger/read-lines.ts';
import { shipChain } from './ship-chain.ts';
import {
  type CursorPlace,
  cursorName,
  CURSORS,
  KeptCursor,
  placeOf,
  type ShippingCursor,
} from './shipping-cursor.ts';
import type { ShippingDependencies } from './shipping-dependencies.ts';
import type { SealedChain } from './read-vouched.ts';

/** The part of the ledger that is not shipped yet. */
export interface Backlog {
  /** The number of chains that are not shipped to their end. Those that are not founded don't count. */
  readonly chains: number;
  /** The size of their entries that are not shipped. */
  readonly bytes: number;
  /**
   * The age of the oldest of these entries; 0 when there is none. Of many chains, only the first twenty are looked at.
   */
  readonly oldestAgeInMs: number;
  /** The number of chains that this sweep could not recover or ship. */
  readonly failedChains: number;
  /**
   * The number of chains that were last written to within a day and are not founded, and of those in which this sweep
   * found entries that are not vouched for. Such entries are neither recovered nor shipped.
   */
  readonly unvouchedChains: number;
  /** False when the heads of chains could not be put into the transparency log. */
  readonly isLogged: boolean;
  /** False when the witness of the transparency log does not have its newest head. */
  readonly isWitnessed: boolean;
}

/** A chain that is not founded counts for so long after its last entry, so that an old one keeps no alert active. */
const COUNTED_FOR_IN_MS = 86_400_000;
const START: CursorPlace = { part: 1, offset: 0 };

/** The most batches of one chain that are shipped before the next chain has its turn. */
const BATCHES_OF_A_TURN = 16;

/** The most chains whose oldest unshipped entry is looked up. */
const MAXIMUM_LOOKED_UP = 20;

/** The knowledge of a process about chains, from sweep to sweep. */
export interface SweepMemory extends Pick<Surroundings, 'foundings' | 'closed' | 'searches'> {
  /** The days whose chains are not recovered or not shipped. */
  readonly unfinished: Set<string>;
  /** The chain of which it was last looked up whether it is founded; empty before the first. */
  lastLookedUp: string;
}

/** The chains that a sweep looks at, and what storage knows of them. */
interface SweptChains {
  readonly asOf: Date;
  readonly days: readonly string[];
  /** Oldest first. */
  readonly chains: readonly LedgerChain[];
  readonly cursors: ReadonlyMap<string, StateFacts>;
  readonly recoveries: ReadonlyMap<string, StateFacts>;
}

/** The time for each phase of a sweep: for looking up foundings, for closing calls of lost writers, and for shipping. */
export const PHASE_IN_MS = 10_000;
/** The number of chains whose foundings are looked up at the same time. */
const LOOKED_UP_AT_ONCE = 8;

/**
 * Goes over the chains of lost writers: closes the calls that they left open, and ships the entries that they did not,
 * as far as they are vouched for. The failure of one chain doesn't stop the others, and neither does its length: chains
 * are worked on in turns, the oldest first. Chains of living writers are left to them.
 * @param memory the process's knowledge of chains.
 * @param ownCursor gives the cursor of this process's own chain.
 * @returns the backlog of the chains after that.
 * @throws what storage throws when it can't be listed or the backlog can't be read, and the signal's reason.
 */
export async function sweep(
  dependencies: ShippingDependencies,
  memory: SweepMemory,
  ownCursor: () => ShippingCursor,
  abortSignal?: AbortSignal,
): Promise<Backlog> {
  const { ledger, state, goneAfterInMs, writer } = dependencies;
  const { foundings } = memory;
  const { asOf, days, chains, cursors, recoveries } = await listOpen(dependencies, memory, abortSignal);
  const places = new Map<string, CursorPlace>(
    chains.map((chain) => [chain.writer, placeOf(cursors.get(cursorName(chain.writer)), chain)]),
  );
  const ageOf = ({ parts }: LedgerChain) => asOf.getTime() - (parts.at(-1)?.modifiedAt.getTime() ?? 0);
  const isGone = (chain: LedgerChain) => ageOf(chain) >= goneAfterInMs;
  const surroundings: Surroundings = {
    asOf,
    chains: new Map(chains.map((chain) => [chain.writer, chain])),
    isGone,
    ...memory,
  };
  const lost = chains.filter((chain) => chain.writer !== writer && isGone(chain));
  const failed = new Set<string>();
  const broken = new Set<string>();
  const unfinished = new Set<string>();
  /** Works on lost chains in turns. The work on a chain gives false where it is not done. */
  const each = async (due: readonly LedgerChain[], work: (chain: SealedChain) => Promise<boolean>) => {
    const known = due.filter((chain) => foundings.isKnown(chain));
    const left = await takeTurns(known, dependencies.schedule, async (chain) => {
      abortSignal?.throwIfAborted();
      try {
        const sealKey = await foundings.sealKeyOf(chain, abortSignal);
        if (sealKey) return await work({ ...chain, sealKey, isGone: true });
      } catch {
        failed.add(chain.writer);
      }
      return true;
    });
    for (const chain of left) unfinished.add(chain.writer);
  };

  const needsRecovery = (chain: LedgerChain) =>
    !isRecovered(recoveries.get(recoveryName(chain.writer)), chain);
  const isBehind = (chain: LedgerChain) => bytesBehind(chain, places.get(chain.writer)) > 0;
  const settled = settledChains(dependencies.heads);
  const isDone = (chain: LedgerChain) =>
    isGone(chain) && settled.has(chain.writer) && !needsRecovery(chain) && !isBehind(chain);

  try {
    const open = chains.filter((chain) => !isDone(chain));
    for (const { writer: of } of await lookUpFoundings(open, memory, dependencies.schedule, abortSignal))
      failed.add(of);
    await each(lost.filter(needsRecovery), (chain) =>
      closeOrphans(dependencies, chain, surroundings, abortSignal),
    );
    const cursorOf = new Map<string, KeptCursor>();
    await each(lost.filter(isBehind), async (chain) => {
      const listed = surroundings.chains.get(chain.writer) ?? { ...chain, parts: [] };
      const cursor = cursorOf.get(chain.writer) ?? (await KeptCursor.load(state, listed, abortSignal));
      cursorOf.set(chain.writer, cursor);
      try {
        const { unvouched, isDone: isShipped } = await shipChain(dependencies, cursor, chain, {
          mostBatches: BATCHES_OF_A_TURN,
          abortSignal,
        });
        if (unvouched > 0) broken.add(chain.writer);
        return isShipped;
      } finally {
        places.set(chain.writer, cursor.current);
      }
    });
  } finally {
    // Entries that this process has shipped meanwhile are no backlog.
    places.set(writer, ownCursor());
  }
  for (const day of days) memory.unfinished.delete(day);
  for (const of of [...failed, ...unfinished]) memory.unfinished.add(startDayOf(of));
  // The log comes last, because what fails there must keep no record back.
  const isWitnessed = await logChainHeads(
    { ledger, state, ...dependencies.heads },
    { asOf, days, chains: chains.filter((chain) => foundings.isKnown(chain)), isGone, foundings },
    abortSignal,
  ).catch(() => undefined);
  const unfounded = new Set<string>();
  for (const chain of lost) {
    const sealKey = foundings.isKnown(chain) && (await foundings.sealKeyOf(chain, abortSignal));
    if (!sealKey && !failed.has(chain.writer)) unfounded.add(chain.writer);
  }
  const shippable = chains.filter((chain) => !unfounded.has(chain.writer));
  const backlog = await measure(dependencies, shippable, places, asOf, abortSignal);
  const recent = lost.filter(
    (chain) => unfounded.has(chain.writer) && !isDone(chain) && ageOf(chain) < COUNTED_FOR_IN_MS,
  );
  return {
    ...backlog,
    failedChains: failed.size,
    unvouchedChains: recent.length + broken.size,
    isLogged: isWitnessed !== undefined,
    isWitnessed: isWitnessed === true,
  };
}

/**
 * Looks up which chains are founded, where that is not known, for the time of a phase. It begins after the chain at which
 * the last sweep ended, so that forged ones, however many, keep no genuine one from being looked up in its turn.
 * @returns the chains that could not be looked up.
 * @throws the signal's reason.
 */
async function lookUpFoundings(
  chains: readonly LedgerChain[],
  memory: SweepMemory,
  schedule: Schedule,
  abortSignal: AbortSignal | undefined,
): Promise<ReadonlySet<LedgerChain>> {
  const { foundings } = memory;
  const failed = new Set<LedgerChain>();
  const unknown = chains.filter((chain) => !foundings.isKnown(chain));
  const first = Math.max(
    0,
    unknown.findIndex(({ writer }) => writer > memory.lastLookedUp),
  );
  const inOrder = [...unknown.slice(first), ...unknown.slice(0, first)];
  const groups = inOrder.flatMap((_, index) =>
    index % LOOKED_UP_AT_ONCE === 0 ? [inOrder.slice(index, index + LOOKED_UP_AT_ONCE)] : [],
  );
  await takeTurns(groups, schedule, async (group) => {
    abortSignal?.throwIfAborted();
    const lookUp = (chain: LedgerChain) =>
      foundings.sealKeyOf(chain, abortSignal).catch(() => failed.add(chain));
    await Promise.all(group.map(lookUp));
    memory.lastLookedUp = group.at(-1)?.writer ?? '';
    return true;
  });
  return failed;
}

/** Gives the writers of the chains that have their last leaf in the transparency log, as far as it was read. */
function settledChains({ log }: GrowingLog): ReadonlySet<string> {
  const settled = new Set<string>();
  for (const { writer, isLast } of log.leaves) if (isLast) settled.add(writer);
  return settled;
}

/** Lists the chains of the days that are open, with their cursors and recoveries. */
async function listOpen(
  { ledger, state, heads: { log } }: ShippingDependencies,
  { unfinished }: SweepMemory,
  abortSignal: AbortSignal | undefined,
): Promise<SweptChains> {
  const listed = await ledger.listDays(abortSignal);
  const { asOf } = listed;
  // The log may be away or damaged, which must keep no record back. What it says is told when it is to grow.
  await log.catchUp(asOf, abortSignal).catch(() => undefined);
  const days = chooseOpenDays(listed.days, { asOf, leaves: log.leaves, unfinished });
  const chains: LedgerChain[] = [];
  for (const day of days) chains.push(...(await ledger.listDay(day, abortSignal)).chains);
  return {
    asOf,
    days,
    chains,
    cursors: await listStates(state, CURSORS, days, abortSignal),
    recoveries: await listStates(state, RECOVERIES, days, abortSignal),
  };
}

/**
 * Works on items in turns, the first one first, until all are done or the time of a phase is over.
 * @param work gives false where an item needs another turn.
 * @returns the items that are not done.
 */
async function takeTurns<Item>(
  items: readonly Item[],
  schedule: Schedule,
  work: (item: Item) => Promise<boolean>,
): Promise<readonly Item[]> {
  const time = { isUp: false };
  const cancel = schedule(() => {
    time.isUp = true;
  }, PHASE_IN_MS);
  let left = [...items];
  try {
    while (left.length > 0) {
      const next: Item[] = [];
      for (const [index, item] of left.entries()) {
        if (time.isUp) return [...next, ...left.slice(index)];
        if (!(await work(item))) next.push(item);
      }
      left = next;
    }
  } finally {
    cancel();
  }
  return left;
}

/** Makes the event of a backlog, for alerts. Every finished sweep sends one, also of an empty backlog. */
export function backlogEvent(
  { isLogged, isWitnessed, ...counts }: Backlog,
  writer: string,
  now: Date,
): AuditEvent {
  return {
    name: 'gateway.audit.backlog',
    time: now,
    properties: { writer },
    measurements: { ...counts, unlogged: isLogged ? 0 : 1, unwitnessed: isWitnessed ? 0 : 1 },
  };
}

/** Makes the event of a problem of the transparency log, for alerts. */
export function logProblemEvent(problem: LogProblem, writer: string, now: Date): AuditEvent {
  return {
    name: 'gateway.audit.verification',
    time: now,
    properties: { writer, problem: `tree-${problem}` },
  };
}

async function measure(
  { ledger }: ShippingDependencies,
  chains: readonly LedgerChain[],
  places: ReadonlyMap<string, CursorPlace>,
  asOf: Date,
  abortSignal: AbortSignal | undefined,
): Promise<Pick<Backlog, 'chains' | 'bytes' | 'oldestAgeInMs'>> {
  const behind = chains.filter((chain) => bytesBehind(chain, places.get(chain.writer)) > 0);
  let oldestAgeInMs = 0;
  for (const { writer } of behind.slice(0, MAXIMUM_LOOKED_UP)) {
    const { part, offset } = places.get(writer) ?? START;
    const { value: lines } = await readLines(ledger, writer, { part, offset }, abortSignal).next();
    const oldest = lines?.[0];
    const entry = oldest?.isWhole === true ? parseEntry(oldest.text) : undefined;
    if (entry) oldestAgeInMs = Math.max(oldestAgeInMs, asOf.getTime() - Date.parse(entry.time));
  }
  const bytes = behind.reduce((sum, chain) => sum + bytesBehind(chain, places.get(chain.writer)), 0);
  return { chains: behind.length, bytes, oldestAgeInMs };
}

function bytesBehind({ parts }: LedgerChain, { part, offset }: CursorPlace = START): number {
  return parts.reduce((sum, other) => {
    if (other.part < part) return sum;
    return sum + (other.part === part ? Math.max(0, other.bytes - offset) : other.bytes);
  }, 0);
}
