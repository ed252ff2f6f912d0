/** The answer to a call: sent whole, or begun and then written part by part. */
export interface Reply {
  /** Sends a whole answer. */
  send(status: number, headers: Record<string, string>, body: Uint8Array | string): void;
  /** Sends the status and the headers of an answer whose parts follow by `write`. */
  begin(status: number, headers: Record<string, string>): void;
  /** Writes a part. @returns true once it is taken, at once or as a promise; false when the client is gone. */
  write(part: Uint8Array | string): boolean | Promise<boolean>;
  /** Ends an answer that was begun. */
  end(): void;
  /** Resolves when nothing more goes out: true when the answer has gone out whole, false when the client was gone before. */
  readonly over: Promise<boolean>;
  /** Cuts the answer off; the rest of it does not go out. */
  abandon(): void;
  /** Calls back once when the client goes away before the end, where the runtime shows it. */
  onGone(callback: () => void): void;
}
