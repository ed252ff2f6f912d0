import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { AuditError } from '../../audit-error.ts';
import { inputInvalid } from '../../input-invalid.ts';
import type { AuditorKey } from '../../keys/auditor-key.ts';
import { checkSeal } from '../../keys/seal-key.ts';
import {
  type Attestation,
  AttestedChain,
  type AttestedLedger,
  attestationText,
  SignedAttestation,
} from './attestation.ts';

/** The verification that goes on from an attestation. */
interface AttestedRequest {
  /** The address of the storage account. */
  readonly ledger: string;
  readonly scope: Attestation['scope'];
  readonly now: Date;
}

/** The last line of a file is shorter. */
const MOST_STATEMENT_BYTES = 16_384;
/** The form of storage, of keys and of the checks is not the same for ever. */
const MOST_AGE_IN_MS = 366 * 86_400_000;
const MOST_CLOCK_ERROR_IN_MS = 3_600_000;

/**
 * Opens the file of an attestation, in bounded memory.
 * @throws AuditError AUDIT_INPUT_INVALID for a file that is none, that was cut or changed, that another key signed, that is of
 * another ledger or a narrower scope, or that is older than a year.
 */
export async function openAttestation(
  path: string,
  { publicKey }: Pick<AuditorKey, 'publicKey'>,
  { ledger, scope, now }: AttestedRequest,
): Promise<AttestedLedger> {
  const { signed, chainBytes } = await readStatement(path);
  if (!signed) throw unusable('is none that audit:verify wrote, or its end was cut off');
  const { attestation, signature } = signed;
  if (!checkSeal(publicKey, attestationText(attestation), signature))
    throw unusable('was not signed by the key of --auditor-key, or was changed');
  if ((await hashBeginning(path, chainBytes)) !== attestation.sha256)
    throw unusable('does not have the chains that were signed: it was cut or changed');
  if (attestation.ledger !== ledger) throw unusable(`is of another ledger, ${attestation.ledger}`);
  if (attestation.scope === 'ledger' && scope !== 'ledger')
    throw unusable('says nothing about Application Insights: verify with --ledger-only');
  const ageInMs = now.getTime() - Date.parse(attestation.verifiedAt);
  if (ageInMs > MOST_AGE_IN_MS) throw unusable('is older than a year: verify the whole ledger anew');
  if (ageInMs < -MOST_CLOCK_ERROR_IN_MS) throw unusable('is of a time that is still to come');
  return { attestation, chains: () => readChains(path, chainBytes) };
}

/** Reads attested chains from the beginning of a file. */
export async function* readChains(path: string, bytes: number): AsyncGenerator<AttestedChain, void> {
  if (bytes === 0) return;
  const lines = createInterface({ input: createReadStream(path, { end: bytes - 1 }), crlfDelay: Infinity });
  for await (const line of lines) yield AttestedChain.parse(JSON.parse(line));
}

/** Reads the last line of a file, and the number of bytes before it. */
async function readStatement(path: string) {
  const handle = await open(path).catch(() => {
    throw unusable('cannot be read');
  });
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - MOST_STATEMENT_BYTES);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    const end = buffer.toString('utf8', 0, bytesRead);
    const line = end.slice(end.lastIndexOf('\n', end.length - 2) + 1);
    return {
      signed: SignedAttestation.safeParse(parse(line)).data,
      chainBytes: size - Buffer.byteLength(line),
    };
  } finally {
    await handle.close();
  }
}

async function hashBeginning(path: string, bytes: number): Promise<string> {
  const hash = createHash('sha256');
  if (bytes > 0)
    for await (const chunk of createReadStream(path, { end: bytes - 1 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function unusable(why: string): AuditError {
  return inputInvalid(`The file that --attestation names ${why}.`);
}
