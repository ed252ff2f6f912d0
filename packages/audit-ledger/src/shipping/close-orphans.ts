import { z } from 'zod';
import { type EntryBody, hashEntry, WriterName } from '../ledger/ledger-entry.ts';
import type { LedgerChain, LedgerReader } from '../ledger/ledger-reader.ts';
import { type AnyEntry, parseEntry } from '../ledger/parse-entry.ts';
import { readLines } from '../ledger/read-lines.ts';
import type { StateFacts } from '../storage/state-store.ts';
import type { ShippingDependencies } from './shipping-dependencies.ts';

/** The chains as storage listed them when the sweep began. */
export interface Surroundings {
  readonly asOf: Date;
  /** The chains by their writers. */
  readonly chains: ReadonlyMap<string, LedgerChain>;
  readonly isGone: (chain: LedgerChain) => boolean;
}

/** The state of a chain's recovery: the sweepers that worked on it, and the end of the chain at that time. */
const Recovery = z.object({
  sweepers: z.array(WriterName),
  part: z.int().min(1),
  bytes: z.int().min(0),
  isDone: z.boolean(),
});
type Recovery = z.infer<typeof Recovery>;

/** The opening or closing of a call, with its hash. */
type HashedEntry = AnyEntry & { readonly hash: string };

/** The prefix of the names of recoveries. */
export const RECOVERIES = 'recovery/';

/**
 * Closes the calls that a lost writer left open, each exactly once, in the chain of this process. The outcome is
 * `interrupted`, by `PROCESS_LOST`. It is not known what the caller got; the status is 500, which the edge answers
 * when a backend breaks off.
 *
 * One sweeper at a time works on a chain: it adds its name to the chain's recovery, on condition that nobody else has
 * changed the recovery. If it dies, or does not report that it is done, another adds its name, and leaves out the calls
 * that the sweepers before it have closed in their own chains.
 * @returns the number of calls that were closed.
 * @throws what storage throws, and the signal's reason.
 */
export async function closeOrphans(
  dependencies: ShippingDependencies,
  chain: LedgerChain,
  surroundings: Surroundings,
  abortSignal?: AbortSignal,
): Promise<number> {
  const { state, writer, append } = dependencies;
  const name = recoveryName(chain.writer);
  const end = endOf(chain);
  const stored = await state.read(name, abortSignal);
  const recovery = Recovery.safeParse(stored?.value).data;
  if (recovery && isSettled(recovery, end)) return 0;
  if (recovery && stored && isAtWork(recovery, stored.modifiedAt, dependencies, surroundings)) return 0;

  const orphans = await findOpen(dependencies.ledger, chain, abortSignal);
  const before = recovery?.sweepers ?? [];
  const sweepers = before.at(-1) === writer || orphans.size === 0 ? before : [...before, writer];
  const keep = (isDone: boolean, etag: string | undefined) => {
    const next: Recovery = { sweepers, ...end, isDone };
    return state.write(name, next, factsOf(next), etag);
  };
  let etag = stored?.etag;
  if (orphans.size > 0) {
    etag = await keep(false, etag);
    // Another sweeper has changed the recovery meanwhile.
    if (etag === undefined) return 0;
    for (const sweeper of before)
      await leaveOutRecovered(dependencies.ledger, sweeper, orphans, surroundings, abortSignal);
    await Promise.all([...orphans.values()].map((opening) => append(recoveredClosing(opening))));
  }
  await keep(true, etag);
  return orphans.size;
}

/** Tells from the facts of a list whether the chain's recovery is done for the chain's present end. */
export function isRecovered(facts: StateFacts | undefined, chain: LedgerChain): boolean {
  const { part, bytes } = endOf(chain);
  return facts?.done === 'true' && facts.part === String(part) && facts.bytes === String(bytes);
}

/** The name of the recovery of a writer's chain. */
export function recoveryName(writer: string): string {
  return `${RECOVERIES}${writer}.json`;
}

