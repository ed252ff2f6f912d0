import type { LedgerChain } from '../../ledger/ledger-reader.ts';
import type { ShippedRecord } from '../evidence.ts';
import type { Finding } from '../finding.ts';
import type { EvidenceReader } from '../vouching/evidence-reader.ts';
import { readClosing } from './closing.ts';
import { describeDifference, describeUnknown } from './describe-shipped.ts';

/** The most records that are kept, and the most chains that are read for them. */
interface StrayLimits {
  readonly records: number;
  readonly chains: number;
}

/** Only the recovery of a lost process's calls makes genuine ones, when another process does it after the period. */
const LIMITS: StrayLimits = { records: 5_000, chains: 100 };

/** Records of the period that name entries of chains that were not read, or not as far, when the others were. */
interface StrayRecords {
  /** Notes a record. */
  add(record: ShippedRecord): void;
  /** Reads the chains that the records name, and compares. @throws what the reader throws. */
  settle(): AsyncGenerator<Finding, void>;
}

/** Starts without any records. @param chains the chains that records may name. */
export function createStrayRecords(
  reader: EvidenceReader,
  chains: readonly LedgerChain[],
  most: StrayLimits = LIMITS,
): StrayRecords {
  const byWriter = new Map<string, ShippedRecord[]>();
  let kept = 0;
  let uncompared = 0;
  return {
    add(record) {
      const ofChain = byWriter.get(record.writer);
      if (kept === most.records || (!ofChain && byWriter.size === most.chains)) {
        uncompared += 1;
        return;
      }
      kept += 1;
      if (ofChain) ofChain.push(record);
      else byWriter.set(record.writer, [record]);
    },

    async *settle() {
      for (const chain of chains) {
        const bySequence = Map.groupBy(byWriter.get(chain.writer) ?? [], ({ sequence }) => sequence);
        if (bySequence.size === 0) continue;
        const { lines: all } = await reader.open(chain);
        for await (const lines of all)
          for (const line of lines) {
            const closing = line.isEvidence ? readClosing(line, chain.writer) : undefined;
            const records = closing && bySequence.get(closing.sequence);
            if (!records) continue;
            bySequence.delete(closing.sequence);
            for (const record of records) {
              const difference = describeDifference(closing, record);
              if (difference) yield difference;
            }
          }
        for (const [record] of bySequence.values()) if (record) yield describeUnknown(record);
      }
      if (uncompared > 0)
        yield {
          kind: 'contradicts-ledger',
          message: `Application Insights has so many records of chains outside the period that ${uncompared} of them were not compared.`,
        };
    },
  };
}
