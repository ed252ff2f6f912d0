import { constants, generateKeyPairSync, type JsonWebKey, sign } from 'node:crypto';
import { createSealKey } from '../../src/keys/seal-key.ts';
import { ChainLines } from '../../src/ledger/chain-lines.ts';
import { type EntryBody, hashEntry, NO_PREVIOUS, signedText } from '../../src/ledger/ledger-entry.ts';
import type { LedgerReader } from '../../src/ledger/ledger-reader.ts';
import { byDay, type WholeListing } from '../by-day.ts';

export const WRITER = '20260301T120000000Z-0a1b2c3d';
export const STARTED_AT = Date.UTC(2026, 2, 1, 12);

/** The key that seals every sample. */
const SEAL_KEY = createSealKey();
/** The first entry of every sample. */
export const BEGINNING: EntryBody = {
  kind: 'chain',
  policyVersion: 'p',
  sealKey: SEAL_KEY.publicKey,
};

const AUDIT_KEY_ID = 'audit';
const auditKey = generateKeyPairSync('rsa', { modulusLength: 2048 });
/** The public half of the audit key that signs the samples. */
export const AUDIT_PUBLIC_KEY: JsonWebKey = auditKey.publicKey.export({ format: 'jwk' });

/** Gives the public half of the audit key, and of no other. */
export function auditPublicKeys(keyId: string): Promise<JsonWebKey | undefined> {
  return Promise.resolve(keyId === AUDIT_KEY_ID ? AUDIT_PUBLIC_KEY : undefined);
}

/** Signs a text by that audit key: PS256 in base64url. */
export function signByAuditKey(text: string): string {
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  const key = { key: auditKey.privateKey, padding, saltLength };
  return sign('sha256', Buffer.from(text), key).toString('base64url');
}

/** The writer of a sample, and the time of its first entry; each further entry is `stepInMs` later, a millisecond if left out. */
interface SampleOptions {
  readonly writer?: string;
  readonly startedAt?: number;
  readonly stepInMs?: number;
}

/** A chain in the making. */
interface SampleChain {
  readonly lines: readonly string[];
  add(body: EntryBody): void;
  /** Adds a seal of all lines so far. */
  seal(): void;
  /** Adds a checkpoint in which the audit key signs the last line. @param change members of another signature. */
  sign(change?: Readonly<Record<string, unknown>>): void;
}

/** Starts a chain without any lines. */
export function startSample({
  writer = WRITER,
  startedAt = STARTED_AT,
  stepInMs = 1,
}: SampleOptions = {}): SampleChain {
  const chain = new ChainLines(writer, SEAL_KEY);
  const lines: string[] = [];
  const time = () => new Date(startedAt + lines.length * stepInMs);
  const put = (line: Buffer) => lines.push(line.toString().slice(0, -1));
  return {
    lines,
    add: (body) => put(chain.add(body, time())),
    seal: () => put(chain.seal(time())),
    sign: (change = {}) => {
      const place = chain.head;
      const value = signByAuditKey(signedText(writer, place));
      const signature = { keyId: AUDIT_KEY_ID, algorithm: 'PS256', ...place, value, ...change } as const;
      const body = {
        kind: 'checkpoint',
        shipped: { sequence: -1, refused: 0 },
        opened: 0,
        closed: 0,
        signature,
      };
      put(chain.add(body as EntryBody, time()));
    },
  };
}

/** Writes the lines of these entries alone. They link, and nothing vouches for them. */
export function writeLines(bodies: readonly EntryBody[], options?: SampleOptions): string[] {
  const chain = startSample(options);
  for (const body of bodies) chain.add(body);
  return [...chain.lines];
}

/**
 * Writes the lines of an intact chain of these entries. The audit key signs it, before its end if it has one, and it ends
 * with a seal.
 */
export function writeChain(bodies: readonly EntryBody[], options?: SampleOptions): string[] {
  const chain = startSample(options);
  const isEnded = bodies.at(-1)?.kind === 'end';
  bodies.forEach((body, index) => {
    if (isEnded && index === bodies.length - 1) chain.sign();
    chain.add(body);
  });
  if (!isEnded && bodies.length > 0) chain.sign();
  if (bodies.length > 0) chain.seal();
  return [...chain.lines];
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
    BEGINNING,
    ...calls.flatMap((id) => [opening(id), closing(id)]),
    { kind: 'end', opened: count, closed: count },
  ];
}

/** A ledger in memory. @param chains the text of each part, by writer. */
export function createMemoryLedger(
  chains: Readonly<Record<string, readonly string[]>>,
  modifiedAt = new Date(STARTED_AT + 1_000),
): LedgerReader & WholeListing {
  const bytes = new Map(
    Object.entries(chains).map(([writer, texts]) => [writer, texts.map((text) => Buffer.from(text))]),
  );
  return byDay({
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
    read: (writer: string, part: number, offset: number, maximumBytes: number) =>
      Promise.resolve(
        (bytes.get(writer)?.[part - 1] ?? Buffer.alloc(0)).subarray(offset, offset + maximumBytes),
      ),
  });
}

export function asText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
