import { z } from 'zod';
import { type EntryBody, WriterName } from '../ledger/ledger-entry.ts';
import { type LedgerChain, type LedgerReader, streamLines } from '../ledger/ledger-reader.ts';
import { type AnyEntry, readLines } from '../ledger/read-lines.ts';
import type { StateFacts, StateStore } from '../storage/state-store.ts';

export interface RecoveryRooms {
  readonly ledger: LedgerReader;
  readonly state: StateStore;
  /** The writer of this process, and how it puts an entry on the ledger; resolves when that is committed. */
  readonly writer: string;
  readonly append: (body: EntryBody) => Promise<void>;
}

/** What storage said when the sweep began. */
export interface Surroundings {
  readonly asOf: Date;
  /** By writer. */
  readonly chains: ReadonlyMap<string, LedgerChain>;
  readonly isGone: (chain: LedgerChain) => boolean;
  readonly goneAfterInMs: number;
}

/** Who closes what a chain has left open, and of how much of the chain that was done. */
const Recovery = z.object({
  sweepers: z.array(WriterName),
  part: z.int().min(1),
  bytes: z.int().min(0),
  isDone: z.boolean(),
});
type Recovery = z.infer<typeof Recovery>;

type RecordBody = Readonly<Record<string, unknown>>;

export const RECOVERIES = 'recovery/';

/**
 * Closes the calls that a chain's writer left open when it died, in the chain of this process, each exactly once: the
 * outcome is `interrupted`, by `PROCESS_LOST`. What the caller got is not known; the edge answers 500 when a backend
 * breaks off.
 *
 * One sweeper at a time works on a chain: it enters its name into the chain's recovery under a condition. When it dies,
 * or has long done what it began without having said so, another enters its name behind, and leaves out what the
 * sweepers before it have closed in their own chains.
 * @returns how many were closed.
 */
export async function closeOrphans(
  rooms: RecoveryRooms,
  chain: LedgerChain,
  surroundings: Surroundings,
  abortSignal?: AbortSignal,
): Promise<number> {
  const { state, writer, append } = rooms;
  const name = recoveryName(chain.writer);
  const end = endOf(chain);
  const stored = await state.read(name, abortSignal);
  const recovery = Recovery.safeParse(stored?.value).data;
  if (recovery && isSettled(recovery, end)) return 0;
  if (recovery && stored && isAtWork(recovery, stored.modifiedAt, rooms, surroundings)) return 0;

  const orphans = await findOpen(rooms.ledger, chain, abortSignal);
  const before = recovery?.sweepers ?? [];
  const sweepers = before.at(-1) === writer || orphans.size === 0 ? before : [...before, writer];
  const keep = (isDone: boolean, etag: string | undefined) => {
    const next: Recovery = { sweepers, ...end, isDone };
    return state.write(name, next, factsOf(next), etag);
  };
  let etag = stored?.etag;
  if (orphans.size > 0) {
    etag = await keep(false, etag);
    // Another sweeper was faster.
    if (etag === undefined) return 0;
    for (const sweeper of before)
      await leaveOutRecovered(rooms.ledger, sweeper, orphans, surroundings, abortSignal);
    await Promise.all([...orphans.values()].map((record) => append(recoveredClosing(record))));
  }
  await keep(true, etag);
  return orphans.size;
}

/** Whether a list says that nothing of the chain is left open. */
export function isRecovered(facts: StateFacts | undefined, chain: LedgerChain): boolean {
  const { part, bytes } = endOf(chain);
  return facts?.done === 'true' && facts.part === String(part) && facts.bytes === String(bytes);
}

export function recoveryName(writer: string): string {
  return `${RECOVERIES}${writer}.json`;
}

/**
 * Whether the last sweeper is still to be left alone. Entries are committed in order: one whose chain went on long after
 * it entered its name has closed what it found.
 */
function isAtWork(
  { sweepers, isDone }: Recovery,
  enteredAt: Date,
  { writer }: RecoveryRooms,
  { asOf, chains, isGone, goneAfterInMs }: Surroundings,
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

/** Records of the openings without a closing, by record id. */
async function findOpen(
  ledger: LedgerReader,
  chain: LedgerChain,
  abortSignal: AbortSignal | undefined,
): Promise<Map<string, RecordBody>> {
  const open = new Map<string, RecordBody>();
  for await (const { kind, record } of entriesOf(ledger, chain, abortSignal)) {
    const id = idOf(record);
    if (id === undefined) continue;
    if (kind === 'opening') open.set(id, record as RecordBody);
    else open.delete(id);
  }
  return open;
}

async function leaveOutRecovered(
  ledger: LedgerReader,
  sweeper: string,
  orphans: Map<string, RecordBody>,
  { chains }: Surroundings,
  abortSignal: AbortSignal | undefined,
): Promise<void> {
  // A chain that has begun since the sweep did is not among them.
  const chain = chains.get(sweeper) ?? {
    writer: sweeper,
    parts: [{ part: 1, bytes: 0, modifiedAt: new Date(0) }],
  };
  for await (const { recovered, record } of entriesOf(ledger, chain, abortSignal)) {
    const id = idOf(record);
    if (recovered === true && id !== undefined) orphans.delete(id);
  }
}

/** Openings and closings of a chain; lines that are no entries are left out. */
async function* entriesOf(
  ledger: LedgerReader,
  { writer, parts }: LedgerChain,
  abortSignal: AbortSignal | undefined,
): AsyncGenerator<AnyEntry, void> {
  for (const { part } of parts) {
    for await (const lines of streamLines(ledger, writer, part, abortSignal))
      for (const { entry } of readLines(lines, { writer, sequence: -1, hash: '' }))
        if (entry?.kind === 'opening' || entry?.kind === 'closing') yield entry;
  }
}

function idOf(record: unknown): string | undefined {
  const id = typeof record === 'object' && record !== null && 'id' in record ? record.id : undefined;
  return typeof id === 'string' ? id : undefined;
}

function recoveredClosing(record: RecordBody): EntryBody {
  const lost = {
    outcome: 'interrupted',
    code: 'PROCESS_LOST',
    status: 500,
    usageCompleteness: 'partial',
    responseBytes: 0,
    durationInMs: 0,
  };
  return { kind: 'closing', record: { ...record, ...lost }, recovered: true };
}
