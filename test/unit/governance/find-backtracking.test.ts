import fc from 'fast-check';
import { findBacktracking } from '../../../src/governance/find-backtracking.ts';
import { buildPatternMachine, type Step } from '../../../src/governance/pattern-machine.ts';

test.each([
  ['a repeat in a repeat', '^(a+)+$'],
  ['a repeat of what may be empty', '^(a*)*$'],
  ['a lazy repeat in a repeat', '^(?:a+?)+?$'],
  ['a named group that is repeated so', '^(?<word>\\w+\\s?)*$'],
  ['a counted repeat in a repeat', '^([a-z]{1,10},?)*$'],
  ['alternatives that overlap, repeated', '^(a|a)*$'],
  ['alternatives of which one begins another', '^(a|ab|b)*c$'],
  ['alternatives that overlap in a class', '^(?:\\d|[0-5])+$'],
  ['one character in two spellings', '^(?:a|\\u0061|b)*$'],
  ['one character by its code point', '^(?:\\u{1f600}|😀)*$'],
  ['letters of Unicode beside one of them', '^\\p{L}+é+\\d$'],
  ['neighbours that take the same', '^a*a*b$'],
  ['neighbours that overlap', '^\\w+\\d+!$'],
  ['neighbours with something between that may be left out', '^a*b?a*c$'],
  ['any characters twice', '^.*foo.*bar.*$'],
  ['a domain whose dots the class before takes too', '^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$'],
  ['an address with a point for any character', '^(([a-z])+.)+[A-Z]([a-z])+$'],
  ['fields of a line, each of any characters', '^(.*?,){11}P'],
  ['what may be left out fifty times', '^(a?){50}a{50}$'],
  ['blanks at the end, from anywhere', '\\s+$'],
  ['a repeat before a letter, from anywhere', 'a*b'],
  ['one of two alternatives from anywhere', '^a|b+c'],
])('refuses %s: %s', (_, pattern) => {
  expect(findBacktracking(pattern, 'u')).toMatch(/many ways|at each character/);
});

test.each([
  ['it has a lookahead or a lookbehind', '^(?=.*[A-Z])(?!.*\\s).{8,}$'],
  ['it has a lookahead or a lookbehind', '(?<!a)b'],
  ['it has a backreference', '^(a+)\\1$'],
  ['it has a backreference', '^(?<one>a+)\\k<one>$'],
  ['its repetitions expand to more than 20000 parts', '^(?:a{1,1000}){1,1000}$'],
  ['its repetitions expand to more than 20000 parts', '^(?:){1000000000}$'],
  ['its repetitions expand to more than 20000 parts', `^${'('.repeat(15)}a+${')+'.repeat(15)}$`],
  ['it has too many ways to match to be analyzed', '^(?:a|b)*a(?:a|b){16}$'],
])('refuses what it can’t tell: %s: %s', (problem, pattern) => {
  expect(findBacktracking(pattern, 'u')).toBe(problem);
});

test.each([
  ['', '^$', '^.*$', '^\\S+$', '^[01]?$', 'cat', '\\bcat\\b', '[a-z]+', '^[A-Z]{1,5000}$'],
  ['^\\d{4}-\\d{2}-\\d{2}$', '\\d{4}-\\d{2}-\\d{2}', '^(?<year>\\d{4})-(?<month>0[1-9]|1[0-2])$'],
  ['^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2})$'],
  ['^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{12}'],
  ['^[a-z][a-z0-9-]{0,62}$', '^[a-z][a-z0-9-]*[a-z0-9]$', '^[a-z0-9]+(?:[-_][a-z0-9]+)*$'],
  ['^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}$', '^[^@\\s]+@[^@\\s]+$'],
  ['^[^@\\s]+@[^@\\s.]+(\\.[^@\\s.]+)+$', '^(?:\\d{1,3}\\.){3}\\d{1,3}$'],
  ['^-?\\d+(\\.\\d+)?([eE][+-]?\\d+)?$', '^\\+?[1-9]\\d{1,14}$', '^(?:[A-Z]{2}|[0-9]+)$'],
  ['^(us-central1|us-east1|us-east4|us-west1|europe-west1|europe-west4)$', '^gs://[a-z0-9._-]+/.+$'],
  ['^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$', '^https?://[^\\s/]+(/\\S*)?$'],
  ['^\\p{L}+( \\p{L}+)*$', '^[\\u{1f600}-\\u{1f64f}]*$', '^[^\\]\\\\]*$', '^(?:"(?:[^"\\\\]|\\\\.)*"|\\d+)$'],
])('takes what says one thing of each character: %s', (...patterns) => {
  for (const pattern of patterns)
    expect([pattern, findBacktracking(pattern, 'u')]).toEqual([pattern, undefined]);
});

