/** The time for which a reason is not written again. */
const SILENT_IN_MS = 300_000;

/**
 * Returns a function that writes a reason when it is new, and again every five minutes while it stays. `undefined` says
 * that all is well; each reason after it is new.
 */
export function createThrottledLog(
  monotonicNow: () => number,
): (reason: string | undefined, write: (reason: string) => void) => void {
  const writtenAt = new Map<string, number>();
  return (reason, write) => {
    if (reason === undefined) {
      writtenAt.clear();
      return;
    }
    const now = monotonicNow();
    for (const [one, at] of writtenAt) if (now - at >= SILENT_IN_MS) writtenAt.delete(one);
    if (writtenAt.has(reason)) return;
    writtenAt.set(reason, now);
    write(reason);
  };
}
