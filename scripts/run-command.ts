/**
 * Runs a command line tool and prints the text that it gives, if any. With `--help` it prints the usage and runs
 * nothing. A failure goes to standard error, without a stack. The exit code is then 2, with the usage, for options that
 * the tool does not have, and 1 for everything else.
 */
export async function runCommand(
  run: () => string | undefined | Promise<string | undefined>,
  usage: string,
): Promise<void> {
  if (process.argv.includes('--help')) {
    console.log(usage);
    return;
  }
  try {
    const text = await run();
    if (text !== undefined) console.log(text);
  } catch (error) {
    const isMisuse =
      error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
    console.error(error instanceof Error ? error.message : String(error));
    if (isMisuse) console.error(usage);
    process.exitCode = isMisuse ? 2 : 1;
  }
}
