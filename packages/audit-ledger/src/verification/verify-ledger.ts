import type { LedgerChain, LedgerReader } from '../ledger/ledger-reader.ts';
import { indexAnchors } from './anchors.ts';
import { isActive } from '../ledger/chain-times.ts';
import type { CheckedChain, FindingStream, LedgerCheck, ReportCounts } from './check.ts';
import { checkAfterEnd } from './checks/check-after-end.ts';
import type { AttestationNotes } from './attestation/attestation-writer.ts';
import type { AttestedLedger } from './attestation/attestation.ts';
import { checkAnchors } from './checks/check-anchors.ts';
import { checkAttested } from './checks/check-attested.ts';
import { checkCallRecords } from './checks/check-call-records.ts';
import { checkCalls } from './checks/check-calls.ts';
import { checkChainEnds } from './checks/check-chain-ends.ts';
import { checkChainPeriods } from './checks/check-chain-periods.ts';
import { checkChainNames } from './checks/check-chain-names.ts';
import { checkChainsAreThere } from './checks/check-chains-are-there.ts';
import { checkContents } from './checks/check-contents.ts';
import { checkErasures } from './checks/check-erasures.ts';
import { checkHashes } from './checks/check-hashes.ts';
import { checkLines } from './checks/check-lines.ts';
import { checkRefusals } from './checks/check-refusals.ts';
import { checkRequests } from './checks/check-requests.ts';
import { checkShippedRecords } from './checks/check-shipped-records.ts';
import { checkShipping } from './checks/check-shipping.ts';
import { checkSignatures } from './checks/check-signatures.ts';
import { checkTransparencyLog } from './checks/check-transparency-log.ts';
import { checkVouching } from './checks/check-vouching.ts';
import { checkWitness } from './checks/check-witness.ts';
import { noteVerifiedChains } from './checks/note-verified-chains.ts';
import { comparedUntilOf } from './compared-until.ts';
import { countEntries } from './checks/count-entries.ts';
import { createUnshownCalls } from './checks/unshown-calls.ts';
import type { LedgerEvidence, Retention } from './evidence.ts';
import type { Period } from '../time/period.ts';
import { createFindingList } from './finding-list.ts';
import { createIdSeed } from './id-set.ts';
import { chooseDays, describeLeftOut, listLedger, type ListedLedger } from './listed-ledger.ts';
import { loadAhead } from './load-ahead.ts';
import { isSealed } from './scanning/read-sealed.ts';
import { SCANNING_HERE, type Scanners } from './scanning/scanners.ts';
import { noteLines, noteStretch, startChain } from './start-chain.ts';
import { createEvidenceReader, type EvidenceReader, type Scanning } from './vouching/evidence-reader.ts';
import type { VerificationReport } from './report.ts';
import { describeMissingEvidence, type VerificationScope } from './scope.ts';
import { createWitnesses } from './witnesses.ts';

/** The options of a verification. */
interface VerificationOptions {
  /**
   * The period. Chains that were written to in it are read whole. Records and requests are compared if they are of it.
   */
  readonly period: Period;
  readonly now: Date;
  /**
   * The time that a record may take to show in Application Insights, and that may pass after a chain's end before it
   * must be complete.
   */
  readonly graceInMs: number;
  /** The longest time that a call can last. An older opening without a closing is a finding. */
  readonly openForInMs: number;
  /** The scope; the ledger and Application Insights when left out. */
  readonly scope?: VerificationScope;
  /** The attestation from which the verification goes on. The period begins with the attested one then. */
  readonly attested?: AttestedLedger;
  /** Takes note of chains for a new attestation. */
  readonly notes?: AttestationNotes;
  /** True to read all chains, as those of a bundle. Chains outside the period are findings then. */
  readonly areAllChains?: boolean;
  /** Scans pieces of chains; on this thread when left out. */
  readonly scanners?: Scanners;
  /** Sentences for the report about checks that the caller could not make. */
  readonly notChecked?: readonly string[];
  readonly abortSignal?: AbortSignal;
}

