import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A sample application and the APIM subscription that it calls with. */
interface EnvironmentApplication {
  /** Application (client) id. */
  readonly id: string;
  readonly objectId: string;
  readonly subscriptionKey: string;
  readonly product: string;
  /** Where it gets its tokens, when that isn't `tokenUrl` of the environment. */
  readonly tokenUrl?: string;
}

/** Where everything of a running chain is found. */
export interface Environment {
  readonly gatewayUrl: string;
  readonly functionsUrl: string;
  readonly issuer: string;
  readonly tokenUrl: string;
  /** The issuer of the applications that come from Okta. */
  readonly oktaIssuer: string;
  /** The scope of a token for the gateway's API. */
  readonly scope: string;
  /** PEM of the authority that signed the TLS certificates of the emulators. */
  readonly certificateAuthorityFile: string;
  readonly applications: Readonly<Record<string, EnvironmentApplication>>;
  /** What the function app was given, for tools that look at its services as it may. */
  readonly functionAppSettings: Readonly<Record<string, string>>;
  /** The control surface of each emulator, without a slash at its end. */
  readonly controls: Readonly<Record<string, string>>;
}

/** Where a chain describes itself unless it is told otherwise. */
export const ENVIRONMENT_FILE = '.local/environment.json';

/** The file is for its owner's eyes: it holds APIM subscription keys, of emulators though they are. */
export function writeEnvironment(file: string, environment: Environment): void {
  mkdirSync(dirname(file), { recursive: true });
  // Whoever waits for the file finds it whole.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(environment, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}

/** @returns undefined when there is none, which means that nothing runs. */
export function readEnvironment(file: string): Environment | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Environment;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Leaves the file alone when another chain has written its own since. */
export function removeEnvironment(file: string, { gatewayUrl }: Environment): void {
  if (readEnvironment(file)?.gatewayUrl === gatewayUrl) rmSync(file, { force: true });
}
