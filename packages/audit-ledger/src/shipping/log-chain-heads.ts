import { z } from 'zod';
import type { LedgerChain, LedgerReader } from '../ledger/ledger-reader.ts';
import type { StateFacts, StateStore } from '../storage/state-store.ts';
import type { CheckTreeHead } from '../transparency-log/check-tree-head.ts';
import { compareWithWitness } from '../transparency-log/compare-with-witness.ts';
import type { LogLeaf } from '../transparency-log/log-lines.ts';
import type { TransparencyLog } from '../transparency-log/transparency-log.ts';
import type { Witness } from '../transparency-log/witness.ts';
import { listStates, stateName } from './state-names.ts';
import { readVouchedHead } from './read-vouched-head.ts';
import type { Foundings } from './vouched-chain.ts';

/** The transparency log as a sweep grows it. */
export interface GrowingLog {
  readonly log: TransparencyLog;
  readonly isSigned: CheckTreeHead;
  /** Undefined where there is none. */
  readonly witness: Witness | undefined;
}

/** The dependencies of growing the transparency log. */
interface ChainHeadDependencies extends GrowingLog {
  readonly ledger: Pick<LedgerReader, 'read'>;
  readonly state: StateStore;
}

/** The chains as storage listed them, and what is known of them. */
interface ListedChains {
  readonly asOf: Date;
  /** The days on which these chains began. */
  readonly days: readonly string[];
  readonly chains: Iterable<LedgerChain>;
  readonly isGone: (chain: LedgerChain) => boolean;
  readonly foundings: Foundings;
}

/** The last leaf of a chain, and the end of the chain at that time, as a list of states shows it. */
const LoggedChain = z.object({
  part: z.coerce.number(),
  bytes: z.coerce.number(),
  sequence: z.coerce.number(),
  last: z.enum(['true', 'false']),
  at: z.coerce.number(),
});
type LoggedChain = z.infer<typeof LoggedChain>;

/** A leaf, with the end of its chain when it was listed. */
interface NewLeaf {
  readonly leaf: LogLeaf;
  readonly facts: StateFacts;
}

/** The prefix of the names of states that say which leaf a chain has. */
const LOGGED = 'logged/';
/** A living chain gets a leaf so often. */
const LEAF_INTERVAL_IN_MS = 3_600_000;
/** The chain of a lost process can still get entries that the process had written to its disk, until this time has passed. */
const SETTLED_AFTER_IN_MS = 24 * 3_600_000;
/** The most founded chains whose end is read in one sweep. */
export const MOST_CHAINS = 500;

/**
 * Puts the heads of chains into the transparency log: of a chain when it is first seen founded, each hour while it lives,
 * and when it has ended or is lost. Only heads get in that the seal key of a founded chain vouches for. Then the witness
 * gets the newest head, unless it has it.
 * @returns true unless there is a witness that could not be reached, or did not take the head.
 * @throws what storage and the keys throw, and Error where the log can't be gone on from safely.
 */
export async function logChainHeads(
  dependencies: ChainHeadDependencies,
  listed: ListedChains,
  abortSignal?: AbortSignal,
): Promise<boolean> {
  const { state, log, isSigned, witness } = dependencies;
  const { asOf, days } = listed;
  const isWitnessed = witness && (await compareWithWitness(log, { witness, isSigned }, asOf, abortSignal));
  const logged = await listStates(state, LOGGED, days, abortSignal);
  const leaves = await findNewLeaves(dependencies, listed, logged, abortSignal);
  await log.grow(
    leaves.map(({ leaf }) => leaf),
    asOf,
    abortSignal,
  );
  for (const { leaf, facts } of leaves) await keep(state, leaf.writer, facts, abortSignal);
  if (!witness) return true;
  const { head } = log;
  if (!head || (isWitnessed === true && leaves.length === 0)) return isWitnessed !== undefined;
  return witness.put(head, abortSignal).then(
    () => true,
    () => false,
  );
}

async function findNewLeaves(
  { ledger }: ChainHeadDependencies,
  { asOf, chains, isGone, foundings }: ListedChains,
  logged: ReadonlyMap<string, StateFacts>,
  abortSignal: AbortSignal | undefined,
): Promise<NewLeaf[]> {
  const leaves: NewLeaf[] = [];
  let looked = 0;
  for (const chain of chains) {
    const before = LoggedChain.safeParse(logged.get(loggedName(chain.writer))).data;
    const isSettled = isSilentFor(chain, asOf, SETTLED_AFTER_IN_MS);
    if (!isDue(chain, before, { asOf, isGone: isGone(chain), isSettled })) continue;
    abortSignal?.throwIfAborted();
    // Forged chains come before genuine ones by their names, and must not take their turn.
    if (!(await foundings.isFounded(chain, abortSignal))) continue;
    looked += 1;
    if (looked > MOST_CHAINS) break;
    const sealKey = await foundings.sealKeyOf(chain, abortSignal);
    const head = sealKey && (await readVouchedHead(ledger, { ...chain, sealKey, isGone: true }, abortSignal));
    // A chain that is shorter than before was cut, which verification finds.
    if (!head || head.sequence < (before?.sequence ?? 0)) continue;
    const { sequence, hash, hasEnded } = head;
    const isLast = hasEnded || isSettled;
    const last = chain.parts.at(-1);
    leaves.push({
      leaf: { writer: chain.writer, sequence, hash, isLast },
      facts: {
        part: String(last?.part ?? 1),
        bytes: String(last?.bytes ?? 0),
        sequence: String(sequence),
        last: String(isLast),
        at: String(asOf.getTime()),
      },
    });
  }
  return leaves;
}

/** Tells whether a chain is to get a leaf. @param before its last leaf; undefined where it has none. */
function isDue(
  { parts }: LedgerChain,
  before: LoggedChain | undefined,
  { asOf, isGone, isSettled }: { readonly asOf: Date; readonly isGone: boolean; readonly isSettled: boolean },
): boolean {
  if (!before) return true;
  if (before.last === 'true') return false;
  const last = parts.at(-1);
  const hasGrown = last?.part !== before.part || last.bytes !== before.bytes;
  return (hasGrown && (isGone || asOf.getTime() - before.at >= LEAF_INTERVAL_IN_MS)) || isSettled;
}

function isSilentFor({ parts }: LedgerChain, asOf: Date, limitInMs: number): boolean {
  return asOf.getTime() - (parts.at(-1)?.modifiedAt.getTime() ?? 0) >= limitInMs;
}

/** Stores which leaf a chain has. Where another sweep was faster, its word is as good. */
async function keep(
  state: StateStore,
  writer: string,
  facts: StateFacts,
  abortSignal: AbortSignal | undefined,
): Promise<void> {
  const name = loggedName(writer);
  const stored = await state.read(name, abortSignal);
  await state.write(name, facts, facts, stored?.etag);
}

function loggedName(writer: string): string {
  return stateName(LOGGED, writer);
}
