import { spend } from '../budget.ts';
import { getType } from '../types.ts';
import { typedArray } from '../values/boxed.ts';
import { isWhiteSpace, trimEnd, trimStart } from './white-space.ts';

const REMOVE_EMPTY = 1;
const TRIM = 2;

/** C#'s `string.Split`: without separators at white space; `count` bounds the parts, the last keeps the rest. */
export function split(text: string, separators: readonly string[], options = 0, count = Infinity): string[] {
  const wanted = separators.filter((separator) => separator !== '');
  const bySpace = separators.length === 0;
  const parts: string[] = [];
  let start = 0;
  const clean = (part: string): string => ((options & TRIM) === 0 ? part : trimEnd(trimStart(part)));
  const keep = (part: string): boolean => (options & REMOVE_EMPTY) === 0 || part !== '';
  let position = 0;
  while (position < text.length && parts.length < count - 1) {
    const length = bySpace
      ? Number(isWhiteSpace(text.charCodeAt(position)))
      : (wanted.find((separator) => text.startsWith(separator, position))?.length ?? 0);
    if (length === 0) {
      position += 1;
      continue;
    }
    const part = clean(text.slice(start, position));
    if (keep(part)) parts.push(part);
    position += length;
    start = position;
  }
  let rest = text.slice(start);
  if ((options & REMOVE_EMPTY) !== 0) rest = withoutLeading(rest, bySpace ? null : wanted);
  const last = clean(rest);
  if (count > 0 && keep(last)) parts.push(last);
  spend(parts.length);
  return typedArray(parts, getType('string'));
}

// The last of a bounded number of parts doesn't begin with separators when empty parts are dropped.
function withoutLeading(text: string, separators: readonly string[] | null): string {
  if (!separators) return trimStart(text);
  let rest = text;
  for (;;) {
    const found = separators.find((separator) => rest.startsWith(separator));
    if (found === undefined) return rest;
    rest = rest.slice(found.length);
  }
}
