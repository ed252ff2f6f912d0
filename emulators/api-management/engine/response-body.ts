import type { ServerResponse } from 'node:http';
import type { PolicyBody } from '../expressions/context.ts';

/** A backend's body while it is still arriving. */
export interface ArrivingBody {
  /** All of it. */
  readonly collect: () => Promise<Buffer>;
  /** Sends it on as it arrives and ends the response; a backend that breaks off breaks the response off. */
  readonly sendTo: (response: ServerResponse) => Promise<void>;
  /** Gives it up and closes the connection to the backend. */
  readonly cancel: () => void;
}

/** A response's body: bytes in memory, or a backend's body still arriving. */
export class ResponseBody implements PolicyBody {
  #bytes: Buffer | null;
  #arriving: ArrivingBody | undefined;

  constructor(bytes: Buffer | null, arriving?: ArrivingBody) {
    this.#bytes = bytes;
    this.#arriving = arriving;
  }

  /** Whether the backend's bytes, and so its length, are still what is sent. */
  get untouched(): boolean {
    return this.#arriving !== undefined;
  }

  async buffer(): Promise<void> {
    if (!this.#arriving) return;
    this.#bytes = await this.#arriving.collect();
    this.#arriving = undefined;
  }

  readonly read = (preserveContent: boolean): Uint8Array | null => {
    const bytes = this.#bytes;
    if (!preserveContent) this.#bytes = null;
    return bytes;
  };

  replace(bytes: Buffer): void {
    this.discard();
    this.#bytes = bytes;
  }

  discard(): void {
    this.#arriving?.cancel();
    this.#arriving = undefined;
    this.#bytes = null;
  }

  get length(): number {
    return this.#bytes?.length ?? 0;
  }

  async sendTo(response: ServerResponse): Promise<void> {
    if (this.#arriving) await this.#arriving.sendTo(response);
    else response.end(this.#bytes ?? undefined);
  }
}
