import { GatewayError } from '../errors/gateway-error.ts';
import { describeOwner, listLimits, type AppliedLimit } from '../governance/list-limits.ts';
import type { AuthorizedCall } from '../governance/decide.ts';
import type { Governance } from '../governance/governance.ts';
import type { Caller } from './caller.ts';
import { isStream, type Prediction } from './prediction.ts';

/** Bounds how many streams one APIM subscription has open at once. */
export interface StreamSlots {
  /**
   * Takes one slot of every limit (`concurrentStreams`) that the call counts against; a call that does not stream takes
   * none.
   * @returns a function that frees the slots.
   * @throws GatewayError STREAMS_EXHAUSTED; nothing is taken then.
   */
  take(caller: Caller, call: AuthorizedCall<Prediction>): () => void;
}

/**
 * Counts the streams of this process alone. Each instance of a function app that is scaled out lets as many streams
 * through.
 */
export function createStreamSlots({ documents }: Pick<Governance, 'documents'>): StreamSlots {
  const open = new Map<string, number>();
  const add = (key: string, count: number): void => {
    const streams = (open.get(key) ?? 0) + count;
    if (streams > 0) open.set(key, streams);
    else open.delete(key);
  };

  return {
    take(caller, { target, entry }) {
      if (!isStream(target.payload)) return () => undefined;
      const bounds = listLimits(documents, caller, entry, caller.productId)
        .filter(({ concurrentStreams }) => concurrentStreams !== undefined)
        .map((limit) => ({ limit, key: `${limit.scope}/${limit.name}/${caller.subscriptionId}` }));
      const full = bounds.find(
        ({ limit, key }) => (open.get(key) ?? 0) >= (limit.concurrentStreams ?? Infinity),
      );
      if (full) throw exhausted(full.limit);
      for (const { key } of bounds) add(key, 1);
      return () => {
        for (const { key } of bounds) add(key, -1);
      };
    },
  };
}

function exhausted(limit: AppliedLimit): GatewayError {
  const { concurrentStreams = 0 } = limit;
  const streams = concurrentStreams === 1 ? '1 stream' : `${concurrentStreams} streams`;
  return new GatewayError(
    'STREAMS_EXHAUSTED',
    `Your APIM subscription may have ${streams} open at once ${describeOwner(limit)}. Try again when one of them has ended.`,
    { spent: { what: 'streams', limit: concurrentStreams } },
  );
}
