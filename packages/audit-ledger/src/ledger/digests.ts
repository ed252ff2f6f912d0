import { createHash, type Hash, randomBytes } from 'node:crypto';
import type { AuditKey } from '../keys/audit-key.ts';
import { toBase64url } from '../keys/base64url.ts';
import type { EntryBody } from './ledger-entry.ts';
import { createBackOff } from '../time/back-off.ts';
import type { Schedule } from '../time/schedule.ts';
import { waitAtMost } from '../time/time-limit.ts';

/** A keyed digest in the making. */
export interface Digest {
  update(bytes: Uint8Array | string): void;
  /**
   * Gives the id of the key, a colon, and the HMAC-SHA-256 in hex of everything so far. More updates may follow, and
   * the digest may be asked for again.
   */
  digest(): string;
}

/** Makes keyed digests. Only a holder of the key can tell from them whether two contents are the same. */
export interface Digester {
  start(): Digest;
}

/** The dependencies of a chain's digester. `append` puts the wrapped key on the chain. */
interface DigesterOptions {
  readonly key: Pick<AuditKey, 'wrap'>;
  readonly append: (body: EntryBody, options: { readonly isAwaited: boolean }) => Promise<void>;
  readonly schedule: Schedule;
}

/** A digester that must be closed before its chain ends. */
interface ChainDigester extends Digester {
  /** Resolves when the key is on its way to the chain or given up, within `limitInMs`. No entry follows after that. */
  close(limitInMs: number): Promise<void>;
}

const KEY_BYTES = 32;
const BLOCK_BYTES = 64;
const FIRST_RETRY_IN_MS = 1_000;
const LAST_RETRY_IN_MS = 60_000;

/**
 * Makes digests with a random key of this process, which is put on the chain, wrapped by the audit key. A holder of
 * the right to unwrap it can tell whether a content is the one on record. Without it nobody can test guesses of
 * contents. The key is wrapped when the first digest is made, with retries until that succeeds. A digest never waits
 * for that.
 */
export function createDigester({ key, append, schedule }: DigesterOptions): ChainDigester {
  const secret = randomBytes(KEY_BYTES);
  const digestKeyId = randomBytes(8).toString('hex');
  const inner = keyedHash(secret, 0x36);
  const outer = keyedHash(secret, 0x5c);
  let work: Promise<void> | undefined;
  let cancel: (() => void) | undefined;
  let isLastTry = false;
  let isClosed = false;

  const backOff = createBackOff(FIRST_RETRY_IN_MS, LAST_RETRY_IN_MS);

  const putOnChain = async (): Promise<void> => {
    try {
      const { keyId, wrapped } = await key.wrap(secret);
      if (isClosed) return;
      const body = { kind: 'key', keyId, digestKeyId, wrapped: toBase64url(wrapped) } as const;
      void append(body, { isAwaited: false });
    } catch {
      if (isLastTry) return;
      cancel = schedule(() => {
        work = putOnChain();
      }, backOff.next());
    }
  };
  return {
    start() {
      work ??= putOnChain();
      return startDigest(inner.copy(), outer, digestKeyId);
    },
    async close(limitInMs) {
      isLastTry = true;
      cancel?.();
      if (work) await waitAtMost(work, { schedule, timeoutInMs: limitInMs, onLate: () => undefined });
      isClosed = true;
    },
  };
}

/**
 * Makes an HMAC-SHA-256: https://www.rfc-editor.org/rfc/rfc2104
 * Node's own can't be updated after a digest was asked for.
 */
function startDigest(inner: Hash, outer: Hash, keyId: string): Digest {
  return {
    update: (bytes) => void inner.update(bytes),
    digest: () => `${keyId}:${outer.copy().update(inner.copy().digest()).digest('hex')}`,
  };
}

function keyedHash(secret: Uint8Array, pad: number): Hash {
  const block = Buffer.alloc(BLOCK_BYTES, pad);
  secret.forEach((byte, index) => (block[index] = byte ^ pad));
  return createHash('sha256').update(block);
}
