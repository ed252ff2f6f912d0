/** A change of the code that tests should notice. Lines and columns count from 0. */
export interface Mutation {
  readonly location: { readonly start: Position; readonly end: Position };
  readonly replacement: string;
}

interface Position {
  readonly line: number;
  readonly column: number;
}

/** The name of a mutant in its file. It stays the same when other lines of the file change. */
export interface MutantName {
  /** The line on which the change begins, without indentation. */
  readonly line: string;
  /** The code before and after the change, each on one line and cut after 80 characters. */
  readonly change: string;
}

/** Names a mutant of a file with the given text. */
export function nameMutant(source: string, { location: { start, end }, replacement }: Mutation): MutantName {
  const lines = source.split('\n').slice(start.line, end.line + 1);
  const line = (lines[0] ?? '').trim();
  const last = lines.length - 1;
  const original = lines
    .map((text, index) => text.slice(index === 0 ? start.column : 0, index === last ? end.column : undefined))
    .join('\n');
  return { line, change: `${shorten(original)} → ${shorten(replacement)}` };
}

function shorten(code: string): string {
  const flat = code.replace(/\s+/g, ' ').trim();
  return flat.length > 80 ? `${flat.slice(0, 80)}…` : flat;
}
