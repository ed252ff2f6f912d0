/** Makes a signal that is aborted after a time limit in milliseconds, or with the given signal, when that comes first. */
export function limitSignal(timeoutInMs: number, abortSignal?: AbortSignal): AbortSignal {
  const timeLimit = AbortSignal.timeout(timeoutInMs);
  return abortSignal ? AbortSignal.any([abortSignal, timeLimit]) : timeLimit;
}
