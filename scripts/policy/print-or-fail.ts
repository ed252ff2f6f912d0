/** Ends a command line tool: prints what it returns; a failure goes to standard error, without a stack, with exit code 1. */
export function printOrFail(run: () => string, usage: string): void {
  try {
    console.log(run());
  } catch (error) {
    const isAboutArguments =
      error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
    console.error(error instanceof Error ? error.message : String(error));
    if (isAboutArguments) console.error(usage);
    process.exitCode = 1;
  }
}