/** The counts that a report has whatever was at hand. */
const NO_COUNTS = {
  parts: 0,
  entries: 0,
  young: 0,
  bytes: 0,
  openings: 0,
  closings: 0,
  unverified: 0,
  open: 0,
  unshipped: 0,
  anchors: 0,
  signatures: 0,
  unsigned: 0,
};

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
  const { period, now, scope = 'ledger-and-application-insights', abortSignal } = options;
  const { scanners = SCANNING_HERE } = options;
  const ledger = await listChains(reader, evidence, options);
  const evidenceReader = createEvidenceReader(reader, evidence.publicKeys, now, abortSignal);
  const seed = createIdSeed();
  const checks = listChecks(evidenceReader, ledger, evidence, { ...options, seed });
  const findings = createFindingList();
  const each = async (look: (check: LedgerCheck) => FindingStream | undefined): Promise<void> => {
    for (const check of checks) {
      const stream = look(check);
      if (stream) for await (const found of stream) findings.add(found);
    }
  };

  await each((check) => check.begin?.());
  const read = new Map<string, CheckedChain>();
  const shippedOf = ({ writer }: LedgerChain) =>
    evidence.cursors && (evidence.cursors.get(writer) ?? ledger.attested?.again.get(writer)?.shipped ?? -1);
  const open = async (listed: LedgerChain) => {
    const rules = chooseLines(evidence, shippedOf(listed), seed);
    return { listed, ...(await evidenceReader.openStretches(listed, { rules, scanners })) };
  };
  for await (const { listed, founding, stretches } of loadAhead(
    ledger.read.values(),
    open,
    scanners.count - 1,
  )) {
    const chain = startChain(listed, shippedOf(listed), founding);
    await each((check) => check.beginChain?.(chain));
    for await (const stretch of stretches) {
      if (isSealed(stretch)) {
        noteStretch(chain, stretch);
        await each((check) => check.pass?.(stretch, chain));
        await each((check) => (check.pass ? undefined : check.inspect?.(stretch.shown, chain)));
        await each((check) => (check.pass ? undefined : check.visit?.(stretch.shown, chain)));
        continue;
      }
      noteLines(chain, stretch);
      await each((check) => check.inspect?.(stretch, chain));
      const visited = stretch.filter(({ isEvidence }) => isEvidence);
      await each((check) => check.visit?.(visited, chain));
    }
    await each((check) => check.endChain?.(chain));
    read.set(chain.writer, chain);
  }
  await each((check) => check.finish?.(read));

  const notChecked = [
    ...(options.notChecked ?? []),
    ...describeMissingEvidence(evidence, scope),
    ...checks.flatMap((check) => check.notChecked?.() ?? []),
  ];
  return {
    version: 1,
    verifiedAt: now.toISOString(),
    from: period.from.toISOString(),
    to: period.to.toISOString(),
    scope,
    isIntact: findings.count() === 0 && notChecked.length === 0,
    findings: findings.list(),
    findingCount: findings.count(),
    chains: read.size,
    ...checks.reduce<typeof NO_COUNTS & ReportCounts>(
      (counts, check) => ({ ...counts, ...check.counts?.() }),
      NO_COUNTS,
    ),
    notChecked,
    ...(!options.areAllChains && { notRead: describeLeftOut(period, options.attested?.attestation) }),
  };
}

/** Lists the chains that belong to a verification, and chooses those that are read. */
function listChains(
  reader: LedgerReader,
  evidence: LedgerEvidence,
  { period, now, areAllChains = false, attested, notes, abortSignal }: VerificationOptions,
): Promise<ListedLedger> {
  if (areAllChains)
    return listLedger(
      reader,
      () => true,
      () => true,
      abortSignal,
    );
  // A chain whose last parts are gone seems to be older than it is, so an anchor of the period makes it one of the period.
  const anchored = new Set(evidence.anchors?.map(({ writer }) => writer));
  const cursors = Array.from(evidence.cursors?.keys() ?? [], (writer) => ({ writer }));
  const named = [...(evidence.anchors ?? []), ...(evidence.log?.reading.leaves ?? []), ...cursors];
  const isOfPeriod = chooseDays(period, named, now);
  const isAnchored = ({ writer }: LedgerChain) => anchored.has(writer);
  if (!attested)
    return listLedger(
      reader,
      isOfPeriod,
      (chain) => isActive(chain, period) || isAnchored(chain),
      abortSignal,
    );
  const placesByWriter = Map.groupBy(
    [...(evidence.anchors ?? []), ...(evidence.log?.reading.leaves ?? [])],
    ({ writer }) => writer,
  );
  const contentsFrom = now.getTime() - (evidence.contents?.retentionInMs ?? Infinity);
  return listLedger(
    reader,
    isOfPeriod,
    (chain) => isActive(chain, { ...period, from: new Date(0) }) || isAnchored(chain),
    abortSignal,
    {
      chains: attested.chains(),
      isNamed: (writer) => placesByWriter.has(writer) || evidence.cursors?.has(writer) === true,
      // Whatever else is said of a chain since is held against its lines.
      isReadAgain: ({ writer, sequence, hash, contentsUntil, isReadAgain = false }) =>
        isReadAgain ||
        (contentsUntil !== undefined && Date.parse(contentsUntil) >= contentsFrom) ||
        placesByWriter.get(writer)?.some((place) => place.sequence !== sequence || place.hash !== hash) ===
          true,
      onKept: (chain) => notes?.keep(chain) ?? Promise.resolve(),
    },
  );
}