/**
 * Tells whether the last sweeper may still be at work. Entries are committed in order, so a sweeper whose chain went on
 * long after it added its name has closed the calls that it found.
 */
function isAtWork(
  { sweepers, isDone }: Recovery,
  enteredAt: Date,
  { writer, goneAfterInMs }: ShippingDependencies,
  { asOf, chains, isGone }: Surroundings,
): boolean {
  const last = sweepers.at(-1);
  if (isDone || last === undefined || last === writer) return false;
  if (asOf.getTime() - enteredAt.getTime() < goneAfterInMs) return true;
  const chain = chains.get(last);
  if (!chain || isGone(chain)) return false;
  const modifiedAt = chain.parts.at(-1)?.modifiedAt ?? enteredAt;
  return modifiedAt.getTime() - enteredAt.getTime() < goneAfterInMs;
}

function isSettled({ isDone, part, bytes }: Recovery, end: ReturnType<typeof endOf>): boolean {
  return isDone && part === end.part && bytes === end.bytes;
}

function endOf({ parts }: LedgerChain): Pick<Recovery, 'part' | 'bytes'> {
  const last = parts.at(-1);
  return { part: last?.part ?? 1, bytes: last?.bytes ?? 0 };
}

function factsOf({ part, bytes, isDone }: Recovery): StateFacts {
  return { part: String(part), bytes: String(bytes), done: String(isDone) };
}

/** Finds the openings without a closing, by the id of their records. */
async function findOpen(
  ledger: LedgerReader,
  chain: LedgerChain,
  abortSignal: AbortSignal | undefined,
): Promise<Map<string, HashedEntry>> {
  const open = new Map<string, HashedEntry>();
  for await (const entry of entriesOf(ledger, chain, abortSignal)) {
    const id = idOf(entry.record);
    if (id === undefined) continue;
    if (entry.kind === 'opening') open.set(id, entry);
    else open.delete(id);
  }
  return open;
}

async function leaveOutRecovered(
  ledger: LedgerReader,
  sweeper: string,
  orphans: Map<string, HashedEntry>,
  { chains }: Surroundings,
  abortSignal: AbortSignal | undefined,
): Promise<void> {
  // The list does not have chains that began after the sweep.
  const chain = chains.get(sweeper) ?? {
    writer: sweeper,
    parts: [{ part: 1, bytes: 0, modifiedAt: new Date(0) }],
  };
  for await (const { recovered, record } of entriesOf(ledger, chain, abortSignal)) {
    const id = idOf(record);
    if (recovered !== undefined && id !== undefined) orphans.delete(id);
  }
}

/**
 * Reads the openings and closings of a chain to its end, which may have moved since it was listed. Lines that are no
 * entries are left out.
 */
async function* entriesOf(
  ledger: LedgerReader,
  { writer, parts }: LedgerChain,
  abortSignal: AbortSignal | undefined,
): AsyncGenerator<HashedEntry, void> {
  for (const { part } of parts) {
    for await (const lines of readLines(ledger, writer, { part }, abortSignal))
      for (const { text, isWhole } of lines) {
        const entry = isWhole ? parseEntry(text) : undefined;
        if (entry?.kind === 'opening' || entry?.kind === 'closing') yield { ...entry, hash: hashEntry(text) };
      }
  }
}

function idOf(record: unknown): string | undefined {
  const id = typeof record === 'object' && record !== null && 'id' in record ? record.id : undefined;
  return typeof id === 'string' ? id : undefined;
}

function recoveredClosing({ writer, sequence, hash, record }: HashedEntry): EntryBody {
  const lost = {
    outcome: 'interrupted',
    code: 'PROCESS_LOST',
    status: 500,
    usageCompleteness: 'partial',
    responseBytes: 0,
    durationInMs: 0,
  };
  return {
    kind: 'closing',
    record: { ...(record as Readonly<Record<string, unknown>>), ...lost },
    recovered: { writer, sequence, hash },
  };
}
