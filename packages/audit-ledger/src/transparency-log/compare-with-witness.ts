import type { CheckTreeHead } from './check-tree-head.ts';
import type { TreeHead } from './log-lines.ts';
import { dayOf } from './log-parts.ts';
import type { TransparencyLog } from './transparency-log.ts';
import type { Witness, WitnessedName } from './witness.ts';

/** A witness, with the check of the heads that it has. */
interface CheckedWitness {
  readonly witness: Pick<Witness, 'list' | 'read'>;
  readonly isSigned: CheckTreeHead;
}

/** The most heads of a witness that are read, because anybody who may write there can name heads that never were. */
const MOST_READ = 100;

/**
 * Reads the log to its end, and holds it against the heads of the witness, so that no head is signed over a log that was
 * rolled back. Heads that the audit key did not sign don't count.
 * @param now the time by the storage service's clock.
 * @returns true if the witness has the newest head of the log, false if it lacks it; undefined where the witness can't be
 *   read.
 * @throws what the log throws when it is read, and when the witness contradicts it.
 */
export async function compareWithWitness(
  log: TransparencyLog,
  checked: CheckedWitness,
  now: Date,
  abortSignal?: AbortSignal,
): Promise<boolean | undefined> {
  await log.catchUp(now, abortSignal);
  const heads = await readHeads(log, checked, abortSignal).catch(() => {
    abortSignal?.throwIfAborted();
    return undefined;
  });
  if (!heads) return undefined;
  // A head gets into the log first. Another process may have put it into both since the log was read.
  if (heads.differing.length > 0) await log.catchUp(now, abortSignal);
  heads.differing.forEach((head) => log.compare(head));
  return log.head !== undefined && heads.roots.has(log.head.root);
}

/** Reads the heads of a witness that the log doesn't have, as far as is known, and the roots of all of them. */
async function readHeads(
  log: TransparencyLog,
  { witness, isSigned }: CheckedWitness,
  abortSignal: AbortSignal | undefined,
): Promise<{ readonly roots: ReadonlySet<string>; readonly differing: readonly TreeHead[] }> {
  const names: WitnessedName[] = [];
  for await (const name of witness.list(log.head ? dayOf(log.head.time) : '', abortSignal)) names.push(name);
  const unknown = names
    .filter((name) => log.isUnknown(name))
    .sort((one, other) => other.size - one.size)
    .slice(0, MOST_READ);
  const differing: TreeHead[] = [];
  for (const name of unknown) {
    const head = await witness.read(name, abortSignal);
    if (head && (await isSigned(head))) differing.push(head);
    // The largest one commits to all before it.
    if (differing.length > 0 && name.size > (log.head?.size ?? 0)) break;
  }
  return { roots: new Set(names.map(({ root }) => root)), differing };
}
