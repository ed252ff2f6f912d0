import { formatPath } from '../errors/format-path.ts';

/** The position of a member or item, linked to the position around it. */
export interface Position {
  readonly outer: Position | undefined;
  readonly key: string | number;
}

/** The place of a text in a body. */
export interface Place {
  /** Undefined for the outermost value. */
  readonly at: Position | undefined;
  /** The words of the member's name, as a context for detectors; empty where the name says nothing about the text. */
  readonly context: string;
  /** True for a text that names or addresses something, and would name something else if it were changed. */
  readonly isFixed: boolean;
}

/** Writes a position as a JSON path: `contents[0].parts[1].text`. */
export function pathOf(at: Position | undefined): string {
  const path: (string | number)[] = [];
  for (let position = at; position; position = position.outer) path.push(position.key);
  return formatPath(path.reverse()) || 'body';
}
