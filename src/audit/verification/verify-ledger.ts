import type { LedgerChain, LedgerReader } from '../ledger-reader.ts';
import {
  type BookedRecord,
  type CallBook,
  closingKey,
  createCallBook,
  readBookedRecord,
  type RecordPlace,
} from './call-book.ts';
import { compareTraffic } from './compare-traffic.ts';
import { type Closing, createShippedComparison } from './compare-shipped.ts';
import type { LedgerEvidence, VerifiedPeriod } from './evidence.ts';
import { createFindings, type Findings } from './findings.ts';
import { readEntry } from './read-entry.ts';
import { readLines } from './read-lines.ts';
import type { VerificationReport } from './report.ts';
import { createSignatureCheck } from './signature.ts';
import { type StandingEntry, type VerifiedChain, verifyChain } from './verify-chain.ts';

export interface VerificationOptions {
  /** Chains that were written to in this period are read, whole; records and requests are compared if they are of it. */
  readonly period: VerifiedPeriod;
  readonly now: Date;
  /** How long a record may take to show in Application Insights, and a chain that ended to be completed. */
  readonly graceInMs: number;
  /** How long a call can last: only then an opening without a closing is wrong. */
  readonly openForInMs: number;
  /** Whether chains outside the period are read too. */
  readonly areAllChains?: boolean;
  /** What the caller could not ask, in sentences. */
  readonly notChecked?: readonly string[];
  readonly abortSignal?: AbortSignal;
}

/**
 * Holds a ledger against itself and against what others know of it. Reads each chain once, in bounded memory: what grows
 * with the ledger are 64 bits for each closing, and the calls that are open.
 * @throws what the reader and the evidence throw.
 */
export async function verifyLedger(
  reader: LedgerReader,
  evidence: LedgerEvidence,
  options: VerificationOptions,
): Promise<VerificationReport> {
  const { period, now, graceInMs, abortSignal } = options;
  const { chains } = await reader.list(abortSignal);
  const read = options.areAllChains ? chains : chains.filter((chain) => isActive(chain, period));
  const findings = createFindings();
  const notBefore = new Date(now.getTime() - graceInMs);
  const { cursors, publicKeys, records, traffic } = evidence;
  const anchors = anchorsByWriter(evidence.anchors ?? []);
  const checkSignature = publicKeys && createSignatureCheck(publicKeys);
  const book = createCallBook();
  const comparison =
    records &&
    createShippedComparison({
      records,
      fieldsOf: evidence.fieldsOf,
      period,
      notBefore,
      writers: new Set(chains.map(({ writer }) => writer)),
      report: findings.add,
    });
  const sum = { parts: 0, entries: 0, bytes: 0, openings: 0, closings: 0, unshipped: 0, anchors: 0 };
  const signed = { signatures: 0, unsigned: 0 };
  const verified = new Map<string, VerifiedChain>();
  const beyond = new Map<string, number>();
  const refused = new Set<string>();

  reportMissingChains(chains, anchors, evidence, findings);
  for (const chain of read) {
    const { writer } = chain;
    const shipped = cursors && (cursors.get(writer) ?? -1);
    const behind = { count: 0, first: -1, last: -1 };
    await comparison?.begin(writer);
    const result = await verifyChain(reader, chain, {
      anchors: anchors.get(writer) ?? new Map<number, string>(),
      shipped,
      checkSignature,
      abortSignal,
      visit: async (entries) => {
        const closings: Closing[] = [];
        for (const standing of entries) {
          const { entry } = standing;
          if (entry.kind === 'refusal') noteRefusal(standing, writer, refused, findings);
          if (entry.kind !== 'opening' && entry.kind !== 'closing') continue;
          const record = readBookedRecord(entry.members);
          if (!record) continue;
          if (entry.kind === 'opening') {
            sum.openings += 1;
            book.opened(record, { writer, sequence: entry.sequence, ...standing.place }, entry.time);
            continue;
          }
          sum.closings += 1;
          book.closed(record);
          if (comparison) closings.push(asClosing(standing, record));
          if (shipped === undefined || entry.sequence <= shipped) continue;
          if (new Date(entry.time) >= notBefore) sum.unshipped += 1;
          else {
            behind.count += 1;
            if (behind.first === -1) behind.first = entry.sequence;
            behind.last = entry.sequence;
          }
        }
        await comparison?.compare(closings);
      },
    });
    verified.set(writer, result);
    result.findings.forEach(findings.add);
    sum.parts += chain.parts.length;
    sum.entries += result.entries;
    sum.bytes += result.bytes;
    sum.anchors += result.anchors;
    signed.signatures += result.signatures;
    signed.unsigned += result.unsigned;
    if (behind.count > 0) reportBehind(writer, behind, findings);
    const { faults, last } = result;
    const above = await comparison?.end({ faults, shipped: shipped ?? Infinity, last });
    if (above !== undefined) beyond.set(writer, above);
  }
  const compared = await comparison?.finish((writer, sequence) => refused.has(nameEntry(writer, sequence)));
  await reportBeyond(reader, read, beyond, verified, findings, abortSignal);
  const open = await settleCalls({ reader, all: chains, read, book, verified, findings, options });
  const counts =
    traffic &&
    (await compareTraffic({
      ...traffic,
      inLedgerAlone: compared?.inLedgerAlone ?? new Map<string, number>(),
      ...{ period, notBefore, report: findings.add },
    }));
  return {
    version: 1,
    verifiedAt: now.toISOString(),
    from: period.from.toISOString(),
    to: period.to.toISOString(),
    isIntact: findings.count() === 0,
    findings: findings.list(),
    findingCount: findings.count(),
    chains: read.length,
    ...sum,
    open,
    ...signed,
    ...(compared && { comparedRecords: compared.records }),
    ...(counts && { requests: counts.requests, recordedRequests: counts.records }),
    notChecked: [...(options.notChecked ?? []), ...notCheckedFor(evidence)],
  };
}

