import type { LedgerReader } from '../ledger/ledger-reader.ts';
import type { LogReader } from '../transparency-log/log-parts.ts';
import type { Witness } from '../transparency-log/witness.ts';
import type { StateStore } from '../storage/state-store.ts';

/** Makes a ledger reader of one that is loaded when it is needed. Its methods throw what loading throws. */
export function lazyLedgerReader(load: () => Promise<LedgerReader>): LedgerReader {
  return {
    listDay: async (...given) => (await load()).listDay(...given),
    listDays: async (...given) => (await load()).listDays(...given),
    read: async (...given) => (await load()).read(...given),
  };
}

/** Makes a state store of one that is loaded when it is needed. Its methods throw what loading throws. */
export function lazyStateStore(load: () => Promise<StateStore>): StateStore {
  return {
    list: async (...given) => (await load()).list(...given),
    read: async (...given) => (await load()).read(...given),
    write: async (...given) => (await load()).write(...given),
  };
}

/** Makes a reader of the transparency log of one that is loaded when it is needed. Its methods throw what loading throws. */
export function lazyLogReader(load: () => Promise<LogReader>): LogReader {
  return {
    listParts: async (...given) => (await load()).listParts(...given),
    read: async (...given) => (await load()).read(...given),
  };
}

/** Makes a witness of one that is loaded when it is needed. Its methods throw what loading throws. */
export function lazyWitness(load: () => Promise<Witness>): Witness {
  return {
    async *list(...given) {
      yield* (await load()).list(...given);
    },
    read: async (...given) => (await load()).read(...given),
    put: async (...given) => (await load()).put(...given),
  };
}
