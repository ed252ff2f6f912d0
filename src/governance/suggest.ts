/**
 * Returns a sentence on an unknown name: `Did you mean "x"?` with the nearest known name if one is near, or else a list
 * of 20.
 */
export function suggest(name: string, known: Iterable<string>): string {
  const names = [...known];
  const [nearest] = names
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .toSorted((one, other) => one.distance - other.distance);
  if (nearest && nearest.distance <= Math.max(2, name.length / 3))
    return `Did you mean "${nearest.candidate}"?`;
  return names.length > 0 ? `Use one of these: ${names.slice(0, 20).join(', ')}.` : 'None is defined.';
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