test('every word of a long list may begin alike', () => {
  const words = Array.from({ length: 300 }, (_, index) => `us-central-${index}`);
  expect(findBacktracking(`^(?:${words.join('|')})$`, 'u')).toBeUndefined();
  expect(findBacktracking(`^(?:${words.join('|')})*$`, 'u')).toMatch(/many ways/);
});

/** Counts the characters that a backtracking matcher takes before it finds the pattern in a text or gives up. */
function countTaken(start: Step, text: string, limit: number): number {
  let taken = 0;
  for (let first = 0; first <= text.length; first += 1) {
    const open: { step: Step; at: number; entered: ReadonlyMap<Step, number> }[] = [
      { step: start, at: first, entered: new Map() },
    ];
    for (let way = open.pop(); way; way = open.pop()) {
      const { step, at, entered } = way;
      if (step.kind === 'match' || (step.kind === 'end' && at === text.length)) return taken;
      if (step.kind === 'character' && at < text.length && step.matches(text.charAt(at))) {
        taken += 1;
        if (taken > limit) return taken;
        open.push({ step: step.next, at: at + 1, entered });
      }
      if (step.kind === 'begin' && at === 0) open.push({ step: step.next, at, entered });
      if (step.kind === 'branches')
        open.push(...step.steps.toReversed().map((one) => ({ step: one, at, entered })));
      if (step.kind === 'loop' && entered.get(step) !== at)
        open.push(
          { step: step.next, at, entered },
          { step: step.body, at, entered: new Map([...entered, [step, at]]) },
        );
    }
  }
  return taken;
}

test('whatever is taken needs no more than some steps for each character, of whatever text', () => {
  const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
    pattern: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom('a', 'b', '[ab]', '.', 'c'),
      fc.tuple(tie('pattern'), tie('pattern')).map(([one, other]) => `${one}${other}`),
      fc.tuple(tie('pattern'), tie('pattern')).map(([one, other]) => `(?:${one}|${other})`),
      fc
        .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}', '{0,2}', '{2,}', '*?'))
        .map(([one, repeat]) => `(?:${one})${repeat}`),
    ),
  }));
  const whole = fc
    .tuple(fc.constantFrom('', '^'), pattern, fc.constantFrom('', '$', '!'))
    .map(([begin, inner, end]) => `${begin}${inner}${end}`);
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 4 });
  const length = 1_000;
  let linear = 0;
  fc.assert(
    fc.property(whole, word, word, word, (text, before, repeated, after) => {
      if (findBacktracking(text, 'u') !== undefined) return;
      linear += 1;
      const times = Math.floor(length / Math.max(1, repeated.length));
      const sent = `${before}${repeated.repeat(times)}${after}`;
      const limit = 20 * sent.length + 20_000;
      expect(countTaken(buildPatternMachine(text, 'u').start, sent, limit)).toBeLessThanOrEqual(limit);
    }),
    { numRuns: 1_000 },
  );
  expect(linear).toBeGreaterThan(200);
});
