import type { Replaced } from './content-inspection.ts';
import type { Placeholders } from './placeholders.ts';

/**
 * Replaces pieces of a text by their placeholders.
 * @param keep changes the text between them; it stays as it is when left out.
 */
export function replaceIn(
  text: string,
  replaced: readonly Replaced[],
  placeholders: Placeholders,
  keep: (text: string) => string = (kept) => kept,
): string {
  let changed = '';
  let from = 0;
  for (const { start, end, kind, isRestored } of replaced) {
    changed += keep(text.slice(from, start)) + placeholders.assign(kind, text.slice(start, end), isRestored);
    from = end;
  }
  return changed + keep(text.slice(from));
}
