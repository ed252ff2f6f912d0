/** Longer texts are nobody's misspelling, and comparing them would take time. */
const MAXIMUM_NAME_CHARACTERS = 256;

/**
 * Returns a sentence on an unknown name: `Did you mean "x"?` with the nearest known name if one is near, or else a list
 * of 20.
 */
export function suggest(name: string, known: Iterable<string>): string {
  const names = [...known];
  const [nearest] = findNearest(name, names);
  if (nearest !== undefined) return `Did you mean "${nearest}"?`;
  return names.length > 0 ? `Use one of these: ${names.slice(0, 20).join(', ')}.` : 'None is defined.';
}

/** Returns the known names that differ from a name by a third of its characters at most, the nearest first. */
export function findNearest(name: string, known: readonly string[]): string[] {
  if (name.length > MAXIMUM_NAME_CHARACTERS) return [];
  const furthest = Math.max(2, name.length / 3);
  return known
    .filter((candidate) => Math.abs(candidate.length - name.length) <= furthest)
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .filter(({ distance }) => distance <= furthest)
    .toSorted((one, other) => one.distance - other.distance)
    .map(({ candidate }) => candidate);
}

/** The Levenshtein distance of two texts. */
function editDistance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const substitution = (previous[column - 1] ?? 0) + (one[row - 1] === other[column - 1] ? 0 : 1);
      current.push(Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, substitution));
    }
    previous = current;
  }
  return previous[other.length] ?? 0;
}
