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
  const find = bySpace ? nextSpace : nextOf(wanted);
  while (parts.length < count - 1) {
    const { at, length } = find(text, start);
    if (at < 0) break;
    const part = clean(text.slice(start, at));
    if (keep(part)) parts.push(part);
    start = at + length;
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

interface Found {
  /** Negative where there is none. */
  readonly at: number;
  readonly length: number;
}

function nextSpace(text: string, start: number): Found {
  let at = start;
  while (at < text.length && !isWhiteSpace(text.charCodeAt(at))) at += 1;
  return { at: at < text.length ? at : -1, length: 1 };
}

/** The next separator; of those at one place the first in the list. Each is looked for only as far as was not looked yet. */
function nextOf(separators: readonly string[]): (text: string, start: number) => Found {
  const places = separators.map(() => -1);
  return (text, start) => {
    let found = -1;
    for (const [index, separator] of separators.entries()) {
      const known = places[index] ?? -1;
      if (known < start) places[index] = text.indexOf(separator, start);
      if (places[index] === -1) places[index] = Infinity;
      if ((places[index] ?? Infinity) < (places[found] ?? Infinity)) found = index;
    }
    const at = places[found];
    return at === undefined ? { at: -1, length: 0 } : { at, length: separators[found]?.length ?? 0 };
  };
}
