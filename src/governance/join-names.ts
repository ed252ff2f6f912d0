/** Joins names for a sentence: `a`, `a and b`, `a, b and c`. */
export function joinNames(names: readonly string[], word: 'and' | 'or' = 'and'): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} ${word} ${names.at(-1) ?? ''}`;
}
