import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Log } from '../messages.ts';
import {
  createFunctionsCore,
  type ProgrammingModel,
  provideFunctionsCore,
  type Registrations,
} from './functions-core.ts';

/** A loaded function app: its functions and hooks. */
export interface FunctionApp {
  readonly registrations: Registrations;
  readonly model: ProgrammingModel;
}

/**
 * Loads the application that the `main` of `directory/package.json` names. It can be called once in a process: the
 * library keeps the first worker that it finds.
 * @throws Error when there is no such file, or no function in it, or with what the application throws while it loads.
 */
export async function loadFunctionApp(directory: string, log: Log): Promise<FunctionApp> {
  const packageFile = resolve(directory, 'package.json');
  const { main } = JSON.parse(readFileSync(packageFile, 'utf8')) as { main?: unknown };
  if (typeof main !== 'string') throw new Error(`${packageFile}: "main" names the application's file.`);
  const { api, registrations } = createFunctionsCore(log);
  provideFunctionsCore(api);
  // The worker imports modules and requires scripts. An import loads either.
  await import(pathToFileURL(join(resolve(directory), main)).href);
  if (!registrations.model || registrations.functions.length === 0)
    throw new Error(`${join(directory, main)} registers no function.`);
  return { registrations, model: registrations.model };
}
