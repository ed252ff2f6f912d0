import { isUtf8 } from 'node:buffer';
import type { LedgerEntry } from '../ledger/ledger-entry.ts';

const HASH = /^[0-9a-f]{64}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const BRACE = 0x7b;

const KINDS: ReadonlySet<unknown> = new Set<LedgerEntry['kind']>([
  'chain',
  'seal',
  'key',
  'opening',
  'closing',
  'checkpoint',
  'refusal',
  'unverified',
  'erasure',
  'erased',
  'export',
  'end',
]);

/** An entry whose place in the chain has been checked. Its other members are checked where they are used. */
export interface ReadEntry {
  readonly sequence: number;
  readonly previous: string;
  readonly time: string;
  readonly kind: LedgerEntry['kind'];
  readonly members: Readonly<Record<string, unknown>>;
}

/**
 * Reads an entry; undefined for a line that is no entry of this writer. Only the head is checked, because a ledger can
 * have a million lines.
 * @param bytes the line without its line break.
 */
export function readEntry(bytes: Uint8Array, writer: string): ReadEntry | undefined {
  const members = parse(bytes);
  if (members?.v !== 1 || members.writer !== writer) return undefined;
  const { sequence, previous, time, kind } = members;
  if (!Number.isSafeInteger(sequence) || (sequence as number) < 0) return undefined;
  if (typeof previous !== 'string' || !HASH.test(previous)) return undefined;
  if (typeof time !== 'string' || !INSTANT.test(time) || Number.isNaN(Date.parse(time))) return undefined;
  if (!KINDS.has(kind)) return undefined;
  return { sequence: sequence as number, previous, time, kind: kind as LedgerEntry['kind'], members };
}

function parse(bytes: Uint8Array): Record<string, unknown> | undefined {
  // Throwing an error for each of a million damaged lines would take too long.
  if (bytes[0] !== BRACE || !isUtf8(bytes)) return undefined;
  try {
    const json: unknown = JSON.parse(
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(),
    );
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
