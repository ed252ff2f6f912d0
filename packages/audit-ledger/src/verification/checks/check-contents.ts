import { contentFolder } from '../../contents/sealed-content.ts';
import type { Period } from '../../time/period.ts';
import { timeIn } from '../../ledger/chain-times.ts';
import type { LedgerCheck } from '../check.ts';
import {
  type ContentsEvidence,
  ListingDenied,
  ReadingDenied,
  type StoredContent,
} from '../contents-evidence.ts';
import type { Finding } from '../finding.ts';
import { createFindingList } from '../finding-list.ts';
import { createIdSet } from '../id-set.ts';
import type { ListedLedger } from '../listed-ledger.ts';
import type { ChainLine } from '../read-chain.ts';
import type { EvidenceReader } from '../vouching/evidence-reader.ts';
import { type Closing, readClosing } from './closing.ts';
import { createErasureTimes } from './erasure-times.ts';

/** The ledger, and the rules by which contents must be there. */
interface ContentCheckOptions {
  readonly reader: EvidenceReader;
  readonly ledger: Pick<ListedLedger, 'others'>;
  readonly period: Period;
  readonly now: Date;
  /** The longest time that a call can last. */
  readonly openForInMs: number;
  readonly abortSignal: AbortSignal | undefined;
}

/** A closing whose content is not there. */
interface Bereft {
  readonly closing: Closing;
  readonly subject: string;
}

/** The most contents of a period that are held against the ledger. 64 bits of each name are kept, twice. */
const MOST_CONTENTS = 2_000_000;
/** The most closings without their content, and contents that were written late, that are kept. */
const MOST_KEPT = 10_000;
/** A content is stored within four minutes of the end of its call, or given up; the clocks of two machines differ. */
const STORED_WITHIN_IN_MS = 600_000;

/**
 * Checks that storage has the contents that the records of the period name, as they were stored then, and no others. An
 * erasure on the ledger excuses contents that are gone. The names of contents, and the times at which they were written,
 * tell all that, but for a content that was written again within ten minutes of the end of its call. Its hash tells that,
 * where contents are read.
 */
export function checkContents(
  contents: ContentsEvidence | undefined,
  { reader, ledger, period, now, openForInMs, abortSignal }: ContentCheckOptions,
): LedgerCheck {
  if (!contents) return {};
  const storedWithinInMs = openForInMs + STORED_WITHIN_IN_MS;
  const from = Math.max(period.from.getTime(), now.getTime() - contents.retentionInMs);
  const to = Math.min(period.to.getTime(), now.getTime() - storedWithinInMs);
  const isDue = (time: number): boolean => time >= from && time < to;

  const listed = createIdSet();
  const named = createIdSet();
  const late = new Map<string, Date>();
  const erasures = createErasureTimes();
  /** The closings without their content, by its name. A correction names the content of the closing that it corrects. */
  const bereft = new Map<string, Bereft>();
  let others = 0;
  let skipped: string | undefined;
  let unread: string | undefined;

  const take = ({ name, modifiedAt }: StoredContent): void => {
    const time = timeOf(name);
    if (!isDue(time)) return;
    listed.add(name);
    if (modifiedAt.getTime() > time + STORED_WITHIN_IN_MS && late.size < MOST_KEPT)
      late.set(name, modifiedAt);
  };

  /** Tells whether a content has the hash of its record, as far as contents are read. One that is gone by now is erased. */
  const isAsOnRecord = async (blob: string, sha256: unknown): Promise<boolean> => {
    if (!contents.hash || unread !== undefined) return true;
    try {
      const hash = await contents.hash(blob, abortSignal);
      return hash === undefined || hash === sha256;
    } catch (error) {
      if (!(error instanceof ReadingDenied)) throw error;
      unread =
        'Contents were not read, because this identity may not: their hashes were not held against the records.';
      return true;
    }
  };
  /** Holds a closing against the contents that are listed. */
  const hold = async (line: ChainLine, writer: string): Promise<Finding | undefined> => {
    const closing = readClosing(line, writer);
    const reference = closing && readReference(closing.record);
    if (!reference || !isDue(closing.time.getTime())) return undefined;
    const { subject, blob, sha256 } = reference;
    if (listed.has(blob)) {
      if (named.add(blob)) return undefined;
      const modifiedAt = late.get(blob);
      const lastsInMs = Math.min(durationOf(closing) ?? openForInMs, openForInMs);
      if (modifiedAt && modifiedAt.getTime() > closing.time.getTime() + lastsInMs + STORED_WITHIN_IN_MS)
        return writtenAgain(closing, modifiedAt);
      return (await isAsOnRecord(blob, sha256)) ? undefined : altered(closing);
    }
    if (bereft.has(blob)) return undefined;
    if (bereft.size < MOST_KEPT) bereft.set(blob, { closing, subject });
    else others += 1;
    return undefined;
  };

  /** Reads the chains outside the period too, because an erasure can come long after the calls. */
  const readErasures = async (): Promise<void> => {
    for await (const chain of ledger.others()) {
      const { founding, lines: all } = await reader.open(chain);
      if (founding === 'young') continue;
      for await (const lines of all)
        for (const { entry, isEvidence } of lines) if (entry && isEvidence) erasures.note(entry);
    }
  };
  const isErased = ({ subject, closing }: Bereft): boolean =>
    (erasures.provenAt(subject) ?? -Infinity) >= closing.time.getTime();

  /** Finds contents that no record names. */
  const findUnknown = async function* (): AsyncGenerator<Finding> {
    if (listed.count() === named.count()) return;
    for await (const { name } of contents.list('', abortSignal))
      if (isDue(timeOf(name)) && listed.has(name) && !named.has(name)) yield unknown(name);
  };
  /** Finds contents that are there in spite of an erasure which was proven. */
  const findReturned = async function* (): AsyncGenerator<Finding> {
    for (const [subject, begunAt] of erasures.begunAt())
      for await (const { name } of contents.list(contentFolder(subject), abortSignal))
        if (timeOf(name) < begunAt - storedWithinInMs) yield returned(name, begunAt);
  };

  return {
    async *begin() {
      const strangers = createFindingList();
      try {
        for await (const content of contents.list('', abortSignal)) {
          take(content);
          if (Number.isNaN(timeOf(content.name))) strangers.add(unknown(content.name));
          if (listed.count() <= MOST_CONTENTS) continue;
          skipped =
            'Contents were not held against the records, because the period has too many: verify a shorter one.';
          break;
        }
      } catch (error) {
        if (!(error instanceof ListingDenied)) throw error;
        skipped = 'Contents were not held against the records, because this identity may not list them.';
      }
      yield strangers;
    },

    async *visit(lines, { writer, founding }) {
      // A young chain may still turn out to be made up. No content of its own calls is due yet.
      if (founding === 'young') return;
      for (const line of lines) {
        if (line.entry) erasures.note(line.entry);
        const found = skipped === undefined ? await hold(line, writer) : undefined;
        if (found) yield found;
      }
    },

    async *finish() {
      if (skipped !== undefined) return;
      if ([...bereft.values()].some((one) => !isErased(one))) await readErasures();
      for (const one of bereft.values()) if (!isErased(one)) yield gone(one.closing);
      if (others > 0)
        yield {
          kind: 'content-changed',
          message: `So many contents are gone from storage that ${others} of them were not held against erasures.`,
        };
      yield* findUnknown();
      yield* findReturned();
    },

    notChecked: () => [skipped, unread].filter((sentence) => sentence !== undefined),
  };
}