/** Chooses the lines of a chain that the checks look at one by one. */
function chooseLines(
  { records, contents, log }: LedgerEvidence,
  shipped: number | undefined,
  seed: number,
): Scanning['rules'] {
  return {
    showsClosings: records !== undefined,
    showsContents: contents !== undefined,
    shipped: shipped ?? Infinity,
    notedAfter: log?.reading.newest?.time ?? '',
    seed,
  };
}

/** Lists the checks in their order. A check may use what those before it have noted. */
function listChecks(
  evidenceReader: EvidenceReader,
  ledger: ListedLedger,
  evidence: LedgerEvidence,
  options: VerificationOptions & { readonly seed: number },
): readonly LedgerCheck[] {
  const { anchors, cursors, publicKeys, log, contents, traffic, retention } = evidence;
  const { period, now, graceInMs, openForInMs, areAllChains = false, scope, seed, abortSignal } = options;
  const { attested, notes } = options;
  const notBefore = new Date(now.getTime() - graceInMs);
  const again = Array.from(ledger.attested?.again.values() ?? [], ({ writer, sequence, hash }) => {
    return { writer, sequence, hash, isLast: true };
  });
  const leaves = [...(log?.reading.leaves ?? []), ...again];
  const compared = {
    from: attested ? new Date(attested.attestation.comparedUntil) : period.from,
    to: period.to,
  };
  const anchorIndex = indexAnchors([...(anchors ?? []), ...leaves]);
  const logged = new Set(log?.reading.leaves.map(({ writer }) => writer));
  const witnesses = createWitnesses(anchorIndex);
  const refusals = checkRefusals();
  const unshown = createUnshownCalls();
  const shippedRecords = checkShippedRecords(evidence, {
    period: compared,
    notBefore,
    reader: evidenceReader,
    ledger,
    refusals,
    unshown,
  });
  return [
    // Other stores know which chains must be there.
    checkAnchors(anchors ?? []),
    checkChainsAreThere(ledger.listed, anchorIndex, cursors),
    // Each chain by itself: its name, then its lines, then what others say of its lines.
    checkChainNames(),
    ...(areAllChains ? [checkChainPeriods(period, logged)] : []),
    countEntries(),
    checkLines(witnesses),
    checkHashes(witnesses),
    checkSignatures(publicKeys, witnesses),
    // These need the faults and the signatures of the chain.
    checkCallRecords(),
    checkVouching(),
    checkAfterEnd(),
    // The set of all chains, and what vouches for it from outside.
    checkTransparencyLog(log?.reading, leaves, now),
    checkAttested(attested?.attestation, ledger.attested, log?.reading),
    checkWitness(log, { from: compared.from, now, abortSignal }),
    // The ledger against Application Insights. The last one needs the records beyond the ends of chains.
    refusals,
    checkShipping(notBefore),
    shippedRecords,
    checkChainEnds(shippedRecords.beyond),
    // The calls of all chains together, because a call can be closed in another chain.
    checkCalls({
      reader: evidenceReader,
      ledger,
      now,
      graceInMs,
      openForInMs,
      isPart: scope === 'bundle',
      seed,
    }),
    checkErasures({ reader: evidenceReader, ledger, notBefore }),
    checkContents(contents, { reader: evidenceReader, ledger, period, now, openForInMs, abortSignal }),
    // The edge's requests come last: records that only the ledger has are known by now.
    checkRequests(traffic, { period: keptOf(compared, retention), notBefore, unshown }),
    noteVerifiedChains(notes, leaves, comparedUntilOf(period, notBefore)),
  ];
}

/** Gives the part of a period of which Application Insights keeps everything. */
function keptOf({ from, to }: Period, retention: Retention | undefined): Period {
  return { from: retention && retention.keptFrom > from ? retention.keptFrom : from, to };
}
