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
/**
 * The most by which an event is longer than its line: the tags, names and brackets that the exporter adds, the quotes of
 * numbers that become texts, and those of a member that becomes a text of JSON.
 */
const ENVELOPE_BYTES = 1_500;

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
        isOvertaken = await shipBatch(dependencies, cursor, batch, abortSignal);
        batches += 1;
        if (isOvertaken || batches === mostBatches) break;
      }
      if (isOvertaken || batches === mostBatches) break;
    }
    if (batches === mostBatches) break;
  }
  await cursor.keep(abortSignal);
  return { unvouched, isDone: batches < mostBatches };
}

/**
 * Ships entries that are at the cursor of this process's own chain and in its memory. Storing the cursor after the last
 * of them is left to the caller. @throws the signal's reason.
 */
export async function shipStretch(
  dependencies: ShippingDependencies,
  cursor: KeptCursor,
  stretch: VouchedStretch,
  abortSignal?: AbortSignal,
): Promise<void> {
  for (const batch of batchesOf(dependencies, stretch, cursor.current))
    await shipBatch(dependencies, cursor, batch, abortSignal);
}

/** Delivers a batch and moves the cursor behind it. @returns true where another shipper was further. */
async function shipBatch(
  dependencies: ShippingDependencies,
  cursor: KeptCursor,
  batch: EventBatch,
  abortSignal: AbortSignal | undefined,
): Promise<boolean> {
  const { writer, refused } = cursor.current;
  const more = await deliver(dependencies, batch, writer, abortSignal);
  const next = { ...batch.next, refused: refused + more };
  cursor.moveTo(next);
  // A cursor that can't be stored now is stored later, and must not keep events back.
  await cursor.keep(abortSignal).catch(() => undefined);
  return cursor.current !== next;
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
  let size = events.length * ENVELOPE_BYTES;
  for (const line of lines) {
    const { sequence, hash } = line.place;
    const made = eventsOf(line, now(), describe);
    const more = made.length * (line.bytes + ENVELOPE_BYTES);
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
    if (line === lines.at(-1)) next = { ...next, hasEnded: end.hasEnded };
  }
  yield { events, sequences, next };
}

function sizeOf(lines: readonly PlacedLine[]): number {
  return lines.reduce((sum, { bytes }) => sum + bytes, 0);
}
