import { z } from 'zod';
import { type EntryBody, WriterName } from '../ledger/ledger-entry.ts';
import type { LedgerChain } from '../ledger/ledger-reader.ts';
import type { StateFacts } from '../storage/state-store.ts';
import { type Orphan, OrphanSearch } from './find-orphans.ts';
import type { SealedChain } from './read-vouched.ts';
import { hasEnded } from './read-vouched-head.ts';
import { stateName } from './state-names.ts';
import type { ShippingDependencies } from './shipping-dependencies.ts';
import type { Foundings } from './vouched-chain.ts';

/** The chains as storage listed them when the sweep began. */
export interface Surroundings {
  readonly asOf: Date;
  /** The chains by their writers. */
  readonly chains: ReadonlyMap<string, LedgerChain>;
  readonly isGone: (chain: LedgerChain) => boolean;
  readonly foundings: Foundings;
  /** The hashes of the openings that this process has closed already, whatever a recovery says. */
  readonly closed: Set<string>;
  /** The searches that are not done, by the writers of their chains. */
  readonly searches: Map<string, BegunSearch>;
}

/** A search for the open calls of a chain. `of` tells the end of the chain and the recovery when it began. */
export interface BegunSearch {
  readonly of: string;
  readonly orphans: OrphanSearch;
}

/** The most sweepers of a chain, so that a forged recovery can't have thousands of chains read. */
const MOST_SWEEPERS = 64;

/** The most closed openings that are remembered. */
const MOST_CLOSED = 100_000;

/** The most searches that are not done. */
const MOST_SEARCHES = 1_000;

const NONE_OPEN: ReadonlyMap<string, Orphan> = new Map();

/** The state of a chain's recovery: the sweepers that closed calls of it, and the end of the chain at that time. */
const Recovery = z.object({
  sweepers: z.array(WriterName).max(MOST_SWEEPERS),
  part: z.int().min(1),
  bytes: z.int().min(0),
  isDone: z.boolean(),
});
type Recovery = z.infer<typeof Recovery>;

/** The prefix of the names of recoveries. */
export const RECOVERIES = 'recovery/';

/**
 * Closes the calls that a lost writer left open, each exactly once, in the chain of this process. The outcome is
 * `interrupted`, by `PROCESS_LOST`. It is not known what the caller got; the status is 500, which the edge answers
 * when a backend breaks off. Only openings and closings count that are vouched for. A chain that its writer ended in
 * order has none, by the writer's own word. Of another some megabytes are read in one turn, and the search goes on in
 * the next one.
 *
 * One sweeper at a time works on a chain: it adds its name to the chain's recovery, on condition that nobody else has
 * changed the recovery. If it dies, or does not report that it is done, another leaves out the calls that the sweepers
 * before it have closed in their own chains, and adds its name. A sweeper is not done before its own chain is founded,
 * because until then its closings count only for itself.
 * @param lost a chain whose writer is lost, as it was listed, with its authentic seal key.
 * @returns false where another turn is needed.
 * @throws what storage and the public keys throw, and the signal's reason.
 */
export async function closeOrphans(
  dependencies: ShippingDependencies,
  lost: SealedChain,
  surroundings: Surroundings,
  abortSignal?: AbortSignal,
): Promise<boolean> {
  const { state, writer } = dependencies;
  const { searches } = surroundings;
  const name = recoveryName(lost.writer);
  const end = endOf(lost);
  const stored = await state.read(name, abortSignal);
  const recovery = Recovery.safeParse(stored?.value).data;
  if (recovery && isSettled(recovery, end)) return true;
  const isTaken =
    recovery &&
    stored &&
    (await isAtWork(recovery, stored.modifiedAt, dependencies, surroundings, abortSignal));
  if (isTaken === true) return true;

  const before = recovery?.sweepers ?? [];
  const found = await searchOn(dependencies, lost, before, surroundings, abortSignal, stored?.etag);
  if (!found) return false;
  searches.delete(lost.writer);
  const orphans = [...found.values()].filter(({ hash }) => !surroundings.closed.has(hash));
  const isSweeper = found.size > 0;
  const sweepers = before.at(-1) === writer || !isSweeper ? before : [...before, writer];
  const keep = (isDone: boolean, etag: string | undefined) => {
    const next: Recovery = { sweepers, ...end, isDone };
    return state.write(name, next, factsOf(next), etag);
  };
  let etag = stored?.etag;
  if (orphans.length > 0) {
    etag = await keep(false, etag);
    // Another sweeper has changed the recovery meanwhile.
    if (etag === undefined) return true;
    await Promise.all(
      orphans.map(async (orphan) => {
        await dependencies.append(recoveredClosing(lost.writer, orphan));
        remember(surroundings.closed, orphan.hash);
      }),
    );
  }
  const own = surroundings.chains.get(writer) ?? unlisted(writer);
  const isVouched = !sweepers.includes(writer) || (await surroundings.foundings.isFounded(own, abortSignal));
  if (isVouched) await keep(true, etag);
  return true;
}

