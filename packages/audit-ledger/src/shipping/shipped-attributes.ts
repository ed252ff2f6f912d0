import { toEventAttributes } from '../record/event-attributes.ts';
import { limitProperties } from './event-limits.ts';

/** Gives the fields that a record of the ledger has in Application Insights. */
export function shippedFieldsOf(
  record: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { properties, measurements } = toEventAttributes(record);
  return { ...limitProperties(properties), ...measurements };
}
