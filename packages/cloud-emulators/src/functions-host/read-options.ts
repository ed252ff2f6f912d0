import { parseArgs } from 'node:util';

export const USAGE = `Usage: npx functions-host [--directory DIR] [--port N] [--key KEY]… [--no-schedules] [--control]
                          [--drain-timeout MS] [--activity-timeout MS]

Runs an Azure Functions app on 127.0.0.1.

--directory         the app's folder, which holds host.json and package.json; the current one when left out
--port              of the app; 7071 when left out, 0 picks a free one
--key               a host key, which opens functions of level "function"; may be given several times
--no-schedules      timers run only when they are asked to
--control           serves the control surface on a free port
--drain-timeout     how long stopping waits for running invocations; 10000 when left out
--activity-timeout  how long a request to the worker may be silent; 240000 when left out
--help              prints this
`;

/** The options of the command line. */
export interface Options {
  readonly directory: string;
  readonly port: number;
  readonly keys: readonly string[];
  readonly schedules: boolean;
  readonly control: boolean;
  readonly drainTimeoutInMs: number;
  readonly activityTimeoutInMs: number;
}

/** The error for a command line that cannot be understood; its message says why. */
export class OptionsError extends Error {}

const MAXIMUM_PORT = 65_535;
const MAXIMUM_TIMEOUT_IN_MS = 3_600_000;

/** Reads the options; undefined for `--help`. @throws {OptionsError} */
export function readOptions(args: readonly string[]): Options | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  return {
    directory: values.directory,
    port: readNumber('--port', values.port, MAXIMUM_PORT),
    keys: values.key,
    schedules: !values['no-schedules'],
    control: values.control,
    drainTimeoutInMs: readNumber('--drain-timeout', values['drain-timeout'], MAXIMUM_TIMEOUT_IN_MS),
    activityTimeoutInMs: readNumber('--activity-timeout', values['activity-timeout'], MAXIMUM_TIMEOUT_IN_MS),
  };
}

function parse(args: readonly string[]): ReturnType<typeof parseValues> {
  try {
    return parseValues(args);
  } catch (error) {
    throw new OptionsError(error instanceof Error ? error.message : String(error));
  }
}

function parseValues(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      directory: { type: 'string', default: '.' },
      port: { type: 'string', default: '7071' },
      key: { type: 'string', multiple: true, default: [] },
      control: { type: 'boolean', default: false },
      'no-schedules': { type: 'boolean', default: false },
      'drain-timeout': { type: 'string', default: '10000' },
      'activity-timeout': { type: 'string', default: '240000' },
      help: { type: 'boolean', default: false },
    },
  }).values;
}

function readNumber(option: string, text: string, maximum: number): number {
  const number = /^\d{1,7}$/.test(text) ? Number(text) : NaN;
  if (number <= maximum) return number;
  throw new OptionsError(`${option} is a whole number from 0 to ${maximum}.`);
}
