import { AuditError } from '../audit-error.ts';

/**
 * Reports a command's failure on stderr, and sets the exit code. An SDK's error is not shown, because it holds the
 * request.
 * @param what the sentence that comes before the reason.
 * @param usage the text that is printed as well when the arguments are wrong.
 */
export function fail(what: string, usage: string, error: unknown, exitCode: number): void {
  const isUsage =
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  const isPlain = error instanceof AuditError || isUsage || isOfFile(error);
  const why = isPlain
    ? error.message
    : 'Storage did not answer as expected: check its address, that you are signed in to Azure, and what you may do there.';
  console.error(`${what} ${why}`);
  if (isUsage) console.error(usage);
  process.exitCode = exitCode;
}

/** Tells whether an error is the operating system's about a file of this machine, which it names. */
function isOfFile(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && 'path' in error;
}
