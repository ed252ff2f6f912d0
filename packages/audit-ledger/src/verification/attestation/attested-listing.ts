import type { LedgerChain } from '../../ledger/ledger-reader.ts';
import type { AttestedChain } from './attestation.ts';

/** Finds the attested chains of writers that are asked for in their order, each once. */
export interface AttestedLookup {
  /** Gives the chain of a writer. Those of writers before it that nobody asked for are passed over. */
  find(writer: string): Promise<AttestedChain | undefined>;
  /** Passes over all that are left. */
  end(): Promise<void>;
}

/** Starts at the oldest writer. @param onPassed called with each chain that is passed over. */
export function createAttestedLookup(
  chains: AsyncIterable<AttestedChain>,
  onPassed: (chain: AttestedChain) => void = () => undefined,
): AttestedLookup {
  const left = chains[Symbol.asyncIterator]();
  let next: IteratorResult<AttestedChain, unknown> | undefined;
  const passTo = async (isReached: (chain: AttestedChain) => boolean): Promise<AttestedChain | undefined> => {
    for (;;) {
      next ??= await left.next();
      if (next.done === true) return undefined;
      if (isReached(next.value)) return next.value;
      onPassed(next.value);
      next = undefined;
    }
  };
  return {
    async find(writer) {
      const chain = await passTo((one) => one.writer >= writer);
      if (chain?.writer !== writer) return undefined;
      next = undefined;
      return chain;
    },
    async end() {
      await passTo(() => false);
    },
  };
}

/** Tells whether storage has the blobs of a chain as they were. Nobody but the storage service sets these facts. */
export function isUnchanged({ parts }: LedgerChain, attested: AttestedChain): boolean {
  return (
    parts.length === attested.parts.length &&
    parts.every((part, index) => {
      const before = attested.parts[index];
      return (
        before?.part === part.part &&
        before.bytes === part.bytes &&
        before.etag === part.etag &&
        Date.parse(before.modifiedAt) === part.modifiedAt.getTime()
      );
    })
  );
}
