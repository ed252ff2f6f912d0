import type { RecordField } from './record-field.ts';
import { RECORD_FIELDS } from './record-schema.ts';

/** The attributes of a custom event in Application Insights: texts, and numbers that can be summed. */
export interface EventAttributes {
  readonly properties: Readonly<Record<string, string>>;
  readonly measurements: Readonly<Record<string, number>>;
}

const FIELDS: Readonly<Record<string, RecordField>> = RECORD_FIELDS;

/**
 * Turns a flat record into the attributes of a custom event, under the same names. Numbers become measurements, except
 * those that name something. A list of names becomes one text with spaces between the names. Other fields than those of
 * `RECORD_FIELDS` are left out.
 */
export function toEventAttributes(record: Readonly<Record<string, unknown>>): EventAttributes {
  const properties: Record<string, string> = {};
  const measurements: Record<string, number> = {};
  for (const name in FIELDS) {
    const value = record[name];
    if (value === undefined || value === null) continue;
    if (typeof value === 'number' && FIELDS[name]?.facts.isShippedAsText !== true) measurements[name] = value;
    else properties[name] = textOf(value);
  }
  return { properties, measurements };
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(' ');
  return JSON.stringify(value);
}
