import { ExpressionEvaluationError, loadExpressionCompiler } from '../src/compile.ts';
import { samplePolicyContext } from './sample-policy-context.ts';

const loading = loadExpressionCompiler();

async function failureOf(statements: string): Promise<string> {
  const expression = (await loading).compile(statements, 'statements');
  try {
    expression.evaluate(samplePolicyContext());
  } catch (error) {
    if (error instanceof ExpressionEvaluationError) return `${error.exceptionType}: ${error.message}`;
    throw error;
  }
  throw new Error('It answered.');
}

const STEPS = 'ExpressionBudgetExceeded: The expression took more than 1000000 steps.';
const LENGTH = 'ExpressionBudgetExceeded: The expression built a string of more than 16777216 characters.';
const REGEX = 'ExpressionBudgetExceeded: A regular expression took more than 2000 ms.';

test.each([
  ['an endless loop', 'while (true) { }'],
  ['an endless loop that catches', 'while (true) { try { for (;;) { } } catch { } }'],
  ['an endless sequence', 'return Enumerable.Range(0, 2000000000).Select(x => x).ToList().Count;'],
  [
    'a loop within a loop',
    'var n = 0; for (var i = 0; i < 100000; i++) for (var j = 0; j < 100000; j++) n++; return n;',
  ],
  ['a huge array', 'return new byte[2000000000].Length;'],
  ['a list that doubles', 'var l = new List<int> { 1 }; while (true) { l.AddRange(l.ToArray()); }'],
  [
    'long strings that are kept',
    "var l = new List<string>(); while (true) { l.Add(new string('a', 10000000)); }",
  ],
  [
    'a long string that is read again and again',
    'var s = new string(\'a\', 10000000); while (true) { s.IndexOf("b"); }',
  ],
  [
    'JSON that is deep and copied',
    'var a = new JArray(); while (true) { var p = new JArray(); p.Add(a); p.Add(a.DeepClone()); a = p; }',
  ],
])('%s ends', async (_, statements) => {
  const failure = await failureOf(statements);
  expect([STEPS, STEPS.replace('1000000 steps', '2000 ms')]).toContain(failure);
});

test.each([
  ['doubled', 'var s = "a"; while (true) { s += s; }'],
  [
    'lengthened by replacement',
    'var b = new StringBuilder("a"); while (true) { b.Replace("a", "aaaaaaaaaaaaaaaa"); }',
  ],
  ['padded', 'return "a".PadLeft(2000000000);'],
  ['interpolated', 'var s = "a"; while (true) { s = $"{s}{s}"; }'],
  ['appended', 'var b = new StringBuilder("a"); while (true) { b.Append(b.ToString()); }'],
])('a string that is %s ends at 16 Mi characters', async (_, statements) => {
  expect(await failureOf(statements)).toBe(LENGTH);
});

test.each([
  ['a quantifier around another', `return Regex.IsMatch(new string('a', 50) + "b", "^(a+)+$");`],
  ['a counted quantifier around another', `return Regex.IsMatch(new string('a', 60) + "b", "^(a+){20}$");`],
  ['a quantifier around alternatives', `return Regex.IsMatch(new string('a', 50) + "b", "^(a|aa)*$");`],
  ['quantifiers side by side', `return Regex.IsMatch(new string('a', 100000), "a*a*a*b");`],
])('a regular expression that backtracks too much ends: %s', async (_, statements) => {
  expect(await failureOf(`try { ${statements} } catch { return false; }`)).toBe(REGEX);
});

test('a regular expression that could backtrack answers where it does not', async () => {
  const source = 'Regex.Replace("aab", "^(?<all>(?:a+)+)b$", "${all}!")';
  const expression = (await loading).compile(source, 'expression');
  expect(expression.evaluate(samplePolicyContext())).toBe('aa!');
});

test('a long input of a common pattern is no burden', async () => {
  const source = String.raw`Regex.Matches(new string('1', 100000) + ",x", "[^,]+").Cast<Match>().Count()`;
  expect((await loading).compile(source, 'expression').evaluate(samplePolicyContext())).toBe(2);
});

test('JSON that is nested too deeply is refused as in Newtonsoft', async () => {
  expect(await failureOf(`return JToken.Parse(new string('[', 900000));`)).toMatch(
    /^JsonReaderException: The reader's MaxDepth of 64 has been exceeded/,
  );
});
