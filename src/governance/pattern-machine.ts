/**
 * A step of a backtracking matcher, in the graph of a regular expression. `next` is the step that follows. The body of
 * a `loop` leads back to the loop, and is not entered twice without a character in between, as JavaScript requires.
 * https://tc39.es/ecma262/#sec-runtime-semantics-repeatmatcher-abstract-operation
 */
export type Step =
  | { readonly kind: 'character'; readonly matches: (character: string) => boolean; readonly next: Step }
  | { readonly kind: 'branches'; readonly steps: readonly Step[] }
  | { readonly kind: 'loop'; body: Step; readonly next: Step }
  | { readonly kind: 'begin'; readonly next: Step }
  | { readonly kind: 'end' }
  | { readonly kind: 'match' };

/** A step that takes one character. */
export type CharacterStep = Extract<Step, { kind: 'character' }>;

/** The graph of a regular expression. */
export interface PatternMachine {
  readonly start: Step;
  /** One character for each class of characters that the pattern treats alike. */
  readonly alphabet: readonly string[];
}

/** Thrown for a pattern whose matching time cannot be decided, or only with too much work. */
export class UndecidablePatternError extends Error {}

/** A part with a numeric quantifier is copied. No honest pattern has more copies. */
const MAXIMUM_PARTS = 20_000;

type Tree =
  | { readonly kind: 'character'; readonly atom: string }
  | { readonly kind: 'begin' | 'end' | 'empty' }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Tree[] }
  | { readonly kind: 'repeat'; readonly part: Tree; readonly least: number; readonly most: number };

/**
 * Builds the graph of a pattern.
 * @param pattern one that `new RegExp(pattern, flags)` takes, with the flag `u` and without `m`.
 * @throws UndecidablePatternError for lookaround, back references and modifiers, and for more than 20,000 parts.
 */
export function buildPatternMachine(pattern: string, flags: string): PatternMachine {
  const atoms = new Map<string, RegExp>();
  let written = 0;
  const build = (tree: Tree, next: Step): Step => {
    written += 1;
    if (written > MAXIMUM_PARTS)
      throw new UndecidablePatternError(`its repetitions expand to more than ${MAXIMUM_PARTS} parts`);
    switch (tree.kind) {
      case 'empty':
        return next;
      case 'begin':
        return { kind: 'begin', next };
      // No character can follow the end, so the rest of the pattern is left out.
      case 'end':
        return { kind: 'end' };
      case 'character': {
        const atom = atoms.get(tree.atom) ?? new RegExp(`^(?:${tree.atom})$`, flags);
        atoms.set(tree.atom, atom);
        return { kind: 'character', matches: (character) => atom.test(character), next };
      }
      case 'sequence':
        return tree.parts.reduceRight((after, part) => build(part, after), next);
      case 'choice':
        return { kind: 'branches', steps: tree.parts.map((part) => build(part, next)) };
      case 'repeat':
        return buildRepeat(tree, next);
    }
  };
  const buildRepeat = ({ part, least, most }: Extract<Tree, { kind: 'repeat' }>, next: Step): Step => {
    let step = next;
    if (most === Infinity) {
      const loop: Extract<Step, { kind: 'loop' }> = { kind: 'loop', body: next, next };
      loop.body = build(part, loop);
      step = loop;
    } else {
      for (let copy = least; copy < most; copy += 1)
        step = { kind: 'branches', steps: [build(part, step), next] };
    }
    for (let copy = 0; copy < least; copy += 1) step = build(part, step);
    return step;
  };
  const start = build(readTree(pattern), { kind: 'match' });
  return { start, alphabet: alphabetOf(atoms, pattern) };
}

