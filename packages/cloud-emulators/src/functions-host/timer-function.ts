import type { FunctionMetadata } from './messages.ts';
import { readSchedule, type Schedule } from './ncrontab.ts';

/** A function with a timer trigger. */
export interface TimerFunction {
  readonly name: string;
  /** The NCRONTAB expression, with app settings filled in. */
  readonly expression: string;
  readonly schedule: Schedule;
  readonly runOnStartup: boolean;
  /** True when occurrences are kept, which the function sees as `scheduleStatus`. */
  readonly monitored: boolean;
}

const KNOWN = new Set(['name', 'type', 'direction', 'properties', 'schedule', 'runOnStartup', 'useMonitor']);
const MINUTE_IN_MS = 60_000;
/** The number of occurrences that the host compares to find out how far apart they are. */
const OCCURRENCES = 5;

/** True for a function with a timer trigger. */
export function isTimer({ bindings }: FunctionMetadata): boolean {
  return Object.values(bindings).some(({ type }) => type?.toLowerCase() === 'timertrigger');
}

/**
 * Reads a function with a timer trigger.
 * Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#configuration
 * @param settings the values for `%NAME%` in a schedule.
 * @throws Error that names the function, for a schedule that the host refuses and for what this host doesn't support.
 */
export function readTimer(
  { name, bindings }: FunctionMetadata,
  settings: Readonly<Record<string, string | undefined>>,
): TimerFunction {
  const refuse = (problem: string): never => {
    throw new Error(`Function "${name}": ${problem}.`);
  };
  const [trigger = {}, ...others] = Object.values(bindings);
  if (others.length > 0) return refuse('the local host supports no further inputs and outputs');
  const unknown = Object.keys(trigger).find((field) => !KNOWN.has(field));
  if (unknown !== undefined) return refuse(`"${unknown}" of its trigger is not supported by the local host`);
  const { schedule: text, runOnStartup = false, useMonitor = true } = trigger;
  if (typeof text !== 'string') return refuse('its schedule is a text');
  if (typeof runOnStartup !== 'boolean' || typeof useMonitor !== 'boolean')
    return refuse('runOnStartup and useMonitor are true or false');
  const expression = text.replace(
    /%([^%]+)%/g,
    (_, setting: string) =>
      settings[setting] ?? refuse(`its schedule names the setting ${setting}, which is not set`),
  );
  const schedule = read(expression, refuse);
  return {
    name,
    expression,
    schedule,
    runOnStartup,
    monitored: useMonitor && !isFrequent(schedule),
  };
}

function read(expression: string, refuse: (problem: string) => never): Schedule {
  try {
    return readSchedule(expression);
  } catch (error) {
    return refuse(error instanceof Error ? error.message.replace(/\.$/, '') : String(error));
  }
}

/** Says if occurrences are less than a minute apart; the host does not keep those. */
function isFrequent(schedule: Schedule): boolean {
  let last = schedule.next(new Date(0));
  for (let count = 1; count < OCCURRENCES; count += 1) {
    const next = schedule.next(last);
    if (next.getTime() - last.getTime() < MINUTE_IN_MS) return true;
    last = next;
  }
  return false;
}
