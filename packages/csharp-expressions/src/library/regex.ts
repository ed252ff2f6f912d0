import { REGEX_OPTIONS } from '../text/translate-regex.ts';
import type { TypeDeclaration } from '../types.ts';
import {
  type Evaluator,
  Group,
  GroupCollection,
  Match,
  Regex,
  expand,
  firstMatch,
  match,
  matches,
  replace,
  split,
} from '../values/regex.ts';

const NAMESPACE = 'System.Text.RegularExpressions';

/** System.Text.RegularExpressions. */
export const REGEX_TYPES: readonly TypeDeclaration[] = [
  {
    name: 'RegexOptions',
    namespace: NAMESPACE,
    kind: 'enum',
    flags: true,
    values: { None: 0, ...REGEX_OPTIONS },
  },
  {
    name: 'Regex',
    namespace: NAMESPACE,
    kind: 'class',
    members: {
      'new(string pattern)': (pattern: string) => new Regex(pattern),
      'new(string pattern, RegexOptions options)': (pattern: string, options: number) =>
        new Regex(pattern, options),
      'bool IsMatch(string input)': (self: Regex, input: string) => firstMatch(self, input) !== null,
      'Match Match(string input)': (self: Regex, input: string) => match(input, self),
      'MatchCollection Matches(string input)': (self: Regex, input: string) => matches(input, self),
      'string Replace(string input, string replacement)': (self: Regex, input: string, to: string) =>
        replace(input, self, (found) => expand(found, to)),
      'string Replace(string input, Func<Match, string> evaluator)': (
        self: Regex,
        input: string,
        evaluator: Evaluator,
      ) => replace(input, self, evaluator),
      'string[] Split(string input)': (self: Regex, input: string) => split(input, self),
      'static bool IsMatch(string input, string pattern)': (input: string, pattern: string) =>
        firstMatch(new Regex(pattern), input) !== null,
      'static bool IsMatch(string input, string pattern, RegexOptions options)': (
        input: string,
        pattern: string,
        options: number,
      ) => firstMatch(new Regex(pattern, options), input) !== null,
      'static Match Match(string input, string pattern)': (input: string, pattern: string) =>
        match(input, new Regex(pattern)),
      'static Match Match(string input, string pattern, RegexOptions options)': (
        input: string,
        pattern: string,
        options: number,
      ) => match(input, new Regex(pattern, options)),
      'static MatchCollection Matches(string input, string pattern)': (input: string, pattern: string) =>
        matches(input, new Regex(pattern)),
      'static MatchCollection Matches(string input, string pattern, RegexOptions options)': (
        input: string,
        pattern: string,
        options: number,
      ) => matches(input, new Regex(pattern, options)),
      'static string Replace(string input, string pattern, string replacement)': (
        input: string,
        pattern: string,
        to: string,
      ) => replace(input, new Regex(pattern), (found) => expand(found, to)),
      'static string Replace(string input, string pattern, string replacement, RegexOptions options)': (
        input: string,
        pattern: string,
        to: string,
        options: number,
      ) => replace(input, new Regex(pattern, options), (found) => expand(found, to)),
      'static string Replace(string input, string pattern, Func<Match, string> evaluator)': (
        input: string,
        pattern: string,
        evaluator: Evaluator,
      ) => replace(input, new Regex(pattern), evaluator),
      'static string[] Split(string input, string pattern)': (input: string, pattern: string) =>
        split(input, new Regex(pattern)),
      'static string[] Split(string input, string pattern, RegexOptions options)': (
        input: string,
        pattern: string,
        options: number,
      ) => split(input, new Regex(pattern, options)),
      'static string Unescape(string text)': (text: string) =>
        text.replace(
          /\\(.)/g,
          (_, letter: string) => ({ t: '\t', n: '\n', r: '\r', f: '\f' })[letter] ?? letter,
        ),
    },
  },
  {
    name: 'Capture',
    namespace: NAMESPACE,
    kind: 'class',
    members: {
      'int Index': (self: Group) => self.index,
      'int Length': (self: Group) => self.formatted().length,
      'string Value': (self: Group) => self.formatted(),
    },
  },
  {
    name: 'Group',
    namespace: NAMESPACE,
    kind: 'class',
    base: 'Capture',
    members: {
      'bool Success': (self: Group) => self.value !== undefined,
    },
  },
  {
    name: 'Match',
    namespace: NAMESPACE,
    kind: 'class',
    base: 'Group',
    members: {
      'static Match Empty': () => new Match(null),
      'GroupCollection Groups': (self: Match) => new GroupCollection(self),
      'string Result(string replacement)': expand,
    },
  },
  {
    name: 'GroupCollection',
    namespace: NAMESPACE,
    kind: 'class',
    interfaces: ['IEnumerable<Group>'],
    members: {
      'int Count': (self: GroupCollection) => self.items.length,
      'Group this[int number]': (self: GroupCollection, number: number) => self.match.group(number),
      'Group this[string name]': (self: GroupCollection, name: string) => self.match.group(name),
    },
  },
  {
    name: 'MatchCollection',
    namespace: NAMESPACE,
    kind: 'class',
    interfaces: ['IEnumerable<Match>'],
    members: {},
  },
];
