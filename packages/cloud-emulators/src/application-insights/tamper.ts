import type { TelemetryItem } from './telemetry-item.ts';

const CHANGED = ['properties', 'measurements'] as const;

/** Removes an item, to tamper with the telemetry. @returns undefined when there is no such item. */
export function removeItem(telemetry: readonly TelemetryItem[], index: number): TelemetryItem[] | undefined {
  return telemetry[index] && telemetry.toSpliced(index, 1);
}

/**
 * Alters an item's properties and measurements by name, to tamper with the telemetry; null removes one.
 * @returns undefined when there is no such item, or when the change names anything else.
 */
export function alterItem(
  telemetry: readonly TelemetryItem[],
  index: number,
  change: unknown,
): TelemetryItem[] | undefined {
  const item = telemetry[index];
  if (!item || typeof change !== 'object' || change === null) return undefined;
  if (!Object.keys(change).every((name) => (CHANGED as readonly string[]).includes(name))) return undefined;
  const given = change as Partial<Record<(typeof CHANGED)[number], object>>;
  const { data } = item;
  const changed = CHANGED.flatMap((name) => {
    if (!given[name]) return [];
    const merged = Object.entries({ ...(data.baseData[name] as object | undefined), ...given[name] });
    return [[name, Object.fromEntries(merged.filter(([, value]) => value !== null))] as const];
  });
  const baseData = { ...data.baseData, ...Object.fromEntries(changed) };
  return telemetry.with(index, { ...item, data: { ...data, baseData } });
}
