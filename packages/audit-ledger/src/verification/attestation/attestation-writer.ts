import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import type { AuditorKey } from '../../keys/auditor-key.ts';
import { type Attestation, type AttestedChain, attestationText } from './attestation.ts';
import { readChains } from './open-attestation.ts';

/** Takes note of chains that are attested once the verification has found nothing wrong. */
export interface AttestationNotes {
  /** Forgets the chains of a verification that is made anew. */
  begin(): Promise<void>;
  /** Notes a chain that a former attestation vouches for, and that was not read. They come by their writers. */
  keep(chain: AttestedChain): Promise<void>;
  /** Notes a chain that was read. They come by their writers. */
  note(chain: AttestedChain): Promise<void>;
}

/** Writes the file of an attestation. */
export interface AttestationWriter extends AttestationNotes {
  /** Signs and writes the file. The file is there as a whole or not at all. */
  finish(statement: Omit<Attestation, 'chains' | 'sha256'>): Promise<void>;
  /** Deletes what was noted. */
  close(): Promise<void>;
}

const FLUSH_AT_CHARACTERS = 1024 * 1024;

/**
 * Opens the writer of an attestation. Chains are noted in files beside it, so memory does not grow with them.
 * @throws what the file system throws.
 */
export async function openAttestationWriter(
  path: string,
  sign: NonNullable<AuditorKey['sign']>,
): Promise<AttestationWriter> {
  const [kept, read] = [await openLines(`${path}.kept`), await openLines(`${path}.read`)];
  return {
    async begin() {
      await kept.clear();
      await read.clear();
    },
    keep: (chain) => kept.add(JSON.stringify(chain)),
    note: (chain) => read.add(JSON.stringify(chain)),
    async finish(statement) {
      const out = await openLines(`${path}.part`);
      try {
        let chains = 0;
        const bytes = [await kept.flush(), await read.flush()] as const;
        for await (const chain of mergeByWriter(
          readChains(`${path}.kept`, bytes[0]),
          readChains(`${path}.read`, bytes[1]),
        )) {
          await out.add(JSON.stringify(chain));
          chains += 1;
        }
        const attestation = { ...statement, chains, sha256: out.hash() };
        const signature = sign(attestationText(attestation));
        await out.add(JSON.stringify({ attestation, signature }));
        await out.flush();
      } finally {
        await out.close();
      }
      await rename(`${path}.part`, path);
    },
    async close() {
      await Promise.all([kept.close(), read.close()]);
      await Promise.all(['kept', 'read', 'part'].map((end) => rm(`${path}.${end}`, { force: true })));
    },
  };
}

/** Merges chains of two lists that are each in the order of their writers. */
async function* mergeByWriter(
  ...lists: readonly [AsyncGenerator<AttestedChain, void>, AsyncGenerator<AttestedChain, void>]
): AsyncGenerator<AttestedChain, void> {
  const [ones, others] = lists;
  let [one, other] = [await ones.next(), await others.next()];
  while (one.done !== true || other.done !== true) {
    if (other.done === true || (one.done !== true && one.value.writer < other.value.writer)) {
      if (one.done !== true) yield one.value;
      one = await ones.next();
    } else {
      yield other.value;
      other = await others.next();
    }
  }
}

/** Opens a new file of lines. */
async function openLines(path: string) {
  const file: FileHandle = await open(path, 'w', 0o600);
  let hash = createHash('sha256');
  let held = '';
  let bytes = 0;
  const flush = async (): Promise<number> => {
    const text = Buffer.from(held);
    held = '';
    await file.write(text, 0, text.byteLength, bytes);
    bytes += text.byteLength;
    return bytes;
  };
  return {
    flush,
    async add(line: string): Promise<void> {
      held += `${line}\n`;
      hash.update(`${line}\n`);
      if (held.length >= FLUSH_AT_CHARACTERS) await flush();
    },
    async clear(): Promise<void> {
      held = '';
      bytes = 0;
      hash = createHash('sha256');
      await file.truncate(0);
    },
    /** The SHA-256 of all lines so far, in hex. */
    hash: () => hash.copy().digest('hex'),
    close: () => file.close(),
  };
}
