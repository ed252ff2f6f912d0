import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A sample application and the APIM subscription that it calls with. */
interface EnvironmentApplication {
  /** Application (client) id. */
  readonly id: string;
  readonly objectId: string;
  readonly subscriptionKey: string;
  readonly product: string;
  /** The token endpoint of the application, if it is not `tokenUrl` of the environment. */
  readonly tokenUrl?: string;
}

/** The addresses and names of a running chain. */
export interface Environment {
  readonly gatewayUrl: string;
  /** The gateway over TLS, if it is served so. */
  readonly gatewayTlsUrl?: string;
  readonly functionsUrl: string;
  readonly issuer: string;
  readonly tokenUrl: string;
  /** The issuer of the applications that are registered with Okta. */
  readonly oktaIssuer: string;
  /** The scope of a token for the gateway's API. */
  readonly scope: string;
  /** PEM of the authority that signed the TLS certificates of the emulators. */
  readonly certificateAuthorityFile: string;
  readonly applications: Readonly<Record<string, EnvironmentApplication>>;
  /** The function app's settings, for tools that use its services with its rights. */
  readonly functionAppSettings: Readonly<Record<string, string>>;
  /** The control surface of each emulator, without a slash at its end. */
  readonly controls: Readonly<Record<string, string>>;
}

/** The default path of the environment file. */
export const ENVIRONMENT_FILE = '.local/environment.json';

/** Writes the environment file, which only its owner can read: it holds the APIM subscription keys of the chain. */
export function writeEnvironment(file: string, environment: Environment): void {
  mkdirSync(dirname(file), { recursive: true });
  // The file is renamed into place, so that a reader never finds a part of it.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(environment, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}

/** Reads the environment file. @returns undefined when there is none, which means that no chain runs. */
export function readEnvironment(file: string): Environment | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Environment;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Removes the environment file, unless another chain has replaced it since. */
export function removeEnvironment(file: string, { gatewayUrl }: Environment): void {
  if (readEnvironment(file)?.gatewayUrl === gatewayUrl) rmSync(file, { force: true });
}
