/** Marks short texts so that a gateway recognizes its own words when they come back. */
export interface Seal {
  /** Returns the seal of a text: 22 characters of base64url. */
  write(text: string): string;
  /** Returns true when `seal` is the seal of the text. */
  isOf(seal: string, text: string): boolean;
}

/** The seal that all instances of the gateway share. */
export interface Seals {
  /** Resolves when the seal can be used. @throws GatewayError SEALS_UNAVAILABLE. */
  open(): Promise<Seal>;
}
