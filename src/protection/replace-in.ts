import { loopTurns, type Turns } from '../json/turns.ts';
import type { Replaced } from './content-inspection.ts';
import type { Placeholders } from './placeholders.ts';

/** The values that are replaced in one turn of the event loop: a millisecond of work at most. */
const VALUES_IN_A_TURN = 1_000;

/**
 * Replaces pieces of a text by their placeholders, many of them in turns of the event loop.
 * @param keep changes the text between them; it stays as it is when left out.
 */
export async function replaceIn(
  text: string,
  replaced: readonly Replaced[],
  placeholders: Placeholders,
  keep: (text: string) => string = (kept) => kept,
  turns: Turns = loopTurns,
): Promise<string> {
  const changed: string[] = [];
  let pieces: string[] = [];
  let from = 0;
  for (const { start, end, kind, isRestored, whole = text.slice(start, end) } of replaced) {
    pieces.push(
      keep(text.slice(from, start)),
      whole === '' ? '' : placeholders.assign(kind, whole, isRestored),
    );
    from = end;
    if (pieces.length < 2 * VALUES_IN_A_TURN) continue;
    changed.push(pieces.join(''));
    pieces = [];
    await turns.next();
  }
  return [...changed, ...pieces, keep(text.slice(from))].join('');
}
