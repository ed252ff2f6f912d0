import { WriterName } from '../ledger/ledger-entry.ts';
import type { LedgerChain, LedgerReader } from '../ledger/ledger-reader.ts';
import {
  type CallIdentity,
  type OpenCalls,
  closingKey,
  createOpenCalls,
  readCallIdentity,
  type RecordPlace,
} from './open-calls.ts';
import { compareTraffic } from './compare-traffic.ts';
import { type Closing, createShippedComparison } from './compare-shipped.ts';
import type { LedgerEvidence, VerifiedPeriod } from './evidence.ts';
import { createFindings, type Findings } from './findings.ts';
import { readEntry } from './read-entry.ts';
import { readLines } from './read-lines.ts';
import type { VerificationReport } from './report.ts';
import { createSignatureCheck } from '../keys/signature.ts';
import { type StandingEntry, type VerifiedChain, verifyChain } from './verify-chain.ts';

/** The options of a verification. */
export interface VerificationOptions {
  /**
   * The period. Chains that were written to in it are read whole. Records and requests are compared if they are of it.
   */
  readonly period: VerifiedPeriod;
  readonly now: Date;
  /**
   * The time that a record may take to show in Application Insights, and that may pass after a chain's end before it
   * must be complete.
   */
  readonly graceInMs: number;
  /** The longest time that a call can last. An older opening without a closing is a finding. */
  readonly openForInMs: number;
  /** True to read chains outside the period too. */
  readonly areAllChains?: boolean;
  /** Sentences for the report about checks that the caller could not make. */
  readonly notChecked?: readonly string[];
  readonly abortSignal?: AbortSignal;
}

const MOST_CLOCK_ERROR_IN_MS = 3_600_000;
/** A chain that lasts longer than this has a signed checkpoint; ten are due in that time. */
const SIGNED_WITHIN_IN_MS = 600_000;
const MOST_UNREADABLE = 1_000;
const MOST_UNSHOWN = 100_000;
const MOST_OF_ONE_TRACE = 1_000;
const SAMPLED = 'Records without a request: Application Insights was given a sample of the requests only.';

/**
 * Verifies a ledger against itself and against the evidence. It reads each chain once, and again only to settle
 * doubts. Its memory grows by 64 bits for each closing and by the open calls; everything else is bounded.
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
  const anchors = anchorsByWriter(evidence.anchors ?? [], findings);
  const checkSignature = publicKeys && createSignatureCheck(publicKeys);
  const book = createOpenCalls();
  const comparison =
    records &&
    createShippedComparison({
      records,
      fieldsOf: evidence.fieldsOf,
      period,
      notBefore,
      writers: new Set(chains.map(({ writer }) => writer)),
      report: findings.add,
      unshown: (record) => noteUnshown(record, unshown),
    });
  const sum = {
    parts: 0,
    entries: 0,
    bytes: 0,
    openings: 0,
    closings: 0,
    unverified: 0,
    unshipped: 0,
    anchors: 0,
  };
  const signed = { signatures: 0, unsigned: 0 };
  const verified = new Map<string, VerifiedChain>();
  const beyond = new Map<string, number>();

  const refused = new Map<string, Set<number>>();
  const unshown = new Map<string, string[]>();

  reportMissingChains(chains, anchors, evidence, findings);
  for (const chain of read) {
    const { writer } = chain;
    if (isImpossible(chain))
      findings.add({
        kind: 'unvouched',
        writer,
        message: `No gateway wrote the chain of ${writer}: by its name it began at a time that was not, or after its end.`,
      });
    const shipped = cursors && (cursors.get(writer) ?? -1);
    const unreadable: StandingEntry[] = [];
    const calls = { count: 0 };
    const behind = { count: 0, first: -1, last: -1 };
    await comparison?.begin(writer, shipped ?? Infinity);
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
          if (entry.kind === 'unverified') sum.unverified += readCalls(entry.members);
          if (entry.kind !== 'opening' && entry.kind !== 'closing') continue;
          const record = readCallIdentity(entry.members);
          calls.count += 1;
          if (!record) {
            if (unreadable.length < MOST_UNREADABLE)
              unreadable.push({ ...standing, entry: withoutMembers(entry) });
            continue;
          }
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
    reportUnreadable(writer, unreadable, result, findings);
    if (publicKeys && calls.count > 0) reportUnvouched(writer, result, notBefore, findings);
    if (behind.count > 0) reportBehind(writer, behind, findings);
    const { faults, last } = result;
    const above = await comparison?.end({ faults, last });
    if (above !== undefined) beyond.set(writer, above);
  }
  const comparedRecords = await comparison?.finish(
    (writer, sequence) => refused.get(writer)?.has(sequence) === true,
  );
  await reportBeyond(reader, read, beyond, verified, findings, abortSignal);
  const open = await settleCalls({ reader, all: chains, read, book, verified, findings, options });
  const counts = traffic && (await compareTraffic({ ...traffic, period, notBefore, unshown, findings }));
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
    ...(comparedRecords !== undefined && { comparedRecords }),
    ...(counts && { requests: counts.requests, recordedRequests: counts.records }),
    notChecked: [
      ...(options.notChecked ?? []),
      ...notCheckedFor(evidence),
      ...(counts?.isSampled === true ? [SAMPLED] : []),
    ],
  };
}

/**
 * Tells whether a chain belongs to a period: it was begun before the period's end and last written to after its
 * beginning. A chain whose name holds an impossible time belongs to every period that begins before its last writing.
 */
