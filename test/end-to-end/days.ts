/** Returns the day in UTC, such as `2026-01-31`. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}
