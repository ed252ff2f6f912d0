/** A keyed digest in the making. */
export interface Digest {
  update(bytes: Uint8Array | string): void;
  /**
   * Returns the digest of all bytes so far: the id of its key, a colon and HMAC-SHA-256 in hex. More bytes may follow, and
   * the digest be asked for again.
   */
  digest(): string;
}

/** Makes digests by which a holder of the key, and nobody else, can tell that two contents are the same. */
export interface Digester {
  start(): Digest;
}