export function isActive(chain: LedgerChain, { from, to }: VerifiedPeriod): boolean {
  const startedAt = startOf(chain.writer);
  return lastWrittenAt(chain) >= from.getTime() && (startedAt < to.getTime() || isImpossible(chain));
}

function isImpossible(chain: LedgerChain): boolean {
  const startedAt = startOf(chain.writer);
  return Number.isNaN(startedAt) || startedAt > lastWrittenAt(chain) + MOST_CLOCK_ERROR_IN_MS;
}

function lastWrittenAt({ parts }: LedgerChain): number {
  return parts.reduce((last, { modifiedAt }) => Math.max(last, modifiedAt.getTime()), 0);
}

/** Reads the start time from a writer's name such as `20261122T210150123Z-…`; NaN for an impossible time. */
function startOf(writer: string): number {
  return Date.parse(
    writer.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-.*$/, '$1-$2-$3T$4:$5:$6.$7Z'),
  );
}

function anchorsByWriter(
  anchors: NonNullable<LedgerEvidence['anchors']>,
  findings: Findings,
): ReadonlyMap<string, ReadonlyMap<number, string>> {
  const byWriter = new Map<string, Map<number, string>>();
  for (const { writer, sequence, hash } of anchors) {
    if (sequence < 0 || !WriterName.safeParse(writer).success) {
      findings.add({
        kind: 'unknown-to-ledger',
        message: 'Application Insights has an anchor that names no entry of the ledger.',
      });
      continue;
    }
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

function noteRefusal(
  { entry, place }: StandingEntry,
  by: string,
  refused: Map<string, Set<number>>,
  findings: Findings,
): void {
  const { refused: sequence, refusedWriter: writer = by, status } = entry.members;
  if (typeof sequence !== 'number' || typeof status !== 'number' || typeof writer !== 'string') return;
  if (!Number.isSafeInteger(sequence) || sequence < 0 || !WriterName.safeParse(writer).success) return;
  const known = refused.get(writer) ?? new Set<number>();
  refused.set(writer, known.add(sequence));
  findings.add({
    kind: 'refused',
    writer,
    sequence,
    // The place is that of the refusal, which is given only if it is in the same chain.
    ...(writer === by && place),
    message: `Application Insights refused the record of entry ${sequence} of ${writer} for good, with status ${status}; it is in the ledger alone.`,
  });
}

/** Reads the number of calls of an unverified entry; 0 where it is no positive whole number. */
function readCalls({ calls }: StandingEntry['entry']['members']): number {
  return typeof calls === 'number' && Number.isSafeInteger(calls) && calls > 0 ? calls : 0;
}

/** Notes a record that only the ledger has, by its trace. Records beyond the limits are not noted. */
function noteUnshown(record: Closing['record'], unshown: Map<string, string[]>): void {
  const { traceId, id, requestId = id } = record;
  if (typeof traceId !== 'string' || typeof requestId !== 'string' || unshown.size >= MOST_UNSHOWN) return;
  const known = unshown.get(traceId) ?? [];
  if (known.length < MOST_OF_ONE_TRACE && !known.includes(requestId)) known.push(requestId);
  unshown.set(traceId, known);
}

function withoutMembers(entry: StandingEntry['entry']): StandingEntry['entry'] {
  return { ...entry, members: {} };
}

/** Reports openings and closings without a readable record, unless a fault of the chain names them already. */
function reportUnreadable(
  writer: string,
  unreadable: readonly StandingEntry[],
  { faults }: VerifiedChain,
  findings: Findings,
): void {
  for (const { entry, place } of unreadable) {
    const { sequence } = entry;
    const isNamed = faults.some(
      (fault) =>
        (fault.first <= sequence && sequence <= fault.last) ||
        (fault.place.part === place.part && fault.place.line === place.line),
    );
    if (isNamed) continue;
    findings.add({
      kind: 'unreadable',
      writer,
      sequence,
      ...place,
      message: `Entry ${sequence} of ${writer} is of a call, but holds no record of it that this verifier can read.`,
    });
  }
}

/**
 * Reports a chain without any fitting signature, because a forged chain links as well as a genuine one. A gateway
 * signs its chains each minute, and before it ends one. Only a chain that a process wrote for some minutes before it
 * was lost can lack signatures.
 */
function reportUnvouched(
  writer: string,
  { signatures, endedAt, lastedInMs, findings: found }: VerifiedChain,
  notBefore: Date,
  findings: Findings,
): void {
  const isNamed = found.some(({ kind }) => kind === 'bad-signature' || kind === 'unknown-key');
  if (signatures > 0 || isNamed) return;
  const isSettled = endedAt === undefined ? lastedInMs > SIGNED_WITHIN_IN_MS : new Date(endedAt) < notBefore;
  if (!isSettled) return;
  findings.add({
    kind: 'unvouched',
    writer,
    message: `Nothing shows that a gateway wrote the chain of ${writer}: the audit key signed none of its checkpoints.`,
  });
}

function asClosing({ entry, hash, place }: StandingEntry, { id }: CallIdentity): Closing {
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

/**
 * Reports chains with shipped records beyond their end as truncated, unless they have changed in size since they were
 * read.
 */
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
  /** The chains that were read. */
  readonly read: readonly LedgerChain[];
  readonly book: OpenCalls;
  readonly verified: ReadonlyMap<string, VerifiedChain>;
  readonly findings: Findings;
  readonly options: VerificationOptions;
}

/**
 * Reports calls that were never closed, and calls that were closed twice. @returns the number of calls that may still
 * be open.
 */
async function settleCalls(dependencies: CallsToSettle): Promise<number> {
  const { book, verified, findings, options } = dependencies;
  const { now, graceInMs, openForInMs } = options;
  const orphans = book.orphans();
  const isDamaged = [...orphans.values()].some(
    ({ writer }) => (verified.get(writer)?.faults.length ?? 0) > 0,
  );
  const isElsewhere = orphans.size > 0 && dependencies.all.length > dependencies.read.length;
  // All chains, also those outside the period, are read once more only where the first reading leaves a doubt.
  const isDoubtful = book.suspects().size > 0 || isDamaged || isElsewhere;
  const places = isDoubtful ? await findClosings(dependencies, book.suspects(), orphans) : undefined;
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
  const overflow = book.overflow();
  if (overflow.open > 0)
    findings.add({
      kind: 'never-closed',
      message: `So many calls are open that ${overflow.open} of them were not followed.`,
    });
  if (overflow.suspects > 0)
    findings.add({
      kind: 'closed-twice',
      message: `So many calls seem to be closed twice that ${overflow.suspects} closings were not followed.`,
    });
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
  /** The ids of openings that are closed after all. */
  readonly closed: ReadonlySet<string>;
}

/** Finds the places of suspected closings. Inserted lines are left out, because they are findings already. */
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
          const record = readCallIdentity(entry.members);
          if (!record) continue;
          if (orphans.has(record.id)) closed.add(record.id);
          const key = closingKey(record);
          if (!suspects.has(key)) continue;
          const { sequence } = entry;
          const place = { id: record.id, writer, sequence, part: part.part, line: number };
          const known = twice.get(key) ?? [];
          if (known.length < 2) twice.set(key, [...known, place]);
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
