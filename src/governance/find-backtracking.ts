import {
  buildPatternMachine,
  type CharacterStep,
  type Step,
  UndecidablePatternError,
} from './pattern-machine.ts';

/** The number of paths that lead a matcher to each step at which it takes its next character. */
type PathCounts = ReadonlyMap<CharacterStep, number>;

/** The epsilon closure of a step: the steps that a matcher reaches from it without taking a character. */
interface Closure {
  readonly paths: PathCounts;
  /** True if the closure has the end of the pattern, so that whatever follows is matched. */
  readonly isMatch: boolean;
}

/** A transition of the search: all paths together take one more character. */
interface Transition {
  /** Name of the state that they lead to. */
  readonly to: string;
  /** Number of the paths that take the character. */
  readonly taken: number;
}

/** The paths that may be open at once during a text of any length. */
const MAXIMUM_PATHS = 16;
/** The paths that may be open at once for a bounded part of a text, as in a list of words. */
const MAXIMUM_PASSING_PATHS = 1_000;
const MAXIMUM_STATES = 10_000;
const MAXIMUM_CLOSURE_STEPS = 20_000;

const MANY_PATHS = 'a text can match in many ways, and each may have to be tried';
const MANY_STARTS =
  'it may have to be tried at each character of a text, and each try can take long; begin it with ^';

/**
 * Explains why JavaScript's matcher can take more than linear time for a pattern. A backtracking matcher tries the
 * paths through a pattern one after another. The search follows all paths at once, for every possible text, and counts
 * them: the most that are open at once bound the matcher's steps for each character.
 * https://owasp.org/www-community/attacks/Regular_expression_Denial_of_Service_-_ReDoS
 * @returns undefined if every text takes linear time at most.
 * @param pattern one that `new RegExp(pattern, flags)` takes, with the flag `u` and without `m`.
 */
export function findBacktracking(pattern: string, flags: string): string | undefined {
  try {
    const { start, alphabet } = buildPatternMachine(pattern, flags);
    const closureOf = createClosures();
    const { paths } = closureOf(start, true);
    if (hasManyPaths({ alphabet, closureOf, paths, starts: undefined })) return MANY_PATHS;
    const starts = closureOf(start, false);
    // A pattern that matches the empty text matches at the first character, so it is not tried again at others.
    const isTriedAnew = starts.paths.size > 0 && !starts.isMatch;
    return isTriedAnew && hasManyPaths({ alphabet, closureOf, paths: starts.paths, starts: starts.paths })
      ? MANY_STARTS
      : undefined;
  } catch (error) {
    if (error instanceof UndecidablePatternError) return error.message;
    throw error;
  }
}

interface Search {
  readonly alphabet: readonly string[];
  readonly closureOf: (step: Step, isAtBeginning: boolean) => Closure;
  readonly paths: PathCounts;
  /** The paths that begin at each character if the matcher looks for the pattern anywhere in a text. */
  readonly starts: PathCounts | undefined;
}

/**
 * Follows every text at once, state by state; a state is the set of paths that are open.
 * @throws UndecidablePatternError for too many states.
 */
function hasManyPaths(search: Search): boolean {
  const nameOf = createNames();
  const transitions = new Map<string, Transition[]>();
  const open: PathCounts[] = [search.paths];
  for (let paths = open.pop(); paths; paths = open.pop()) {
    const from = nameOf(paths);
    if (transitions.has(from)) continue;
    if (transitions.size === MAXIMUM_STATES)
      throw new UndecidablePatternError('it has too many ways to match to be analyzed');
    const own: Transition[] = [];
    transitions.set(from, own);
    for (const character of search.alphabet) {
      const { taken, next } = takeCharacter(paths, character, search);
      if (taken > MAXIMUM_PASSING_PATHS) return true;
      if (taken === 0) continue;
      own.push({ to: nameOf(next), taken });
      open.push(next);
    }
  }
  return lastingTransitions(transitions).some(({ taken }) => taken > MAXIMUM_PATHS);
}

