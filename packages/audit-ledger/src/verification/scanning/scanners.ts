import { type ScanRules, type SealedScan, scanSealed } from './scan-sealed.ts';

/** A scanned piece. */
export interface ScannedPiece {
  /** The bytes that were given, which may have been moved meanwhile. */
  readonly bytes: Buffer;
  /** Undefined where the lines are to be looked at one by one. */
  readonly scan: SealedScan | undefined;
}

/** Scans pieces of chains, several at a time where it can. */
export interface Scanners {
  /** The number of pieces that are scanned at the same time. */
  readonly count: number;
  /**
   * Scans a piece, as `scanSealed` does.
   * @param bytes nobody else may use their buffer, which can be moved to another thread.
   * @throws Error when the scanners were closed or failed.
   */
  scan(bytes: Buffer, rules: ScanRules): Promise<ScannedPiece>;
}

/** Scans on the thread of its caller. */
export const SCANNING_HERE: Scanners = {
  count: 1,
  scan: (bytes, rules) => Promise.resolve({ bytes, scan: scanSealed(bytes, rules) }),
};
