import { spend } from '../budget.ts';
import { raise } from '../evaluation-error.ts';
import { translateRegex } from '../text/translate-regex.ts';
import { getType } from '../types.ts';
import { typedArray } from './boxed.ts';
import { runRegex } from './run-regex.ts';

/** Characters of the longest input; a pattern that backtracks would take too long on more. */
const MAXIMUM_INPUT = 256 * 1024;

/** A pattern with its options. */
export class Regex {
  readonly type = 'Regex';
  readonly pattern: string;
  readonly expression: RegExp;

  constructor(pattern: string, options = 0) {
    this.pattern = pattern;
    this.expression = translateRegex(pattern, options);
  }

  formatted(): string {
    return this.pattern;
  }

  /** Every match from a position on, without overlaps. */
  *matches(input: string, start = 0): Generator<Match> {
    spend(1 + (input.length >> 6));
    if (input.length > MAXIMUM_INPUT) {
      raise(
        'NotSupportedException',
        `This emulator matches at most ${MAXIMUM_INPUT} characters against a regular expression.`,
      );
    }
    let position = start;
    for (;;) {
      this.expression.lastIndex = position;
      const found = runRegex(this.expression, input);
      if (!found) return;
      position = found.index + found[0].length + Number(found[0] === '');
      spend();
      yield new Match(found);
    }
  }
}

/** A group of a match; the match itself is its group 0. */
export class Group {
  readonly type: string = 'Group';
  readonly name: string;
  readonly value: string | undefined;
  readonly index: number;

  constructor(name: string, value: string | undefined, index: number) {
    this.name = name;
    this.value = value;
    this.index = index;
  }

  formatted(): string {
    return this.value ?? '';
  }
}

/** One match, or the lack of one. */
export class Match extends Group {
  override readonly type = 'Match';
  readonly groups: readonly Group[];

  constructor(found: RegExpExecArray | null) {
    super('0', found?.[0], found?.index ?? 0);
    this.groups = found ? [this, ...groupsOf(found)] : [this];
  }

  group(key: number | string): Group {
    const name = String(key);
    return (
      this.groups.find((group, index) => group.name === name || String(index) === name) ??
      new Group(name, undefined, 0)
    );
  }
}

// .NET numbers the unnamed groups first, then the named ones.
function groupsOf(found: RegExpExecArray): Group[] {
  const { groups = {}, indices } = found;
  const named = Object.entries(indices?.groups ?? {}).map(
    ([name, at]) => new Group(name, groups[name], (at as [number, number] | undefined)?.[0] ?? 0),
  );
  const namedCount = named.length;
  const unnamed: Group[] = [];
  const taken = named.map(({ index, value }) => `${index} ${value ?? ''}`);
  for (let number = 1; number < found.length; number += 1) {
    const group = new Group(String(number), found[number], indices?.[number]?.[0] ?? 0);
    const at = taken.indexOf(`${group.index} ${group.value ?? ''}`);
    if (namedCount > 0 && at >= 0) taken.splice(at, 1);
    else unnamed.push(new Group(String(unnamed.length + 1), group.value, group.index));
  }
  return [...unnamed, ...named];
}

/** Returns the first match from a position on, or null. */
export function firstMatch(regex: Regex, input: string, start = 0): Match | null {
  for (const match of regex.matches(input, start)) return match;
  return null;
}

/** Returns the first match, or one that failed. */
export function match(input: string, regex: Regex): Match {
  return firstMatch(regex, input) ?? new Match(null);
}

/** Returns a match's text for a replacement pattern: `$1`, `${name}`, `$&`, `$$`. */
export function expand(found: Match, pattern: string): string {
  return pattern.replace(
    /\$(?:(\d+)|\{(\w+)\}|([&$]))/g,
    (whole, number?: string, name?: string, sign?: string) => {
      if (sign !== undefined) return sign === '$' ? '$' : found.formatted();
      const key = number ?? name ?? '';
      const known = found.groups.some((group, index) => group.name === key || String(index) === key);
      return known ? found.group(key).formatted() : whole;
    },
  );
}

/** Returns the input with every match replaced. */
export function replace(input: string, regex: Regex, replacement: (found: Match) => string): string {
  let result = '';
  let position = 0;
  for (const found of regex.matches(input)) {
    result += input.slice(position, found.index) + replacement(found);
    position = found.index + found.formatted().length;
  }
  return result + input.slice(position);
}

/** Returns the texts between the matches, and the texts of their groups. */
export function split(input: string, regex: Regex): string[] {
  const parts: string[] = [];
  let position = 0;
  for (const found of regex.matches(input)) {
    parts.push(input.slice(position, found.index));
    for (const group of found.groups.slice(1)) if (group.value !== undefined) parts.push(group.value);
    position = found.index + found.formatted().length;
  }
  return typedArray([...parts, input.slice(position)], getType('string'));
}

/** A collection of matches or groups: counted, indexed and enumerated. */
class Matches<Item> {
  readonly type: string;
  readonly items: readonly Item[];

  constructor(type: string, items: readonly Item[]) {
    this.type = type;
    this.items = items;
  }

  [Symbol.iterator](): Iterator<Item> {
    return this.items[Symbol.iterator]();
  }
}

/** All matches. */
export const matches = (input: string, regex: Regex): Matches<Match> =>
  new Matches('MatchCollection', [...regex.matches(input)]);

/** Makes the replacement of a match. */
export type Evaluator = (found: Match) => string;

/** The groups of a match, by number and name. */
export class GroupCollection extends Matches<Group> {
  readonly match: Match;

  constructor(of: Match) {
    super('GroupCollection', of.groups);
    this.match = of;
  }
}
