import { type LogRow, unreadable } from '../reading/log-query.ts';

/** Reads a text; empty where there is none. @throws AuditError AUDIT_UNAVAILABLE for any other value. */
export function readText(row: LogRow, name: string): string {
  const value = row[name] ?? '';
  if (typeof value === 'string') return value;
  throw unreadable();
}

/**
 * Reads a whole number, which some versions of the service give as text. @throws AuditError AUDIT_UNAVAILABLE for any
 * other value.
 */
export function readCount(row: LogRow, name: string): number {
  const value = row[name];
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  throw unreadable();
}

/** Reads an instant. @throws AuditError AUDIT_UNAVAILABLE for any other value. */
export function readTime(row: LogRow, name: string): Date {
  const time = new Date(readText(row, name));
  if (Number.isNaN(time.getTime())) throw unreadable();
  return time;
}

/** Reads a dynamic value, which is JSON in a text or an object. @throws AuditError AUDIT_UNAVAILABLE for any other value. */
export function readObject(row: LogRow, name: string): Record<string, unknown> {
  const value = row[name];
  if (value === null || value === undefined || value === '') return {};
  try {
    const json: unknown = typeof value === 'string' ? JSON.parse(value) : value;
    if (typeof json === 'object' && json !== null) return json as Record<string, unknown>;
  } catch {
    // The error below is thrown for every value that is not an object.
  }
  throw unreadable();
}