function takeCharacter(
  paths: PathCounts,
  character: string,
  { closureOf, starts }: Search,
): { taken: number; next: PathCounts } {
  let taken = 0;
  const next = new Map<CharacterStep, number>(starts);
  for (const [step, count] of paths) {
    if (!step.matches(character)) continue;
    const closure = closureOf(step.next, false);
    // A matcher that has found the pattern does not begin again.
    if (starts && closure.isMatch) continue;
    taken += count;
    for (const [other, times] of closure.paths) next.set(other, (next.get(other) ?? 0) + count * times);
  }
  return { taken, next };
}

/** The transitions that lie on a cycle or between two cycles: texts of any length can make them. */
function lastingTransitions(all: ReadonlyMap<string, readonly Transition[]>): Transition[] {
  const backwards = new Map<string, string[]>([...all.keys()].map((name) => [name, []]));
  for (const [from, transitions] of all) for (const { to } of transitions) backwards.get(to)?.push(from);
  const forwards = new Map([...all].map(([from, transitions]) => [from, transitions.map(({ to }) => to)]));
  const isLasting = new Set(all.keys());
  for (const [towards, away] of [
    [backwards, forwards],
    [forwards, backwards],
  ] as const) {
    const left = new Map(
      [...towards].map(([name, others]) => [name, others.filter((one) => isLasting.has(one)).length]),
    );
    const ends = [...isLasting].filter((name) => left.get(name) === 0);
    for (let name = ends.pop(); name !== undefined; name = ends.pop()) {
      isLasting.delete(name);
      for (const other of away.get(name) ?? []) {
        const count = (left.get(other) ?? 0) - 1;
        left.set(other, count);
        if (count === 0 && isLasting.has(other)) ends.push(other);
      }
    }
  }
  return [...all].flatMap(([from, transitions]) =>
    isLasting.has(from) ? transitions.filter(({ to }) => isLasting.has(to)) : [],
  );
}

/** Creates a function that gives each state a unique name. */
function createNames(): (paths: PathCounts) => string {
  const numbers = new Map<CharacterStep, number>();
  const numberOf = (step: CharacterStep) => {
    const number = numbers.get(step) ?? numbers.size;
    numbers.set(step, number);
    return number;
  };
  return (paths) =>
    Array.from(paths, ([step, count]) => `${numberOf(step)}*${count}`)
      .toSorted()
      .join(' ');
}

function createClosures(): (step: Step, isAtBeginning: boolean) => Closure {
  const known = new Map<Step, Closure>();
  return (step, isAtBeginning) => {
    const closure = isAtBeginning ? undefined : known.get(step);
    if (closure) return closure;
    const found = findClosure(step, isAtBeginning);
    if (!isAtBeginning) known.set(step, found);
    return found;
  };
}

function findClosure(start: Step, isAtBeginning: boolean): Closure {
  const paths = new Map<CharacterStep, number>();
  let isMatch = false;
  let left = MAXIMUM_CLOSURE_STEPS;
  const open: { readonly step: Step; readonly entered: ReadonlySet<Step> }[] = [
    { step: start, entered: new Set() },
  ];
  for (let at = open.pop(); at; at = open.pop()) {
    left -= 1;
    if (left === 0) throw new UndecidablePatternError('it has too many parts that may be empty');
    const { step, entered } = at;
    switch (step.kind) {
      case 'character':
        paths.set(step, (paths.get(step) ?? 0) + 1);
        break;
      case 'match':
        isMatch = true;
        break;
      case 'begin':
        if (isAtBeginning) open.push({ step: step.next, entered });
        break;
      case 'branches':
        open.push(...step.steps.map((one) => ({ step: one, entered })));
        break;
      case 'loop':
        if (entered.has(step)) break;
        open.push({ step: step.next, entered }, { step: step.body, entered: new Set([...entered, step]) });
        break;
      case 'end':
    }
  }
  return { paths, isMatch };
}
