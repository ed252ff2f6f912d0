import { type EventAttributes, toEventAttributes } from '../record/event-attributes.ts';
import { limitProperties } from './event-limits.ts';
import type { ChainPlace } from './place-lines.ts';

/** The name of the event of a record. */
export const RECORD_EVENT = 'gateway.prediction';

/** The members of a closing that its event is made of. */
export interface ShippedClosing {
  readonly record: Readonly<Record<string, unknown>>;
  /** Present where another process wrote the closing, because the writer of the opening died. */
  readonly recovered?: unknown;
}

/**
 * Gives the attributes of the event of a closing, as they are sent to Application Insights and must be found there.
 * @param describe turns the record into attributes.
 */
export function shippedAttributesOf(
  { record, recovered }: ShippedClosing,
  { writer, sequence, hash }: ChainPlace,
  describe: (record: ShippedClosing['record']) => EventAttributes = toEventAttributes,
): EventAttributes {
  const { properties, measurements } = describe(record);
  return {
    properties: limitProperties({
      // The place comes first, so that it is never left out of a record with too many properties.
      ledgerWriter: writer,
      ledgerSequence: String(sequence),
      ledgerHash: hash,
      ...(recovered !== undefined && { recovered: 'true' }),
      ...properties,
    }),
    measurements,
  };
}
