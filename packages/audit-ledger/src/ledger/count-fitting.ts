/**
 * Counts the items for which a test is true, where it is true for the first items only and for none after them. It asks
 * once where the test is true for all items, and log₂ n + 2 times at most.
 */
export function countFitting<Item>(items: readonly Item[], fits: (item: Item) => boolean): number {
  const last = items.at(-1);
  if (last === undefined || fits(last)) return items.length;
  let fitting = 0;
  let end = items.length - 1;
  while (fitting < end) {
    const middle = Math.floor((fitting + end) / 2);
    if (fits(items[middle] as Item)) fitting = middle + 1;
    else end = middle;
  }
  return fitting;
}
