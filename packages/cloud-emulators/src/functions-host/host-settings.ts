import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkLogging } from './check-logging.ts';

/** The settings of host.json that the host uses. */
export interface HostSettings {
  /** Prefix of every route, without slashes at its ends; `api` unless host.json says otherwise. */
  readonly routePrefix: string;
  /**
   * The time limit of one invocation; undefined where host.json says `-1`. 30 minutes by default, as on Flex
   * Consumption.
   */
  readonly functionTimeoutInMs: number | undefined;
}

const DEFAULT_FUNCTION_TIMEOUT_IN_MS = 30 * 60_000;
const KNOWN = new Set([
  'version',
  'extensions',
  'functionTimeout',
  'logging',
  'telemetryMode',
  'extensionBundle',
]);

/**
 * Reads host.json. `logging`, `telemetryMode` and `extensionBundle` have no effect here; the names in `logging` are
 * checked.
 * @throws Error that names the file and the setting, for one that is malformed or that this host doesn't support.
 * Source: https://learn.microsoft.com/azure/azure-functions/functions-host-json
 */
export function readHostSettings(directory: string): HostSettings {
  const file = join(directory, 'host.json');
  const refuse = (problem: string): never => {
    throw new Error(`${file}: ${problem}`);
  };
  const settings = readObject(file, refuse);
  if (settings.version !== '2.0') refuse('"version" is "2.0".');
  const unknown = Object.keys(settings).find((name) => !KNOWN.has(name));
  if (unknown) refuse(`"${unknown}" is not supported by the local host.`);
  checkLogging(settings.logging, refuse);
  return {
    routePrefix: readRoutePrefix(settings.extensions, refuse),
    functionTimeoutInMs: readTimeout(settings.functionTimeout, refuse),
  };
}

type Refuse = (problem: string) => never;

function readObject(file: string, refuse: Refuse): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
  return isObject(value) ? value : refuse('is a JSON object.');
}

function readRoutePrefix(extensions: unknown, refuse: Refuse): string {
  if (extensions === undefined) return 'api';
  if (!isObject(extensions)) return refuse('"extensions" is an object.');
  const other = Object.keys(extensions).find((name) => name !== 'http');
  if (other) return refuse(`"extensions.${other}" is not supported by the local host.`);
  const http = extensions.http ?? {};
  if (!isObject(http)) return refuse('"extensions.http" is an object.');
  const unsupported = Object.keys(http).find((name) => name !== 'routePrefix');
  if (unsupported) return refuse(`"extensions.http.${unsupported}" is not supported by the local host.`);
  const prefix = http.routePrefix ?? 'api';
  if (typeof prefix !== 'string') return refuse('"extensions.http.routePrefix" is a string.');
  return prefix.replace(/^\/+|\/+$/g, '');
}

function readTimeout(value: unknown, refuse: Refuse): number | undefined {
  if (value === undefined) return DEFAULT_FUNCTION_TIMEOUT_IN_MS;
  if (value === '-1') return undefined;
  const parts = typeof value === 'string' ? /^(?:(\d+)\.)?(\d+):([0-5]?\d):([0-5]?\d)$/.exec(value) : null;
  if (!parts) return refuse('"functionTimeout" is a time such as "00:05:00", or "-1".');
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part || 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
