import type { ReadEntry } from '../read-entry.ts';

/** The times of the erasures of data subjects, in milliseconds since the epoch. */
export interface ErasureTimes {
  /** Notes an entry, if it is of an erasure. Entries of one subject come in the order of their times. */
  note(entry: ReadEntry): void;
  /** Gives the time at which the last erasure of a subject was proven; undefined where none is. */
  provenAt(subject: string): number | undefined;
  /** Gives the time at which the last proven erasure of each subject began. */
  begunAt(): ReadonlyMap<string, number>;
}

/** Starts without any erasures. */
export function createErasureTimes(): ErasureTimes {
  const latest = new Map<string, number>();
  const begun = new Map<string, number>();
  const proven = new Map<string, number>();
  return {
    note({ kind, members: { subject }, time }) {
      if (typeof subject !== 'string') return;
      if (kind === 'erasure') latest.set(subject, Date.parse(time));
      if (kind !== 'erased') return;
      proven.set(subject, Date.parse(time));
      const beginning = latest.get(subject);
      if (beginning !== undefined) begun.set(subject, beginning);
    },
    provenAt: (subject) => proven.get(subject),
    begunAt: () => begun,
  };
}
