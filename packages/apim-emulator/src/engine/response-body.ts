import type { ServerResponse } from 'node:http';
import type { PolicyBody } from '@vertex-ai-gateway/csharp-expressions/context';

/** A backend's body while it is still arriving. */
export interface ArrivingBody {
  /** Reads the whole body. */
  readonly collect: () => Promise<Buffer>;
  /**
   * Sends it on as it arrives and ends the response; a backend that breaks off breaks the response off.
   * @param onChunk sees each chunk before it is sent.
   */
  readonly sendTo: (response: ServerResponse, onChunk?: (chunk: Buffer) => void) => Promise<void>;
  /** Gives it up and closes the connection to the backend. */
  readonly cancel: () => void;
}

/** An observer of a backend's body while it is read; it can't change it. */
export interface BodyObserver {
  readonly chunk: (bytes: Buffer) => void;
  /** Called once, when the body is complete, has broken off or was given up. */
  readonly end: () => void;
}

/** A response's body: bytes in memory, or a backend's body still arriving. */
export class ResponseBody implements PolicyBody {
  #bytes: Buffer | null;
  #arriving: ArrivingBody | undefined;
  #observers: BodyObserver[] = [];

  constructor(bytes: Buffer | null, arriving?: ArrivingBody) {
    this.#bytes = bytes;
    this.#arriving = arriving;
  }

  /** True while the backend's own bytes, and so its length, are sent on. */
  get untouched(): boolean {
    return this.#arriving !== undefined;
  }

  observe(observer: BodyObserver): void {
    this.#observers.push(observer);
  }

  async buffer(): Promise<void> {
    if (!this.#arriving) return;
    try {
      this.#bytes = await this.#arriving.collect();
      this.#arriving = undefined;
      this.#show(this.#bytes);
    } finally {
      this.#endObservers();
    }
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
    this.#endObservers();
  }

  get length(): number {
    return this.#bytes?.length ?? 0;
  }

  async sendTo(response: ServerResponse): Promise<void> {
    if (this.#arriving) {
      const onChunk = this.#observers.length > 0 ? (chunk: Buffer): void => this.#show(chunk) : undefined;
      await this.#arriving.sendTo(response, onChunk).finally(() => this.#endObservers());
    } else response.end(this.#bytes ?? undefined);
  }

  #show(chunk: Buffer): void {
    for (const observer of this.#observers) observer.chunk(chunk);
  }

  #endObservers(): void {
    for (const observer of this.#observers.splice(0)) observer.end();
  }
}
