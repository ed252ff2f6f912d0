/** The answer to a call: sent whole, or begun and then written part by part. */
export interface Reply {
  send(status: number, headers: Record<string, string>, body: Uint8Array | string): void;
  begin(status: number, headers: Record<string, string>): void;
  /** Resolves when the part is taken; false when the client is gone. */
  write(part: Uint8Array | string): Promise<boolean>;
  end(): void;
  /** Resolves when nothing more goes out: true when all has, false when the client was gone before. */
  readonly over: Promise<boolean>;
  /** Cuts off what has not gone out. */
  abandon(): void;
  /** Calls back once when the client goes away before the end, where the runtime shows it. */
  onGone(callback: () => void): void;
}
