import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The options of an `AzuriteProcess`. */
export interface AzuriteOptions {
  /** The keys of the accounts in base64, by the names of the accounts. */
  readonly accounts: ReadonlyMap<string, string>;
  /** PEM of the server's certificate and private key: Azurite takes tokens over TLS only. */
  readonly tls: { readonly cert: string; readonly key: string };
  /**
   * The folder that holds the certificate and the key while Azurite starts; each start makes a folder of its own in it.
   */
  readonly scratchDirectory: string;
}

/** The line that Azurite prints when it is ready. */
const LISTENING = /successfully listens on https:\/\/127\.0\.0\.1:(\d+)/;
const MEMORY_IN_MIB = 2048;

/**
 * Azurite's blob service in a child process that ends with this one. It keeps blobs in memory.
 * Source: https://learn.microsoft.com/azure/storage/common/storage-use-azurite#command-line-options
 */
export class AzuriteProcess {
  /** The port of the HTTPS server on 127.0.0.1. It rejects with what Azurite printed when Azurite does not start. */
  readonly port: Promise<number>;
  readonly #child: ChildProcess;

  constructor({ accounts, tls, scratchDirectory }: AzuriteOptions) {
    const scratch = mkdtempSync(join(scratchDirectory, 'azurite-'));
    const certificateFile = join(scratch, 'certificate.pem');
    const keyFile = join(scratch, 'key.pem');
    writeFileSync(certificateFile, tls.cert);
    writeFileSync(keyFile, tls.key, { mode: 0o600 });
    this.#child = fork(
      join(import.meta.dirname, 'azurite-cli.ts'),
      [
        ...['--blobHost', '127.0.0.1', '--blobPort', '0'],
        ...['--cert', certificateFile, '--key', keyFile, '--oauth', 'basic'],
        ...['--inMemoryPersistence', '--extentMemoryLimit', String(MEMORY_IN_MIB)],
        // The SDK asks for a newer version of the API than Azurite knows; the operations that the gateway uses are
        // older.
        ...['--skipApiVersionCheck', '--disableProductStyleUrl', '--disableTelemetry', '--silent'],
      ],
      {
        cwd: scratchDirectory,
        env: {
          AZURITE_ACCOUNTS: [...accounts].map(([name, key]) => `${name}:${key}`).join(';'),
          ...(process.env.NODE_COMPILE_CACHE !== undefined && {
            NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
          }),
        },
        execArgv: [],
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    );
    const discard = (): void => rmSync(scratch, { recursive: true, force: true });
    process.once('exit', discard);
    // Azurite has read the key by the time it listens.
    this.port = this.#listening().finally(() => {
      process.off('exit', discard);
      discard();
    });
    this.port.catch(() => undefined);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    // Azurite keeps everything in memory, so a kill loses nothing that a stop would keep.
    this.#child.kill('SIGKILL');
    await exited;
  }

  #listening(): Promise<number> {
    return new Promise((resolve, reject) => {
      let printed = '';
      const read = (chunk: unknown): void => {
        printed = (printed + String(chunk)).slice(-10_000);
        const port = LISTENING.exec(printed)?.[1];
        if (port !== undefined) resolve(Number(port));
      };
      this.#child.stdout?.on('data', read);
      this.#child.stderr?.on('data', read);
      this.#child.once('error', reject);
      this.#child.once('exit', () => reject(new Error(`Azurite has ended.\n${printed}`)));
    });
  }
}