/** Chains that were begun before the period's end and written to after its beginning. */
export function isActive({ writer, parts }: LedgerChain, { from, to }: VerifiedPeriod): boolean {
  const lastWrittenAt = parts.reduce((last, { modifiedAt }) => Math.max(last, modifiedAt.getTime()), 0);
  return lastWrittenAt >= from.getTime() && startOf(writer) < to.getTime();
}

/** `20261122T210150123Z-…` */
function startOf(writer: string): number {
  return Date.parse(
    writer.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-.*$/, '$1-$2-$3T$4:$5:$6.$7Z'),
  );
}

function anchorsByWriter(
  anchors: NonNullable<LedgerEvidence['anchors']>,
): ReadonlyMap<string, ReadonlyMap<number, string>> {
  const byWriter = new Map<string, Map<number, string>>();
  for (const { writer, sequence, hash } of anchors) {
    const known = byWriter.get(writer) ?? new Map<number, string>();
    known.set(sequence, hash);
    byWriter.set(writer, known);
  }
  return byWriter;
}

function reportMissingChains(
  chains: readonly LedgerChain[],
  anchors: ReadonlyMap<string, ReadonlyMap<number, string>>,
  { cursors }: LedgerEvidence,
  findings: Findings,
): void {
  const there = new Set(chains.map(({ writer }) => writer));
  const named = new Set([...anchors.keys(), ...(cursors?.keys() ?? [])]);
  for (const writer of named) {
    if (there.has(writer)) continue;
    const by = anchors.has(writer) ? 'an anchor names it' : 'records of it were shipped';
    findings.add({
      kind: 'chain-missing',
      writer,
      message: `The whole chain of ${writer} is missing from the ledger, but ${by}.`,
    });
  }
}

/** A refusal stands in the chain of who shipped the entry, which can be another's. */
function noteRefusal(
  { entry, place }: StandingEntry,
  writer: string,
  refused: Set<string>,
  findings: Findings,
): void {
  const { refused: sequence, refusedWriter = writer, status } = entry.members;
  if (typeof sequence !== 'number' || typeof refusedWriter !== 'string' || typeof status !== 'number') return;
  refused.add(nameEntry(refusedWriter, sequence));
  findings.add({
    kind: 'refused',
    writer: refusedWriter,
    sequence,
    ...(refusedWriter === writer && place),
    message: `Application Insights refused the record of entry ${sequence} of ${refusedWriter} for good, with status ${status}; it is in the ledger alone.`,
  });
}

function nameEntry(writer: string, sequence: number): string {
  return `${writer} ${sequence}`;
}

function asClosing({ entry, hash, place }: StandingEntry, { id }: BookedRecord): Closing {
  const record = entry.members.record as Closing['record'];
  const time = typeof record.time === 'string' ? record.time : entry.time;
  return { sequence: entry.sequence, hash, place, record, recordId: id, time: new Date(time) };
}

function reportBehind(
  writer: string,
  { count, first, last }: { readonly count: number; readonly first: number; readonly last: number },
  findings: Findings,
): void {
  const records = count === 1 ? 'One record was' : `${count} records were`;
  findings.add({
    kind: 'never-shipped',
    writer,
    sequence: first,
    ...(first !== last && { lastSequence: last }),
    message: `${records} never shipped to Application Insights, from entry ${first} of ${writer} on.`,
  });
}

