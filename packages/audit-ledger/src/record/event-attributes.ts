import { FlatRecord } from './record-schema.ts';

/** The attributes of a custom event in Application Insights: texts, and numbers that can be summed. */
interface EventAttributes {
  readonly properties: Readonly<Record<string, string>>;
  readonly measurements: Readonly<Record<string, number>>;
}

/** Whole numbers that name something and are never summed. They are sent as texts, as the edge sends all its fields. */
const NUMBERS_AS_TEXTS = new Set(['version', 'revision', 'status']);

/**
 * Turns a flat record into the attributes of a custom event, under the same names. Numbers become measurements. A list
 * of names becomes one text with spaces between the names. Fields that `FlatRecord` does not declare are left out.
 */
export function toEventAttributes(record: Readonly<Record<string, unknown>>): EventAttributes {
  const properties: Record<string, string> = {};
  const measurements: Record<string, number> = {};
  for (const name of Object.keys(FlatRecord.shape)) {
    const value = record[name];
    if (value === undefined || value === null) continue;
    if (typeof value === 'number' && !NUMBERS_AS_TEXTS.has(name)) measurements[name] = value;
    else properties[name] = textOf(value);
  }
  return { properties, measurements };
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(' ');
  return JSON.stringify(value);
}
