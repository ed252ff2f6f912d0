/** Runs a command line tool and prints its text. A failure goes to standard error, without a stack, with exit code 1. */
export async function printOrFail(run: () => string | Promise<string>, usage: string): Promise<void> {
  try {
    console.log(await run());
  } catch (error) {
    const isAboutArguments =
      error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
    console.error(error instanceof Error ? error.message : String(error));
    if (isAboutArguments) console.error(usage);
    process.exitCode = 1;
  }
}
