import { isUtf8 } from 'node:buffer';
import type { LedgerEntry } from '../ledger/ledger-entry.ts';

const HASH = /^[0-9a-f]{64}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const BRACE = 0x7b;

const KINDS: ReadonlySet<unknown> = new Set<LedgerEntry['kind']>([
  'chain',
  'key',
  'opening',
  'closing',
  'checkpoint',
  'refusal',
  'unverified',
  'erasure',
  'export',
  'end',
]);

/** What an entry says of its place in the chain, and what it holds; the latter is checked where it is used. */
export interface ReadEntry {
  readonly sequence: number;
  readonly previous: string;
  readonly time: string;
  readonly kind: LedgerEntry['kind'];
  readonly members: Readonly<Record<string, unknown>>;
}

/** Undefined for what is no entry of this writer. Each of a million lines comes through here, so it looks at the head alone. */
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
  // A million lines of nothing are not worth a million errors.
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
