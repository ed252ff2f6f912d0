import type { AuditEvent } from './event-sender.ts';
import { brokenAt, eventsOf } from './ledger-events.ts';
import type { PlacedLine } from './place-lines.ts';
import { readVouched, type SealedChain, type VouchedStretch } from './read-vouched.ts';
import type { KeptCursor, ShippingCursor } from './shipping-cursor.ts';
import type { ShippingDependencies } from './shipping-dependencies.ts';

/** Events of a chain that are sent together, and the cursor after them. */
interface EventBatch {
  readonly events: readonly AuditEvent[];
  readonly sequences: ReadonlyMap<AuditEvent, number>;
  readonly next: ShippingCursor;
}

/** The limits of shipping a chain. */
interface ShippingLimits {
  /** The number of batches after which it ends, whatever is left. */
  readonly mostBatches?: number;
  readonly abortSignal?: AbortSignal | undefined;
}

/** The outcome of shipping a chain. */
interface ShippedChain {
  /** The number of places with entries that are not vouched for. */
  readonly unvouched: number;
  /** False where the chain may have more. */
  readonly isDone: boolean;
}

const MAXIMUM_EVENTS = 500;
const MAXIMUM_EVENT_BYTES = 900_000;
/** The size of the tags, names and brackets that the exporter adds to each event. */
const ENVELOPE_BYTES = 600;

/**
 * Ships the entries of a chain that are vouched for, from its cursor to its end, batch by batch. The cursor moves when
 * every event of a batch is accepted, or is refused for good with its refusal on the ledger. Events that a process
 * shipped beyond its cursor before it died are shipped again. Where entries are not vouched for, one event says so in
 * their place.
 * @throws what storage throws, and the signal's reason.
 */
export async function shipChain(
  dependencies: ShippingDependencies,
  cursor: KeptCursor,
  chain: SealedChain,
  { mostBatches = Infinity, abortSignal }: ShippingLimits = {},
): Promise<ShippedChain> {
  let unvouched = 0;
  let batches = 0;
  for (let isOvertaken = true; isOvertaken;) {
    isOvertaken = false;
    const stretches = readVouched(dependencies.ledger, chain, cursor.current, abortSignal);
    for await (const stretch of stretches) {
      if (stretch.problem) unvouched += 1;
      for (const batch of batchesOf(dependencies, stretch, cursor.current)) {
        const { refused } = cursor.current;
        const more = await deliver(dependencies, batch, chain.writer, abortSignal);
        const next = { ...batch.next, refused: refused + more };
        cursor.moveTo(next);
        batches += 1;
        // A cursor that can't be stored now is stored later, and must not keep events back.
        await cursor.keep(abortSignal).catch(() => undefined);
        isOvertaken = cursor.current !== next;
        if (isOvertaken || batches === mostBatches) break;
      }
      if (isOvertaken || batches === mostBatches) break;
    }
    if (batches === mostBatches) break;
  }
  await cursor.keep(abortSignal);
  return { unvouched, isDone: batches < mostBatches };
}

/** Delivers a batch and puts its refusals on the ledger. @returns the number of refused events. */
async function deliver(
  { delivery, append, writer }: ShippingDependencies,
  { events, sequences }: EventBatch,
  of: string,
  abortSignal: AbortSignal | undefined,
): Promise<number> {
  let count = 0;
  for (const [event, status] of await delivery.deliver(events, abortSignal)) {
    const refused = sequences.get(event);
    if (refused === undefined) continue;
    count += 1;
    await append({ kind: 'refusal', refused, ...(of !== writer && { refusedWriter: of }), status });
  }
  return count;
}

/** Makes the batches of a stretch. @param before the cursor before the stretch. */
function* batchesOf(
  { now, describe }: ShippingDependencies,
  { problem, lines, next: end }: VouchedStretch,
  before: ShippingCursor,
): Generator<EventBatch, void> {
  const { writer } = before;
  let next: ShippingCursor = { ...before, part: end.part, offset: end.offset - sizeOf(lines) };
  let events: AuditEvent[] = problem
    ? [brokenAt({ writer, sequence: before.sequence + 1 }, problem, now())]
    : [];
  let sequences = new Map<AuditEvent, number>();
  let size = sizeOfEvents(events);
  for (const line of lines) {
    const { sequence, hash } = line.place;
    const made = eventsOf(line, now(), describe);
    const more = sizeOfEvents(made);
    if (
      events.length > 0 &&
      (events.length + made.length > MAXIMUM_EVENTS || size + more > MAXIMUM_EVENT_BYTES)
    ) {
      yield { events, sequences, next };
      events = [];
      sequences = new Map();
      size = 0;
    }
    events.push(...made);
    for (const event of made) sequences.set(event, sequence);
    size += more;
    next = { ...next, offset: next.offset + line.bytes, sequence, hash };
  }
  yield { events, sequences, next };
}

function sizeOf(lines: readonly PlacedLine[]): number {
  return lines.reduce((sum, { bytes }) => sum + bytes, 0);
}

function sizeOfEvents(events: readonly AuditEvent[]): number {
  return events.reduce(
    (sum, { properties, measurements }) =>
      sum + Buffer.byteLength(JSON.stringify([properties, measurements])) + ENVELOPE_BYTES,
    0,
  );
}
