/** Says if lists and objects are nested more deeply than the given number of levels. It looks no deeper than that. */
export function isDeeperThan(levels: number, json: unknown): boolean {
  if (typeof json !== 'object' || json === null) return false;
  return levels === 0 || Object.values(json).some((value) => isDeeperThan(levels - 1, value));
}
