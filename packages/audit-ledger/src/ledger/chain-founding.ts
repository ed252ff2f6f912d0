import { createBackOff } from '../time/back-off.ts';
import type { Schedule } from '../time/schedule.ts';

/** The dependencies of a founding. `sign` gives undefined, and never rejects, when the audit key can't be used. */
interface FoundingOptions<Signature> {
  readonly sign: () => Promise<Signature | undefined>;
  /** Called with the first signature; must end the founding. */
  readonly onSigned: (signature: Signature) => void;
  readonly schedule: Schedule;
}

/**
 * The founding of a chain by the first signature of the audit key, which shows that its seals are those of a gateway.
 */
export interface ChainFounding {
  /** False until the chain has a signature. */
  readonly isDone: boolean;
  /** Asks for the signature, and again until it comes. The second time nothing happens. */
  begin(): void;
  /** Tells that the chain has a signature, or that none can follow any more. */
  end(): void;
}

const FIRST_RETRY_IN_MS = 1_000;
/** Verification takes a chain without a signature for forged after a minute, so tries are not far apart. */
const LAST_RETRY_IN_MS = 10_000;

/** Makes the founding of one chain. Nothing is asked for yet. */
export function createFounding<Signature>({
  sign,
  onSigned,
  schedule,
}: FoundingOptions<Signature>): ChainFounding {
  const backOff = createBackOff(FIRST_RETRY_IN_MS, LAST_RETRY_IN_MS);
  let isBegun = false;
  let isDone = false;
  const attempt = async (): Promise<void> => {
    const signature = await sign();
    if (isDone) return;
    if (signature) {
      onSigned(signature);
      return;
    }
    schedule(() => {
      if (!isDone) void attempt();
    }, backOff.next());
  };
  return {
    get isDone() {
      return isDone;
    },
    begin() {
      if (isBegun) return;
      isBegun = true;
      void attempt();
    },
    end() {
      isDone = true;
    },
  };
}