/**
 * Goes on with the search of a chain, or begins one where the chain or its recovery is not as it was then.
 * @param etag the etag of the recovery.
 * @returns the calls that are open; undefined while the search isn't done, or is not begun because too many others are.
 */
async function searchOn(
  { ledger }: ShippingDependencies,
  lost: SealedChain,
  sweepers: readonly string[],
  { searches, chains, foundings }: Surroundings,
  abortSignal: AbortSignal | undefined,
  etag: string | undefined,
): Promise<ReadonlyMap<string, Orphan> | undefined> {
  const { part, bytes } = endOf(lost);
  const of = `${etag} ${part} ${bytes}`;
  let search = searches.get(lost.writer);
  if (search?.of !== of) {
    if (!search && searches.size >= MOST_SEARCHES) return undefined;
    if (await hasEnded(ledger, lost, abortSignal)) return NONE_OPEN;
    const chainOf = async (sweeper: string, signal?: AbortSignal) => {
      const sealKey = await foundings.sealKeyOf(chains.get(sweeper) ?? unlisted(sweeper), signal);
      return sealKey && { writer: sweeper, sealKey, isGone: false };
    };
    search = { of, orphans: new OrphanSearch({ ledger, chainOf }, lost, sweepers) };
    searches.set(lost.writer, search);
  }
  return search.orphans.takeTurn(abortSignal);
}

function remember(closed: Set<string>, hash: string): void {
  closed.add(hash);
  const [oldest] = closed;
  if (closed.size > MOST_CLOSED && oldest !== undefined) closed.delete(oldest);
}

/** Tells from the facts of a list whether the chain's recovery is done for the chain's present end. */
export function isRecovered(facts: StateFacts | undefined, chain: LedgerChain): boolean {
  const { part, bytes } = endOf(chain);
  return facts?.done === 'true' && facts.part === String(part) && facts.bytes === String(bytes);
}

/** The name of the recovery of a writer's chain. */
export function recoveryName(writer: string): string {
  return stateName(RECOVERIES, writer);
}

/**
 * Tells whether the last sweeper may still be at work. Entries are committed in order, so a sweeper whose chain went on
 * long after it added its name has closed the calls that it found. Its closings count once its chain is founded, which it
 * may still become while it lives.
 */
async function isAtWork(
  { sweepers, isDone }: Recovery,
  enteredAt: Date,
  { writer, goneAfterInMs }: ShippingDependencies,
  { asOf, chains, isGone, foundings }: Surroundings,
  abortSignal: AbortSignal | undefined,
): Promise<boolean> {
  const last = sweepers.at(-1);
  if (isDone || last === undefined || last === writer) return false;
  if (asOf.getTime() - enteredAt.getTime() < goneAfterInMs) return true;
  const chain = chains.get(last);
  if (!chain || isGone(chain)) return false;
  const modifiedAt = chain.parts.at(-1)?.modifiedAt ?? enteredAt;
  if (modifiedAt.getTime() - enteredAt.getTime() < goneAfterInMs) return true;
  return !(await foundings.isFounded(chain, abortSignal));
}

function isSettled({ isDone, part, bytes }: Recovery, end: ReturnType<typeof endOf>): boolean {
  return isDone && part === end.part && bytes === end.bytes;
}

function endOf({ parts }: Pick<SealedChain, 'parts'>): Pick<Recovery, 'part' | 'bytes'> {
  const last = parts?.at(-1);
  return { part: last?.part ?? 1, bytes: last?.bytes ?? 0 };
}

function factsOf({ part, bytes, isDone }: Recovery): StateFacts {
  return { part: String(part), bytes: String(bytes), done: String(isDone) };
}

/** A chain of which the list does not know, because it began after the sweep. */
function unlisted(writer: string): LedgerChain {
  return { writer, parts: [] };
}

function recoveredClosing(writer: string, { sequence, hash, record }: Orphan): EntryBody {
  const lost = {
    outcome: 'interrupted',
    code: 'PROCESS_LOST',
    status: 500,
    usageCompleteness: 'partial',
    responseBytes: 0,
    durationInMs: 0,
  };
  return { kind: 'closing', record: { ...record, ...lost }, recovered: { writer, sequence, hash } };
}
