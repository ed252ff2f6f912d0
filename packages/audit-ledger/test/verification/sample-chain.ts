import { type EntryBody, hashEntry, NO_PREVIOUS } from '../../src/ledger/ledger-entry.ts';
import type { LedgerReader } from '../../src/ledger/ledger-reader.ts';

export const WRITER = '20260301T120000000Z-0a1b2c3d';
export const STARTED_AT = Date.UTC(2026, 2, 1, 12);

/** Writes the lines of an intact chain. */
export function writeChain(
  bodies: readonly EntryBody[],
  { writer = WRITER, startedAt = STARTED_AT }: { readonly writer?: string; readonly startedAt?: number } = {},
): string[] {
  let previous = NO_PREVIOUS;
  return bodies.map((body, sequence) => {
    const time = new Date(startedAt + sequence).toISOString();
    const line = JSON.stringify({ v: 1, writer, sequence, previous, time, ...body });
    previous = hashEntry(line);
    return line;
  });
}

/** Makes the hashes of the lines anew from `from` on, as an attacker would who knows how chains are made. */
export function rehash(lines: readonly string[], from: number): string[] {
  const made = [...lines];
  for (let index = from; index < made.length; index += 1) {
    const members = JSON.parse(made[index] ?? '') as Record<string, unknown>;
    made[index] = JSON.stringify({
      ...members,
      previous: index === 0 ? NO_PREVIOUS : hashEntry(made[index - 1] ?? ''),
    });
  }
  return made;
}

export function recordOf(id: string): Record<string, unknown> {
  return { version: 1, id, time: new Date(STARTED_AT).toISOString(), outcome: 'answered', status: 200 };
}

export function opening(id: string): EntryBody {
  return { kind: 'opening', record: recordOf(id) };
}

export function closing(id: string): EntryBody {
  return { kind: 'closing', record: recordOf(id) };
}

/** The entries of a chain: its beginning, some calls, each opened and closed, and its end. */
export function callsOf(count: number, prefix = 'call'): EntryBody[] {
  const calls = Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
  return [
    { kind: 'chain', policyVersion: 'p' },
    ...calls.flatMap((id) => [opening(id), closing(id)]),
    { kind: 'end', opened: count, closed: count },
  ];
}

/** A ledger in memory. @param chains the text of each part, by writer. */
export function createMemoryLedger(
  chains: Readonly<Record<string, readonly string[]>>,
  modifiedAt = new Date(STARTED_AT + 1_000),
): LedgerReader {
  const bytes = new Map(
    Object.entries(chains).map(([writer, texts]) => [writer, texts.map((text) => Buffer.from(text))]),
  );
  return {
    list: () =>
      Promise.resolve({
        asOf: modifiedAt,
        chains: Object.keys(chains)
          .filter((writer) => chains[writer]?.some((text) => text !== ''))
          .sort()
          .map((writer) => ({
            writer,
            parts: (chains[writer] ?? []).flatMap((text, index) =>
              text === '' ? [] : [{ part: index + 1, bytes: Buffer.byteLength(text), modifiedAt }],
            ),
          })),
      }),
    read: (writer, part, offset, maximumBytes) =>
      Promise.resolve(
        (bytes.get(writer)?.[part - 1] ?? Buffer.alloc(0)).subarray(offset, offset + maximumBytes),
      ),
  };
}

export function asText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
