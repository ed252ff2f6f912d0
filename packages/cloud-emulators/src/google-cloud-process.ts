import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { IamConfiguration } from './google/iam-policies.ts';
import type { PoolProvider } from './google/subject-token.ts';
import type { ModelArmorTemplate } from './model-armor/sample-templates.ts';

/** The options of `startGoogleCloudProcess`. */
export interface GoogleCloudOptions {
  /** PEM of the servers' certificate and private key. */
  readonly tls: { readonly cert: string; readonly key: string };
  readonly poolProvider: PoolProvider;
  readonly iam: IamConfiguration;
  readonly modelArmorTemplates: readonly ModelArmorTemplate[];
}

/** The one message that the process sends: its addresses when it listens, or the reason why it does not. */
export type GoogleCloudMessage =
  | {
      readonly type: 'ready';
      readonly googlePort: number;
      readonly vertexPort: number;
      readonly modelArmorPort: number;
      readonly controlPort: number;
      readonly controlNames: readonly string[];
    }
  | { readonly type: 'failed'; readonly message: string };

/** Google's token services, and the services that accept their tokens. */
export interface GoogleCloud {
  readonly googlePort: number;
  readonly vertexPort: number;
  readonly modelArmorPort: number;
  /** Address of the control surface of each emulator, by name. */
  readonly controls: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

/**
 * Starts Google's emulators in a child process, on free ports, so that reading a prompt of 20 MB does not block this
 * one. The child ends with this process, however it ends.
 * @throws Error with what an emulator printed when it fails to start.
 */
export async function startGoogleCloudProcess(options: GoogleCloudOptions): Promise<GoogleCloud> {
  const child = fork(join(import.meta.dirname, 'google-cloud-cli.ts'), [], {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const message = await new Promise<GoogleCloudMessage>((settle) => {
    child.once('message', settle);
    child.once('exit', () => settle({ type: 'failed', message: 'The process ended.' }));
    child.send(options);
  });
  if (message.type === 'failed') {
    child.kill('SIGKILL');
    throw new Error(`Google's emulators don't start: ${message.message}`);
  }
  const { googlePort, vertexPort, modelArmorPort, controlPort, controlNames } = message;
  return {
    googlePort,
    vertexPort,
    modelArmorPort,
    controls: Object.fromEntries(
      controlNames.map((name) => [name, `http://127.0.0.1:${controlPort}/${name}`]),
    ),
    close: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
