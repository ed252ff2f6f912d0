import { AuditError } from '../audit-error.ts';
import type { AppendStore } from '../ledger/append-store.ts';
import type { AuditKey } from '../keys/audit-key.ts';
import type { EntryBody } from '../ledger/ledger-entry.ts';
import { LedgerWriter } from '../ledger/ledger-writer.ts';
import { signCheckpoint } from '../ledger/sign-checkpoint.ts';
import { byTheClock, type Schedule } from '../time/schedule.ts';
import { waitAtMost } from '../time/time-limit.ts';

/** The ledger for the entry of a command. */
interface LedgerOfCommand {
  readonly store: AppendStore;
  /** The command's name. The first entry of the chain has it as its policy version. */
  readonly command: string;
  /** The key that signs the entry; without it the entry is not signed. */
  readonly key?: Pick<AuditKey, 'sign'> | undefined;
  readonly timeoutInMs: number;
  readonly schedule?: Schedule;
}

/** The place of the entry, and the signature that vouches for it; none where there is no key. */
export interface SignedPlace {
  readonly writer: string;
  readonly sequence: number;
  readonly hash: string;
  readonly time: string;
  readonly signature?: NonNullable<Awaited<ReturnType<typeof signCheckpoint>>>;
}

/**
 * Puts the entry of a command on the ledger, in a chain of its own that is written whole or not at all. The entry is
 * signed before anything is written, because a chain without a signature would stay a finding for good.
 * @throws AuditError AUDIT_UNAVAILABLE when the key can't sign, and AUDIT_LEDGER_UNAVAILABLE when it takes longer than
 *   `timeoutInMs`. There are no retries after that.
 */
export async function putOnLedger(
  body: EntryBody,
  { store, command, key, timeoutInMs, schedule = byTheClock }: LedgerOfCommand,
): Promise<SignedPlace> {
  let isLate = false;
  let time = new Date();
  const signed = Promise.withResolvers<AppendStore>();
  const writer = new LedgerWriter({
    loadStore: () => signed.promise,
    policyVersion: command,
    now: () => (time = new Date()),
    schedule: (task, delayInMs) => {
      if (!isLate) schedule(() => !isLate && task(), delayInMs);
    },
  });
  const write = async (): Promise<SignedPlace> => {
    void writer.append(body);
    const place = { writer: writer.name, ...writer.head, time: time.toISOString() };
    const signature = key && (await signCheckpoint(key, writer.name, place));
    if (key && !signature)
      throw new AuditError(
        'AUDIT_UNAVAILABLE',
        'The audit key cannot sign, and nothing goes on that is not signed. Check that you may sign with it, and run this ' +
          'again.',
      );
    const counts = { opened: 0, closed: 0 };
    const shipped = { sequence: -1, refused: 0 };
    if (signature) void writer.append({ kind: 'checkpoint', shipped, ...counts, signature });
    const committed = writer.append({ kind: 'end', ...counts });
    signed.resolve(store);
    await committed;
    return { ...place, ...(signature && { signature }) };
  };
  return waitAtMost(write(), {
    schedule,
    timeoutInMs,
    onLate: () => {
      isLate = true;
      throw new AuditError(
        'AUDIT_LEDGER_UNAVAILABLE',
        'The ledger cannot be written, and nothing goes on that is not on record. Check that you have the role Storage ' +
          'Blob Data Contributor, and run this again.',
      );
    },
  });
}
