import { LedgerEntry } from '../ledger/ledger-entry.ts';
import type { LedgerChain, LedgerReader } from '../ledger/ledger-reader.ts';
import { type Finding, nameEntries, type Place } from './finding.ts';
import { type Fault, findChainFaults } from './find-chain-faults.ts';
import { type ReadEntry, readEntry } from './read-entry.ts';
import { readLines } from './read-lines.ts';
import { createSegments } from './segments.ts';
import type { CheckSignature } from '../keys/signature.ts';
import { createWitnesses } from './witnesses.ts';

/** An entry with its hash and place as it stands in the chain, whether it belongs there or not. */
export interface StandingEntry {
  readonly entry: ReadEntry;
  readonly hash: string;
  readonly place: Place;
}

/** The evidence about one chain. */
export interface ChainEvidence {
  /** The hashes of the chain's anchors, by sequence. */
  readonly anchors: ReadonlyMap<number, string>;
  /** The sequence of the last shipped entry; undefined where it is not known. */
  readonly shipped: number | undefined;
  /** Undefined where no keys are at hand, and then signatures are not checked. */
  readonly checkSignature: CheckSignature | undefined;
  /** Called with every entry in its order, many at a time. */
  readonly visit: (entries: readonly StandingEntry[]) => Promise<void> | void;
  readonly abortSignal?: AbortSignal | undefined;
}

/** The result of verifying a chain. */
export interface VerifiedChain {
  /** The number of lines, readable or not. */
  readonly entries: number;
  readonly bytes: number;
  /** The number of checkpoints whose signature fits. */
  readonly signatures: number;
  /** The number of checkpoints without a signature, if signatures are checked. */
  readonly unsigned: number;
  readonly anchors: number;
  readonly faults: readonly Fault[];
  readonly findings: readonly Finding[];
  /** The highest sequence; -1 where there is no entry. */
  readonly last: number;
  /** The time of the end entry; undefined where there is none. */
  readonly endedAt: string | undefined;
  /** The time from its first entry to its last. */
  readonly lastedInMs: number;
}

/**
 * Verifies one chain. It is read once, from its beginning, in bounded memory. @throws what the reader and `visit`
 * throw.
 */
export async function verifyChain(
  reader: LedgerReader,
  chain: LedgerChain,
  { anchors, shipped, checkSignature, visit, abortSignal }: ChainEvidence,
): Promise<VerifiedChain> {
  const { writer, parts } = chain;
  const segments = createSegments();
  const witnesses = createWitnesses(anchors, shipped ?? -1);
  const findings: Finding[] = [];
  const sum = { entries: 0, bytes: 0, signatures: 0, unsigned: 0 };
  let last = -1;
  let endedAt: string | undefined;
  let times: { readonly first: number; readonly last: number } | undefined;

  const judgeSignature = async ({ entry, place }: StandingEntry): Promise<void> => {
    if (!checkSignature) return;
    const parsed = LedgerEntry.safeParse(entry.members);
    const signature = parsed.data?.kind === 'checkpoint' ? parsed.data.signature : undefined;
    if (!signature) {
      sum.unsigned += 1;
      return;
    }
    const { keyId, sequence, hash, value } = signature;
    const fits = await checkSignature(keyId, `${writer}.${sequence}.${hash}`, value);
    const where = { writer, sequence: entry.sequence, ...place };
    if (fits === undefined)
      findings.push({
        kind: 'unknown-key',
        ...where,
        message: `The checkpoint in entry ${entry.sequence} of ${writer} is signed with a key that is none of the audit keys.`,
      });
    else if (!fits)
      findings.push({
        kind: 'bad-signature',
        ...where,
        message: `The signature in entry ${entry.sequence} of ${writer} was not made by the audit key over entry ${sequence}.`,
      });
    else {
      sum.signatures += 1;
      witnesses.testify(sequence, hash, place);
    }
  };

  for (const part of parts) {
    for await (const lines of readLines(reader, writer, part, abortSignal)) {
      const standing: StandingEntry[] = [];
      for (const line of lines) {
        sum.entries += 1;
        sum.bytes += line.bytes.byteLength + 1;
        const entry = readEntry(line.bytes, writer);
        const hash = segments.add(line, part.part, entry);
        if (!entry) continue;
        const place = { part: part.part, line: line.number };
        witnesses.see(entry.sequence, hash, place);
        if (entry.sequence > last) last = entry.sequence;
        if (entry.kind === 'end') endedAt = entry.time;
        standing.push({ entry, hash, place });
      }
      const [first, final] = [standing[0], standing.at(-1)];
      if (first && final)
        times = { first: times?.first ?? Date.parse(first.entry.time), last: Date.parse(final.entry.time) };
      for (const one of standing) if (one.entry.kind === 'checkpoint') await judgeSignature(one);
      await visit(standing);
    }
  }

  const faults = segments.areTooMany()
    ? []
    : findChainFaults(segments.pieces(), { hashOf: witnesses.hashOf, last: witnesses.last });
  const lastedInMs = times ? times.last - times.first : 0;
  const numbers = new Set(parts.map(({ part }) => part));
  findings.push(...faults.map((fault) => describeFault(writer, fault, numbers)));
  if (segments.areTooMany()) {
    const place = segments.pieces().at(-1)?.start ?? { part: 1, line: 1 };
    findings.push({
      kind: 'unreadable',
      writer,
      ...place,
      message: `The chain of ${writer} is broken in so many places that they can no longer be told apart.`,
    });
  } else {
    findings.push(...witnesses.contradictions(faults).map((one) => describeContradiction(writer, one)));
  }
  return { ...sum, anchors: anchors.size, faults, findings, last, endedAt, lastedInMs };
}