/** The tokens of a pattern with the flag `u`: https://tc39.es/ecma262/#sec-patterns */
const ASSERTION = /\(\?<?[=!]/y;
const BACK_REFERENCE = /\\(?:[1-9]\d*|k<[^>]*>)/y;
const OPENING = /\((?:\?:|\?<[^>]*>)?/y;
const MODIFIERS = /\(\?[a-z-]+:/y;
const QUANTIFIER = /(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/y;
const ATOM =
  /\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[0-9a-fA-F]{4}(?:\\u[0-9a-fA-F]{4})?|x[0-9a-fA-F]{2}|c[A-Za-z]|[^])|\[(?:[^\]\\]|\\[^])*\]|[^]/uy;

function readTree(pattern: string): Tree {
  let at = 0;
  const take = (form: RegExp): RegExpExecArray | undefined => {
    form.lastIndex = at;
    const found = form.exec(pattern) ?? undefined;
    at += found?.[0].length ?? 0;
    return found;
  };
  const readChoice = (): Tree => {
    const parts = [readSequence()];
    while (pattern[at] === '|') {
      at += 1;
      parts.push(readSequence());
    }
    const [only] = parts;
    return parts.length === 1 && only ? only : { kind: 'choice', parts };
  };
  const readSequence = (): Tree => {
    const parts: Tree[] = [];
    while (at < pattern.length && pattern[at] !== '|' && pattern[at] !== ')') {
      const part = readPart();
      const quantifier = take(QUANTIFIER);
      parts.push(quantifier ? repeat(part, quantifier) : part);
    }
    return { kind: 'sequence', parts };
  };
  const readPart = (): Tree => {
    if (take(ASSERTION)) throw new UndecidablePatternError('it has a lookahead or a lookbehind');
    if (take(BACK_REFERENCE)) throw new UndecidablePatternError('it has a backreference');
    if (take(MODIFIERS)) throw new UndecidablePatternError('it has inline flags');
    if (take(OPENING)) {
      const group = readChoice();
      at += 1;
      return group;
    }
    const atom = take(ATOM)?.[0] ?? '';
    if (atom === '^') return { kind: 'begin' };
    if (atom === '$') return { kind: 'end' };
    // A word boundary is assumed to hold everywhere, so more paths are counted than there are.
    if (atom === '\\b' || atom === '\\B') return { kind: 'empty' };
    return { kind: 'character', atom };
  };
  return readChoice();
}

function repeat(part: Tree, [, sign, least, comma, most]: RegExpExecArray): Tree {
  if (sign !== undefined)
    return { kind: 'repeat', part, least: sign === '+' ? 1 : 0, most: sign === '?' ? 1 : Infinity };
  const fewest = Number(least);
  const upper = comma === undefined ? fewest : most === '' ? Infinity : Number(most);
  return { kind: 'repeat', part, least: fewest, most: upper };
}

const LAST_CODE_POINT = 0x10ffff;
/**
 * First and last characters of the classes `\s`, `\w`, `\d` and `.`, and their neighbors, without control characters.
 */
const BOUNDARIES = '/09:@AZ[^_`az{\u007f\u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';
const LAST_CONTROL = 0x21;
const ESCAPES = /(?:\\u[0-9a-fA-F]{4})+|\\u\{[0-9a-fA-F]+\}|\\x[0-9a-fA-F]{2}/g;

/**
 * Finds the alphabet. The bounds of a pattern's classes lie beside characters that it names, or at those of built-in
 * classes.
 */
function alphabetOf(atoms: ReadonlyMap<string, RegExp>, pattern: string): string[] {
  const written = [...pattern.matchAll(ESCAPES)].map(([escapes]) => unescape(escapes)).join('');
  const named = [BOUNDARIES, pattern, written].flatMap((text) => [
    text,
    text.toLowerCase(),
    text.toUpperCase(),
  ]);
  const points = new Set([LAST_CODE_POINT]);
  for (const character of named.join('')) {
    const point = character.codePointAt(0) ?? 0;
    for (const one of [point - 1, point, point + 1]) points.add(one);
  }
  for (let control = 0; control <= LAST_CONTROL; control += 1) points.add(control);
  for (const [source, atom] of atoms) if (/\\[pP]\{/.test(source)) addBoundaries(atom, points);
  const alphabet = new Map<string, string>();
  for (const point of points) {
    if (point < 0 || point > LAST_CODE_POINT) continue;
    const character = String.fromCodePoint(point);
    const matches = Array.from(atoms.values(), (atom) => Number(atom.test(character))).join('');
    if (!alphabet.has(matches)) alphabet.set(matches, character);
  }
  return [...alphabet.values()];
}

/** Adds the bounds of a Unicode property's ranges, which are found only by testing every code point. */
function addBoundaries(atom: RegExp, points: Set<number>): void {
  let before = false;
  for (let point = 0; point <= LAST_CODE_POINT; point += 1) {
    const matches = atom.test(String.fromCodePoint(point));
    if (matches !== before) points.add(point - 1).add(point);
    before = matches;
  }
}

function unescape(escapes: string): string {
  if (escapes.startsWith('\\u{')) {
    const point = Number.parseInt(escapes.slice(3, -1), 16);
    return String.fromCodePoint(Math.min(point, LAST_CODE_POINT));
  }
  const units = escapes.split(/\\[ux]/).slice(1);
  return String.fromCharCode(...units.map((unit) => Number.parseInt(unit, 16)));
}
