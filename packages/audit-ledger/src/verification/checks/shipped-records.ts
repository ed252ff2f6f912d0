import type { ShippedRecord } from '../evidence.ts';

/** Reads shipped records one by one, in the order of their writers and sequences. */
interface ShippedRecords {
  /** Gives the next record without taking it; undefined after the last. @throws what reading the records throws. */
  peek(): Promise<ShippedRecord | undefined>;
  /** Takes the record that `peek` gave. */
  take(): void;
  /** The number of records that were read. */
  readonly count: number;
}

/**
 * Starts to read the records.
 * @param writers the writers of the chains that are listed, read or not.
 * @param onStranger called with each record of no such writer, in place of giving it. Its writer can be any text, which
 * has no place in the order of writers.
 */
export function readShippedRecords(
  records: AsyncIterable<ShippedRecord>,
  writers: ReadonlySet<string>,
  onStranger: (record: ShippedRecord) => void,
): ShippedRecords {
  const left = records[Symbol.asyncIterator]();
  let peeked: ShippedRecord | undefined;
  let isDone = false;
  let count = 0;
  return {
    async peek() {
      while (!peeked && !isDone) {
        const next = await left.next();
        if (next.done === true) isDone = true;
        else {
          count += 1;
          const { writer, sequence } = next.value;
          if (writers.has(writer) && sequence >= 0) peeked = next.value;
          else onStranger(next.value);
        }
      }
      return peeked;
    },
    take() {
      peeked = undefined;
    },
    get count() {
      return count;
    },
  };
}
