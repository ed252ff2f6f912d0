import type { AuditEvent } from './event-sender.ts';
import { brokenAt, eventsOf } from './ledger-events.ts';
import { type Line, readLines } from '../ledger/read-lines.ts';
import { placeLines } from './place-lines.ts';
import type { KeptCursor, ShippingCursor } from './shipping-cursor.ts';
import type { ShippingDependencies } from './shipping-dependencies.ts';

/** The end of a chain that is shipped. */
interface ChainEnd {
  /**
   * The parts of the chain that aren't empty; undefined for this process's own chain, whose parts follow one another.
   */
  readonly parts?: readonly number[];
  /** True when nothing will be appended any more, so that half a line at the end stays half a line. */
  readonly isGone: boolean;
}

/** Events of a chain that are sent together, and the cursor after them. */
interface EventBatch {
  readonly events: readonly AuditEvent[];
  readonly sequences: ReadonlyMap<AuditEvent, number>;
  readonly next: ShippingCursor;
}

const MAXIMUM_EVENTS = 500;
const MAXIMUM_EVENT_BYTES = 900_000;
/** The size of the tags, names and brackets that the exporter adds to each event. */
const ENVELOPE_BYTES = 600;

/**
 * Ships a chain from its cursor to its end, batch by batch. The cursor moves when every event of a batch is accepted,
 * or is refused for good with its refusal on the ledger. Events that a process shipped beyond its cursor before it
 * died are shipped again. Of a broken chain the readable entries are shipped, with an event that says that it is
 * broken.
 * @throws what storage throws, and the signal's reason.
 */
export async function shipChain(
  dependencies: ShippingDependencies,
  cursor: KeptCursor,
  end: ChainEnd,
  abortSignal?: AbortSignal,
): Promise<void> {
  for (;;) {
    const batch = await readBatch(dependencies, cursor.current, end, abortSignal);
    if (!batch) break;
    const refused = await deliver(dependencies, batch, cursor.current.writer, abortSignal);
    cursor.moveTo({ ...batch.next, refused: cursor.current.refused + refused });
    // A cursor that can't be stored now is stored later, and must not keep events back.
    await cursor.keep(abortSignal).catch(() => undefined);
  }
  await cursor.keep(abortSignal);
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

async function readBatch(
  dependencies: ShippingDependencies,
  cursor: ShippingCursor,
  { parts, isGone }: ChainEnd,
  abortSignal: AbortSignal | undefined,
): Promise<EventBatch | undefined> {
  const { ledger } = dependencies;
  const { writer } = cursor;
  let { part, offset } = cursor;
  const nextPart = () => (parts ? parts.find((other) => other > part) : part + 1);
  for (;;) {
    const { value: lines } = await readLines(ledger, writer, { part, offset }, abortSignal).next();
    if (lines?.[0]?.isWhole === true) return collect(dependencies, { ...cursor, part, offset }, lines);
    const rest = lines?.[0]?.bytes ?? 0;
    const next = nextPart();
    const hasNext = next !== undefined && (await ledger.read(writer, next, 0, 1, abortSignal)).byteLength > 0;
    if (!hasNext && !(isGone && rest > 0)) return undefined;
    // Lines may have been appended to this part between its reading and the beginning of the next part.
    if (hasNext && (await ledger.read(writer, part, offset + rest, 1, abortSignal)).byteLength > 0) continue;
    if (rest > 0) return skip(dependencies, { ...cursor, part, offset }, rest);
    part = next ?? part;
    offset = 0;
  }
}

function collect(
  dependencies: ShippingDependencies,
  cursor: ShippingCursor,
  lines: readonly Line[],
): EventBatch {
  const events: AuditEvent[] = [];
  const sequences = new Map<AuditEvent, number>();
  let next = cursor;
  let size = 0;
  for (const line of placeLines(lines, cursor)) {
    const made = eventsOf(line, dependencies.now(), dependencies.describe);
    size += made.reduce((sum, event) => sum + sizeOf(event), 0);
    if (events.length > 0 && (events.length + made.length > MAXIMUM_EVENTS || size > MAXIMUM_EVENT_BYTES))
      break;
    events.push(...made);
    for (const event of made) if (line.entry) sequences.set(event, line.place.sequence);
    const { sequence, hash } = line.place;
    next = { ...next, offset: next.offset + line.bytes, sequence, hash };
  }
  return { events, sequences, next };
}

/** Moves the cursor over bytes that are no line. */
function skip({ now }: ShippingDependencies, cursor: ShippingCursor, bytes: number): EventBatch {
  const { writer, sequence } = cursor;
  return {
    events: [brokenAt({ writer, sequence: sequence + 1 }, 'truncated', now())],
    sequences: new Map(),
    next: { ...cursor, offset: cursor.offset + bytes },
  };
}

function sizeOf({ properties, measurements }: AuditEvent): number {
  return Buffer.byteLength(JSON.stringify([properties, measurements])) + ENVELOPE_BYTES;
}