function describeContradiction(
  writer: string,
  { first, last, place }: { readonly first: number; readonly last: number; readonly place: Place },
): Finding {
  const where = { writer, sequence: first, ...(first !== last && { lastSequence: last }), ...place };
  return first === last
    ? {
        kind: 'altered',
        ...where,
        message: `Entry ${first} of ${writer} was altered: an anchor or signature knows it by another hash.`,
      }
    : {
        kind: 'rewritten',
        ...where,
        message:
          `The chain of ${writer} was rewritten: one of the ${nameEntries(first, last)} was changed and all hashes from ` +
          `there on were made anew, but an anchor or signature knows entry ${last} by another hash.`,
      };
}

function describeFault(
  writer: string,
  { kind, first, last, place }: Fault,
  parts: ReadonlySet<number>,
): Finding {
  const entries = nameEntries(first, last);
  const [were, what] = first === last ? ['was', `Entry ${first}`] : ['were', `Entries ${first} to ${last}`];
  const where = { kind, writer, sequence: first, ...(first !== last && { lastSequence: last }), ...place };
  const atLine = `at line ${place.line} of part ${place.part}`;
  switch (kind) {
    case 'removed': {
      const isPart = !parts.has(place.part - 1) && place.part > 1 && place.line === 1;
      const part = isPart ? `, with the whole of part ${place.part - 1}` : '';
      return {
        ...where,
        message: `${what} of ${writer} ${were} removed${part}: the entry ${atLine} follows on entry ${last}, which is not there.`,
      };
    }
    case 'altered':
      return {
        ...where,
        message: `${what} of ${writer} ${were} altered: what stands ${atLine} is not what the entries around it vouch for.`,
      };
    case 'reordered':
      return {
        ...where,
        message: `${what} of ${writer} ${were} moved: ${first === last ? 'it stands' : 'they stand'} ${atLine}, which is not the place that the hashes give.`,
      };
    case 'inserted':
      return {
        ...where,
        message: `Something was inserted into the chain of ${writer} before its ${entries}: no other entry vouches for what stands ${atLine}.`,
      };
    case 'truncated':
      return {
        ...where,
        message: `The chain of ${writer} is truncated ${atLine}: its ${entries} ${first === last ? 'is' : 'are'} not there as a whole.`,
      };
    case 'unreadable':
      return {
        ...where,
        message: `Entry ${first} of ${writer} is as it was written, but this verifier cannot read it; a newer one may.`,
      };
  }
}
