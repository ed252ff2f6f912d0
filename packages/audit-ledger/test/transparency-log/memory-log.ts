import type { AuditKey } from '../../src/keys/audit-key.ts';
import { fromBase64url } from '../../src/keys/base64url.ts';
import type { GrowingLog } from '../../src/shipping/log-chain-heads.ts';
import { createTreeHeadCheck } from '../../src/transparency-log/check-tree-head.ts';
import { type LogLeaf, parseTreeHead, type TreeHead } from '../../src/transparency-log/log-lines.ts';
import { type LogReader, readPartNames } from '../../src/transparency-log/log-parts.ts';
import { TransparencyLog } from '../../src/transparency-log/transparency-log.ts';
import {
  headName,
  readHeadName,
  type Witness,
  type WitnessedName,
} from '../../src/transparency-log/witness.ts';
import { MemoryAppendStore } from '../memory-append-store.ts';
import { auditPublicKeys, signByAuditKey } from '../verification/sample-chain.ts';

export const NOW = new Date('2026-03-01T12:00:00.000Z');
export const DAY_IN_MS = 86_400_000;

/** The container of a transparency log in memory. */
export class MemoryLog extends MemoryAppendStore {
  readonly reader: LogReader = {
    listParts: () => Promise.resolve(readPartNames(this.blobs.keys())),
    read: (folder, part, offset, maximumBytes) =>
      Promise.resolve(Buffer.from(this.text(nameOf(folder, part))).subarray(offset, offset + maximumBytes)),
  };

  text(name: string): string {
    return Buffer.concat(this.blobs.get(name) ?? []).toString();
  }

  /** Replaces a blob, as only who may overwrite can. */
  replace(name: string, change: (text: string) => string): void {
    const text = change(this.text(name));
    this.remove(name);
    void this.create(name);
    this.put(name, Buffer.from(text));
  }

  remove(name: string): void {
    this.blobs.delete(name);
  }

  /** The heads of a part. */
  heads(name: string): TreeHead[] {
    return this.text(name)
      .split('\n')
      .flatMap((line) => (line.startsWith('{"size"') ? (parseTreeHead(line) ?? []) : []));
  }
}

/** A witness in memory. */
export class MemoryWitness implements Witness {
  readonly heads = new Map<string, string>();
  isAway = false;

  async *list(fromDay: string): AsyncGenerator<WitnessedName, void> {
    await this.#answer();
    for (const name of [...this.heads.keys()].toSorted()) {
      const read = readHeadName(name);
      if (read && read.day >= fromDay) yield read;
    }
  }

  async read(name: WitnessedName): Promise<TreeHead | undefined> {
    await this.#answer();
    const head = parseTreeHead(this.heads.get(headName(name)) ?? '');
    return head?.root === name.root ? head : undefined;
  }

  async put(head: TreeHead): Promise<void> {
    await this.#answer();
    const day = head.time.slice(0, 10).replaceAll('-', '');
    const name = headName({ ...head, day });
    if (!this.heads.has(name)) this.heads.set(name, JSON.stringify(head));
  }

  #answer(): Promise<void> {
    return this.isAway ? Promise.reject(new Error('The witness is away.')) : Promise.resolve();
  }
}

/** The audit key that signs the samples of chains as well. */
export const KEY: Pick<AuditKey, 'sign'> = {
  sign: (bytes) => {
    const value = signByAuditKey(Buffer.from(bytes).toString());
    return Promise.resolve({ keyId: 'audit', value: fromBase64url(value) });
  },
};
export const isSigned = createTreeHeadCheck(auditPublicKeys);

/** A process that grows the log in the store. */
export function openLog(store: MemoryLog, { key = KEY }: { readonly key?: Pick<AuditKey, 'sign'> } = {}) {
  const log = new TransparencyLog({
    reader: store.reader,
    loadStore: () => Promise.resolve(store),
    key,
    isSigned,
  });
  return { log };
}

/** The transparency log of a process that sweeps. */
export function openGrowingLog(
  store = new MemoryLog(),
  { witness }: { readonly witness?: MemoryWitness } = {},
): GrowingLog {
  return { log: openLog(store).log, isSigned, witness };
}

function writerOf(index: number): string {
  return `20260301T110000000Z-${index.toString(16).padStart(8, '0')}`;
}

export function leaf(index: number, sequence = 1, isLast = false): LogLeaf {
  return { writer: writerOf(index), sequence, hash: index.toString(16).padStart(64, '0'), isLast };
}

function nameOf(folder: string, part: number): string {
  return `${folder}/${String(part).padStart(6, '0')}.jsonl`;
}
