import {
  buildPatternMachine,
  type CharacterStep,
  type Step,
  UntellablePatternError,
} from './pattern-machine.ts';

/** In how many ways a matcher can have got to each character that it would take next. */
type Ways = ReadonlyMap<CharacterStep, number>;

/** Where a matcher gets to from a step without taking a character. */
interface Reach {
  readonly ways: Ways;
  /** Whether the pattern is matched there, whatever follows. */
  readonly isMatch: boolean;
}

/** What all ways together come to with one more character. */
interface Move {
  readonly to: string;
  /** How many of the ways take that character. */
  readonly taken: number;
}

/** How many ways may be open with a text of any length. */
const MAXIMUM_WAYS = 16;
/** How many may be where no text is that for long, as in a list of words. */
const MAXIMUM_PASSING_WAYS = 1_000;
const MAXIMUM_STATES = 10_000;
const MAXIMUM_REACHED = 20_000;

const MANY_WAYS = 'one text can be taken in many ways, and each of them may have to be tried';
const MANY_STARTS =
  'it may have to be tried anew from each character of a text, for long each time; begin it with ^';

/**
 * Why JavaScript's matcher can take more time for a pattern than in proportion to a text's length; undefined where it
 * can't. The matcher tries the ways of taking a text one after another; here all of them are gone at once and counted, for
 * every text there is, and the most that are open at once bound the matcher's steps for each character.
 * https://owasp.org/www-community/attacks/Regular_expression_Denial_of_Service_-_ReDoS
 * @param pattern one that `new RegExp(pattern, flags)` takes, with the flag `u` and without `m`.
 */
export function findBacktracking(pattern: string, flags: string): string | undefined {
  try {
    const { start, alphabet } = buildPatternMachine(pattern, flags);
    const reach = createReach();
    const { ways } = reach(start, true);
    if (hasManyWays({ alphabet, reach, ways, starts: undefined })) return MANY_WAYS;
    const starts = reach(start, false);
    // What matches nothing matches at once.
    const isTriedAnew = starts.ways.size > 0 && !starts.isMatch;
    return isTriedAnew && hasManyWays({ alphabet, reach, ways: starts.ways, starts: starts.ways })
      ? MANY_STARTS
      : undefined;
  } catch (error) {
    if (error instanceof UntellablePatternError) return error.message;
    throw error;
  }
}

interface Search {
  readonly alphabet: readonly string[];
  readonly reach: (step: Step, isAtBeginning: boolean) => Reach;
  readonly ways: Ways;
  /** What is begun anew with each character, where a matcher looks for the pattern anywhere in a text. */
  readonly starts: Ways | undefined;
}

/** Goes every text at once, state by state. @throws UntellablePatternError where there are too many states. */
function hasManyWays(search: Search): boolean {
  const nameOf = createNames();
  const moves = new Map<string, Move[]>();
  const open: Ways[] = [search.ways];
  for (let ways = open.pop(); ways; ways = open.pop()) {
    const from = nameOf(ways);
    if (moves.has(from)) continue;
    if (moves.size === MAXIMUM_STATES)
      throw new UntellablePatternError('it has too many ways to be looked through');
    const own: Move[] = [];
    moves.set(from, own);
    for (const character of search.alphabet) {
      const { taken, next } = move(ways, character, search);
      if (taken > MAXIMUM_PASSING_WAYS) return true;
      if (taken === 0) continue;
      own.push({ to: nameOf(next), taken });
      open.push(next);
    }
  }
  return [...lastingMoves(moves)].some(({ taken }) => taken > MAXIMUM_WAYS);
}

function move(ways: Ways, character: string, { reach, starts }: Search): { taken: number; next: Ways } {
  let taken = 0;
  const next = new Map<CharacterStep, number>(starts);
  for (const [step, count] of ways) {
    if (!step.matches(character)) continue;
    const reached = reach(step.next, false);
    // A matcher that has found the pattern begins no more anew.
    if (starts && reached.isMatch) continue;
    taken += count;
    for (const [other, times] of reached.ways) next.set(other, (next.get(other) ?? 0) + count * times);
  }
  return { taken, next };
}

/** Those that a text can make again and again, or between such. */
function lastingMoves(all: ReadonlyMap<string, readonly Move[]>): Move[] {
  const backwards = new Map<string, string[]>([...all.keys()].map((name) => [name, []]));
  for (const [from, moves] of all) for (const { to } of moves) backwards.get(to)?.push(from);
  const forwards = new Map([...all].map(([from, moves]) => [from, moves.map(({ to }) => to)]));
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
  return [...all].flatMap(([from, moves]) =>
    isLasting.has(from) ? moves.filter(({ to }) => isLasting.has(to)) : [],
  );
}

/** Gives each state a name of its own. */
function createNames(): (ways: Ways) => string {
  const numbers = new Map<CharacterStep, number>();
  const numberOf = (step: CharacterStep) => {
    const number = numbers.get(step) ?? numbers.size;
    numbers.set(step, number);
    return number;
  };
  return (ways) =>
    Array.from(ways, ([step, count]) => `${numberOf(step)}*${count}`)
      .toSorted()
      .join(' ');
}

function createReach(): (step: Step, isAtBeginning: boolean) => Reach {
  const known = new Map<Step, Reach>();
  return (step, isAtBeginning) => {
    const reached = isAtBeginning ? undefined : known.get(step);
    if (reached) return reached;
    const found = findReach(step, isAtBeginning);
    if (!isAtBeginning) known.set(step, found);
    return found;
  };
}

function findReach(start: Step, isAtBeginning: boolean): Reach {
  const ways = new Map<CharacterStep, number>();
  let isMatch = false;
  let left = MAXIMUM_REACHED;
  const open: { readonly step: Step; readonly entered: ReadonlySet<Step> }[] = [
    { step: start, entered: new Set() },
  ];
  for (let at = open.pop(); at; at = open.pop()) {
    left -= 1;
    if (left === 0) throw new UntellablePatternError('it has too many parts that may be empty');
    const { step, entered } = at;
    switch (step.kind) {
      case 'character':
        ways.set(step, (ways.get(step) ?? 0) + 1);
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
  return { ways, isMatch };
}