/** Reads the time of a content's call from its name; NaN for a name that no gateway gives. */
function timeOf(name: string): number {
  const [, recordId = ''] = /^[0-9a-f]{64}\/([^/]+)\.json$/.exec(name) ?? [];
  return timeIn(recordId);
}

function readReference(
  record: Closing['record'],
): { readonly subject: string; readonly blob: string; readonly sha256: unknown } | undefined {
  const { content } = record;
  if (typeof content !== 'object' || content === null) return undefined;
  const { subject, blob, sha256 } = content as Readonly<Record<string, unknown>>;
  return typeof subject === 'string' && typeof blob === 'string' ? { subject, blob, sha256 } : undefined;
}

/** Gives the time that a call took, in milliseconds; undefined where its record has none. */
function durationOf({ record: { durationInMs } }: Closing): number | undefined {
  return typeof durationInMs === 'number' && durationInMs >= 0 ? durationInMs : undefined;
}

function gone(closing: Closing): Finding {
  return {
    ...ofClosing(closing),
    message: `The content of entry ${closing.sequence} of ${closing.writer} is gone from storage, but no erasure on the ledger covers it.`,
  };
}

function writtenAgain(closing: Closing, modifiedAt: Date): Finding {
  return {
    ...ofClosing(closing),
    message: `The content of entry ${closing.sequence} of ${closing.writer} was written again at ${modifiedAt.toISOString()}, long after its call: it need not be the one on record.`,
  };
}

function altered(closing: Closing): Finding {
  return {
    ...ofClosing(closing),
    message: `The content of entry ${closing.sequence} of ${closing.writer} is not the one on record: it has another hash.`,
  };
}

function ofClosing({ writer, sequence, place, recordId }: Closing) {
  return { kind: 'content-changed', writer, sequence, ...place, recordId } as const;
}

function unknown(name: string): Finding {
  return {
    kind: 'content-unknown',
    message: `Storage has the content ${name}, which no record names.`,
  };
}

function returned(name: string, begunAt: number): Finding {
  return {
    kind: 'content-unknown',
    message: `Storage has the content ${name}, though the erasure of ${new Date(begunAt).toISOString()} is proven to have deleted it.`,
  };
}
