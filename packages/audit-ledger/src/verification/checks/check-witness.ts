import { dayOf } from '../../transparency-log/log-parts.ts';
import type { LogReading } from '../../transparency-log/log-reading.ts';
import type { WitnessedName } from '../../transparency-log/witness.ts';
import type { LedgerCheck } from '../check.ts';
import type { Finding } from '../finding.ts';
import type { KeptHeads, LogEvidence } from '../log-evidence.ts';

/** The options of the check of a witness. */
interface WitnessCheckOptions {
  /** The time from which on the log was needed. */
  readonly from: Date;
  readonly now: Date;
  readonly abortSignal: AbortSignal | undefined;
}

/** The witness gets a head when the log does, and no later than this while it can be reached. */
const WITNESSED_WITHIN_IN_MS = 3_600_000;
/** The most heads that the log doesn't have and that are read. */
const MOST_READ = 1_000;

/**
 * Checks the transparency log against its witness, which nobody can change who changes the ledger. Every head that the
 * witness has must be a head of the log, and the witness must have the heads of the log but for the newest.
 * @param evidence the log; undefined where it was not at hand.
 */
export function checkWitness(
  evidence: LogEvidence | undefined,
  { from, now, abortSignal }: WitnessCheckOptions,
): LedgerCheck {
  if (!evidence) return {};
  const { reading, isSigned, witness, isExcerpt } = evidence;
  if (witness === 'unasked') return {};
  if (!witness)
    return {
      notChecked: () => [
        'Nothing outside the ledger vouches for the transparency log: set AUDIT_WITNESS_URL, or name a witness with --witness.',
      ],
    };
  const notChecked: string[] = [];
  let witnessedHeads = 0;
  return {
    async *finish() {
      const listed = await listNames(witness, firstDay(reading, from), abortSignal);
      if (!listed) {
        notChecked.push('The witness of the transparency log could not be read.');
        return;
      }
      const names = listed.filter(({ size }) => isWithin(reading, size, isExcerpt));
      if (names.length < listed.length && witness.head)
        notChecked.push(
          'The head that --witness names is of another time than the transparency log that was read.',
        );
      const isKnown = ({ size, root }: WitnessedName) => reading.heads.get(size)?.root === root;
      // The witness may have got heads since the log was read.
      if (!names.every(isKnown)) await reading.readOn();
      const known = names.filter(isKnown);
      witnessedHeads = known.length;
      for (const name of names.filter((other) => !isKnown(other)).slice(0, MOST_READ)) {
        const head = await witness.read(name, abortSignal);
        yield describeUnknown(name, head !== undefined && (await isSigned(head)));
      }
      if (!witness.head) yield* findUnwitnessed(reading, known, now);
    },
    counts: () => ({ witnessedHeads }),
    notChecked: () => notChecked,
  };
}

/** Lists the heads of a witness; undefined where it can't be read. */
async function listNames(
  witness: KeptHeads,
  fromDay: string,
  abortSignal: AbortSignal | undefined,
): Promise<WitnessedName[] | undefined> {
  const names: WitnessedName[] = [];
  try {
    for await (const name of witness.list(fromDay, abortSignal)) names.push(name);
    return names;
  } catch {
    abortSignal?.throwIfAborted();
    return undefined;
  }
}

/** The first day of which the log was read as a whole, or should have been. */
function firstDay({ first }: LogReading, from: Date): string {
  return first && Date.parse(first.time) < from.getTime() ? dayOf(first.time) : dayOf(from);
}

/** Tells whether a head of a size is of the time for which the log was read. */
function isWithin({ first, newest, endsEarly }: LogReading, size: number, isExcerpt: boolean): boolean {
  return !(endsEarly && size > (newest?.size ?? 0)) && !(isExcerpt && size < (first?.size ?? 0));
}

function describeUnknown({ size }: WitnessedName, isSigned: boolean): Finding {
  return {
    kind: 'tree-changed',
    message: isSigned
      ? `The witness has a signed head of the transparency log with ${size} leaves that the log does not have: the log ` +
        'was rolled back or forked, and chains may have been removed with it.'
      : `The witness has a head with ${size} leaves that the audit key did not sign: somebody else writes there.`,
  };
}

function* findUnwitnessed(
  { heads }: LogReading,
  known: readonly WitnessedName[],
  now: Date,
): Generator<Finding, void> {
  const largest = known.reduce((most, { size }) => Math.max(most, size), 0);
  const dueAt = now.getTime() - WITNESSED_WITHIN_IN_MS;
  for (const [size, { time }] of heads) {
    if (size <= largest || Date.parse(time) > dueAt) continue;
    yield {
      kind: 'unwitnessed',
      message:
        `The witness lacks the heads of the transparency log from ${time} on (${size} leaves): until it has them, nothing ` +
        'outside the ledger vouches for the chains of this time.',
    };
    return;
  }
}