/** Records of entries after a chain's last one: that chain is truncated, unless it has grown since it was read. */
async function reportBeyond(
  reader: LedgerReader,
  read: readonly LedgerChain[],
  beyond: ReadonlyMap<string, number>,
  verified: ReadonlyMap<string, VerifiedChain>,
  findings: Findings,
  abortSignal: AbortSignal | undefined,
): Promise<void> {
  if (beyond.size === 0) return;
  const sizeOf = (chain: LedgerChain | undefined) =>
    chain?.parts.reduce((total, { bytes }) => total + bytes, 0) ?? 0;
  const { chains } = await reader.list(abortSignal);
  for (const [writer, lastSequence] of beyond) {
    const [now, then] = [chains, read].map((list) => sizeOf(list.find((chain) => chain.writer === writer)));
    const { last = -1, faults = [] } = verified.get(writer) ?? {};
    if (now !== then || faults.some(({ kind }) => kind === 'truncated')) continue;
    findings.add({
      kind: 'truncated',
      writer,
      sequence: last + 1,
      ...(lastSequence > last + 1 && { lastSequence }),
      message: `The chain of ${writer} is truncated after entry ${last}: Application Insights has records up to entry ${lastSequence}.`,
    });
  }
}

interface CallsToSettle {
  readonly reader: LedgerReader;
  readonly all: readonly LedgerChain[];
  /** Those of the period. */
  readonly read: readonly LedgerChain[];
  readonly book: CallBook;
  readonly verified: ReadonlyMap<string, VerifiedChain>;
  readonly findings: Findings;
  readonly options: VerificationOptions;
}

/** Names calls that were never closed, and those closed twice. @returns how many are open and may be. */
async function settleCalls(rooms: CallsToSettle): Promise<number> {
  const { book, verified, findings, options } = rooms;
  const { now, graceInMs, openForInMs } = options;
  const orphans = book.orphans();
  const isDamaged = [...orphans.values()].some(
    ({ writer }) => (verified.get(writer)?.faults.length ?? 0) > 0,
  );
  const isElsewhere = orphans.size > 0 && rooms.all.length > rooms.read.length;
  // Read once more, with the chains outside the period, only where the first reading leaves a doubt.
  const isDoubtful = book.suspects().size > 0 || isDamaged || isElsewhere;
  const places = isDoubtful ? await findClosings(rooms, book.suspects(), orphans) : undefined;
  let open = 0;
  for (const [id, { writer, sequence, part, line, time }] of orphans) {
    if (places?.closed.has(id)) continue;
    const endedAt = verified.get(writer)?.endedAt;
    const isYoung =
      endedAt === undefined
        ? now.getTime() - Date.parse(time) < openForInMs
        : now.getTime() - Date.parse(endedAt) < graceInMs;
    if (isYoung) {
      open += 1;
      continue;
    }
    findings.add({
      kind: 'never-closed',
      writer,
      part,
      line,
      sequence,
      recordId: id,
      message: `The call that entry ${sequence} of ${writer} opened was never closed.`,
    });
  }
  for (const [, [first, second]] of places?.twice ?? []) {
    if (!first || !second) continue;
    findings.add({
      kind: 'closed-twice',
      writer: second.writer,
      part: second.part,
      line: second.line,
      sequence: second.sequence,
      recordId: second.id,
      message: `Entry ${second.sequence} of ${second.writer} closes a call that entry ${first.sequence} of ${first.writer} closed before.`,
    });
  }
  return open;
}

interface ClosingPlaces {
  readonly twice: ReadonlyMap<string, readonly (RecordPlace & { readonly id: string })[]>;
  /** Ids of openings that are closed after all. */
  readonly closed: ReadonlySet<string>;
}

/** Where the suspects are; what was inserted is named already. */
async function findClosings(
  { reader, all, verified, options }: CallsToSettle,
  suspects: ReadonlySet<string>,
  orphans: ReadonlyMap<string, unknown>,
): Promise<ClosingPlaces> {
  const twice = new Map<string, (RecordPlace & { id: string })[]>();
  const closed = new Set<string>();
  for (const { writer, parts } of all) {
    const inserted = new Set(
      verified
        .get(writer)
        ?.faults.filter(({ kind }) => kind === 'inserted')
        .map(({ place }) => `${place.part}.${place.line}`),
    );
    for (const part of parts)
      for await (const lines of readLines(reader, writer, part, options.abortSignal))
        for (const { bytes, number } of lines) {
          const entry = readEntry(bytes, writer);
          if (entry?.kind !== 'closing' || inserted.has(`${part.part}.${number}`)) continue;
          const record = readBookedRecord(entry.members);
          if (!record) continue;
          if (orphans.has(record.id)) closed.add(record.id);
          const key = closingKey(record);
          if (!suspects.has(key)) continue;
          const { sequence } = entry;
          const place = { id: record.id, writer, sequence, part: part.part, line: number };
          twice.set(key, [...(twice.get(key) ?? []), place]);
        }
  }
  return { twice, closed };
}

function notCheckedFor({ anchors, cursors, publicKeys, records, traffic }: LedgerEvidence): string[] {
  return [
    ...(anchors ? [] : ['The anchors in Application Insights were not at hand.']),
    ...(cursors ? [] : ['How far each chain was shipped was not at hand.']),
    ...(publicKeys ? [] : ['Signatures were not checked, because no public key was at hand.']),
    ...(records ? [] : ['The records in Application Insights were not held against the ledger.']),
    ...(traffic ? [] : ["The edge's requests were not held against the records."]),
  ];
}
