import { z } from 'zod';
import { type EntryBody, type EntryPlace, NamedEntry, WriterName } from '../ledger/ledger-entry.ts';
import type { LedgerChain, LedgerReader } from '../ledger/ledger-reader.ts';
import type { StateFacts } from '../storage/state-store.ts';
import { CHAIN_START, readVouched, type SealedChain } from './read-vouched.ts';
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
}

/** The most sweepers of a chain, so that a forged recovery can't have thousands of chains read. */
const MOST_SWEEPERS = 64;

/** The most closed openings that are remembered. */
const MOST_CLOSED = 100_000;

/** The state of a chain's recovery: the sweepers that closed calls of it, and the end of the chain at that time. */
const Recovery = z.object({
  sweepers: z.array(WriterName).max(MOST_SWEEPERS),
  part: z.int().min(1),
  bytes: z.int().min(0),
  isDone: z.boolean(),
});
type Recovery = z.infer<typeof Recovery>;

/** An opening without a closing. */
interface Orphan extends EntryPlace {
  readonly record: Readonly<Record<string, unknown>>;
}

/** The prefix of the names of recoveries. */
export const RECOVERIES = 'recovery/';

/**
 * Closes the calls that a lost writer left open, each exactly once, in the chain of this process. The outcome is
 * `interrupted`, by `PROCESS_LOST`. It is not known what the caller got; the status is 500, which the edge answers
 * when a backend breaks off. Only openings and closings count that are vouched for.
 *
 * One sweeper at a time works on a chain: it adds its name to the chain's recovery, on condition that nobody else has
 * changed the recovery. If it dies, or does not report that it is done, another leaves out the calls that the sweepers
 * before it have closed in their own chains, and adds its name. A sweeper is not done before its own chain is founded,
 * because until then its closings count only for itself.
 * @param lost a chain whose writer is lost, as it was listed, with its authentic seal key.
 * @returns the number of calls that were closed.
 * @throws what storage and the public keys throw, and the signal's reason.
 */
export async function closeOrphans(
  dependencies: ShippingDependencies,
  lost: SealedChain,
  surroundings: Surroundings,
  abortSignal?: AbortSignal,
): Promise<number> {
  const { ledger, state, writer, append } = dependencies;
  const name = recoveryName(lost.writer);
  const end = endOf(lost);
  const stored = await state.read(name, abortSignal);
  const recovery = Recovery.safeParse(stored?.value).data;
  if (recovery && isSettled(recovery, end)) return 0;
  const isTaken =
    recovery &&
    stored &&
    (await isAtWork(recovery, stored.modifiedAt, dependencies, surroundings, abortSignal));
  if (isTaken === true) return 0;

  const orphans = await findOpen(ledger, lost, abortSignal);
  const { size } = orphans;
  for (const [id, { hash }] of orphans) if (surroundings.closed.has(hash)) orphans.delete(id);
  const hasClosed = orphans.size < size;
  const before = recovery?.sweepers ?? [];
  if (orphans.size > 0)
    for (const sweeper of before)
      await leaveOutRecovered(ledger, lost.writer, sweeper, orphans, surroundings, abortSignal);
  const isSweeper = orphans.size > 0 || hasClosed;
  const sweepers = before.at(-1) === writer || !isSweeper ? before : [...before, writer];
  const keep = (isDone: boolean, etag: string | undefined) => {
    const next: Recovery = { sweepers, ...end, isDone };
    return state.write(name, next, factsOf(next), etag);
  };
  let etag = stored?.etag;
  if (orphans.size > 0) {
    etag = await keep(false, etag);
    // Another sweeper has changed the recovery meanwhile.
    if (etag === undefined) return 0;
    await Promise.all(
      [...orphans.values()].map(async (orphan) => {
        await append(recoveredClosing(lost.writer, orphan));
        remember(surroundings.closed, orphan.hash);
      }),
    );
  }
  const own = surroundings.chains.get(writer) ?? unlisted(writer);
  const isVouched = !sweepers.includes(writer) || (await surroundings.foundings.isFounded(own, abortSignal));
  if (isVouched) await keep(true, etag);
  return orphans.size;
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

/** Finds the openings without a closing, by the id of their record. */
async function findOpen(
  ledger: Pick<LedgerReader, 'read'>,
  chain: SealedChain,
  abortSignal: AbortSignal | undefined,
): Promise<Map<string, Orphan>> {
  const open = new Map<string, Orphan>();
  for await (const { lines } of readVouched(ledger, chain, CHAIN_START, abortSignal))
    for (const { entry, place } of lines) {
      const id = idOf(entry?.record);
      if (id === undefined) continue;
      if (entry?.kind === 'opening') open.set(id, { ...place, record: entry.record as Orphan['record'] });
      if (entry?.kind === 'closing') open.delete(id);
    }
  return open;
}

/** Leaves out the orphans whose opening a sweeper names in a closing of its chain. */
async function leaveOutRecovered(
  ledger: Pick<LedgerReader, 'read'>,
  lost: string,
  sweeper: string,
  orphans: Map<string, Orphan>,
  { chains, foundings }: Surroundings,
  abortSignal: AbortSignal | undefined,
): Promise<void> {
  const listed = chains.get(sweeper) ?? unlisted(sweeper);
  const sealKey = await foundings.sealKeyOf(listed, abortSignal);
  if (!sealKey) return;
  const chain = { writer: sweeper, sealKey, isGone: false };
  for await (const { lines } of readVouched(ledger, chain, CHAIN_START, abortSignal))
    for (const { entry } of lines) {
      const id = entry?.kind === 'closing' ? idOf(entry.record) : undefined;
      const { data: recovered } = NamedEntry.safeParse(entry?.recovered);
      if (id === undefined || recovered?.writer !== lost) continue;
      if (orphans.get(id)?.hash === recovered.hash) orphans.delete(id);
    }
}

/** A chain of which the list does not know, because it began after the sweep. */
function unlisted(writer: string): LedgerChain {
  return { writer, parts: [] };
}

function idOf(record: unknown): string | undefined {
  const id = typeof record === 'object' && record !== null && 'id' in record ? record.id : undefined;
  return typeof id === 'string' ? id : undefined;
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
