import { createSignatureCheck, type PublicKeys } from '../keys/signature.ts';
import { findSealKey } from '../ledger/find-founding.ts';
import type { LedgerChain, LedgerReader } from '../ledger/ledger-reader.ts';
import { readLines } from '../ledger/read-lines.ts';
import type { PlacedLine } from '../shipping/place-lines.ts';
import { CHAIN_START, readVouched } from '../shipping/read-vouched.ts';

/**
 * Reads the entries of a chain that the audit key and the chain's seals vouch for, where it mentions a text: anywhere, or
 * in the first bytes of its first part.
 */
export type ReadBelieved = (
  chain: LedgerChain,
  mentioned: string,
  firstBytes?: number,
) => AsyncGenerator<PlacedLine, void>;

/**
 * Makes a reader of entries that can be believed. What somebody else appended to a chain, or made up, is left out.
 * @throws what the reader and the public keys throw, when an entry is asked for.
 */
export function createBelievedReader(
  ledger: Pick<LedgerReader, 'read'>,
  publicKeys: PublicKeys,
): ReadBelieved {
  const checkSignature = createSignatureCheck(publicKeys);
  return async function* (chain, mentioned, firstBytes) {
    // Few chains mention the text, and only those are read closely.
    if (!(await mentions(ledger, chain, mentioned, firstBytes))) return;
    const sealKey = await findSealKey(ledger, chain, checkSignature, { mostBytes: Infinity });
    if (!sealKey) return;
    for await (const { lines } of readVouched(ledger, { ...chain, sealKey, isGone: false }, CHAIN_START))
      yield* lines.filter(({ entry, place }) => entry?.writer === place.writer);
  };
}

async function mentions(
  ledger: Pick<LedgerReader, 'read'>,
  { writer, parts }: LedgerChain,
  text: string,
  firstBytes: number | undefined,
): Promise<boolean> {
  const searched =
    firstBytes === undefined ? parts : parts.slice(0, 1).map(({ part }) => ({ part, bytes: firstBytes }));
  for (const { part, bytes } of searched)
    for await (const lines of readLines(ledger, writer, { part, bytes }))
      if (lines.some((line) => line.text.includes(text))) return true;
  return false;
}
