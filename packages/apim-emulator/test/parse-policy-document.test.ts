import { parsePolicyDocument } from '../src/documents/parse-policy-document.ts';
import type { PolicyElement } from '../src/documents/policy-element.ts';

function parse(source: string): PolicyElement {
  return parsePolicyDocument(source, 'policy.xml');
}

function attribute(source: string): string | undefined {
  return parse(`<a condition=${source} />`).attributes.get('condition')?.value;
}

function text(source: string): string {
  return parse(`<a>${source}</a>`).text.value;
}

test('well-formed expressions have their entities decoded', () => {
  expect(attribute('"@(a &lt; b &amp;&amp; c == &quot;d&quot;)"')).toBe('@(a < b && c == "d")');
  expect(attribute(`'@(a == "b" &amp;&amp; true)'`)).toBe('@(a == "b" && true)');
  expect(text('@(a &lt; b)')).toBe('@(a < b)');
});

test('unescaped quotes, angle brackets and ampersands are read within an expression', () => {
  expect(attribute('"@(a["b"] < 1 && c)"')).toBe('@(a["b"] < 1 && c)');
  expect(attribute(`'@(a.Split(',')[0])'`)).toBe(`@(a.Split(',')[0])`);
  expect(text('@{ if (a < b && c.As<JObject>() != null) { return "<x>"; } return ""; }')).toBe(
    '@{ if (a < b && c.As<JObject>() != null) { return "<x>"; } return ""; }',
  );
});

test('white space around an expression is no part of it', () => {
  expect(attribute('"\n  @(a["b"])\n"')).toBe('@(a["b"])');
  expect(attribute('" @(a) "')).toBe('@(a)');
  expect(attribute('" a "')).toBe(' a ');
});

test('an expression taken literally keeps its entities', () => {
  expect(attribute('"@(a.Replace("<", "&lt;"))"')).toBe('@(a.Replace("<", "&lt;"))');
});

test('brackets and quotes in strings, characters and comments do not count', () => {
  for (const expression of [
    String.raw`@(")" + '\'' + "\"")`,
    '@(@"a""b)" + c)',
    '@($"{a["b"]} {{ {c(")")}")',
    '@($@"{a}""")',
    '@{ /* } */ return 1; // }\n }',
    "@(a == '\"' ? b : c)",
  ]) {
    expect(text(expression)).toBe(expression);
    expect(attribute(`"${expression}"`)).toBe(expression);
  }
});

test('comments are dropped, CDATA is taken as it is', () => {
  expect(text('<!-- <b> -->x<!-- y -->z')).toBe('xz');
  expect(text('<![CDATA[<a> &amp; "b"]]>')).toBe('<a> &amp; "b"');
});

test('lines and columns are those of the document', () => {
  const root = parse(
    '<policies>\n  <inbound>\n    <set-header name="x"\n      exists-action="skip" />\n  </inbound>\n</policies>',
  );
  const header = root.children[0]?.children[0];
  expect(header?.position).toEqual({ file: 'policy.xml', line: 3, column: 5 });
  expect(header?.attributes.get('exists-action')?.position).toEqual({
    file: 'policy.xml',
    line: 4,
    column: 22,
  });
});

test('the position of an expression is where it starts, not where its element does', () => {
  const value = parse('<a>\n  <value>\n    @(b)\n  </value>\n</a>').children[0];
  expect(value?.text.position).toEqual({ file: 'policy.xml', line: 3, column: 5 });
});

test.each([
  ['<a>', 1, '<a> is not closed.'],
  ['<a>\n</b>', 2, '<a> is closed by </b>.'],
  ['<a b="1" b="2" />', 1, 'has the attribute "b" twice.'],
  ['<a b=1 />', 1, 'is not in quotes.'],
  ['<a b="@(c" />', 1, 'The expression in "b" is not closed.'],
  ['<a>@{ return 1; </a>', 1, 'The expression is not closed.'],
  ['<a b="@(c["d"]) e" />', 1, 'An expression must be the whole value of "b".'],
  ['<a /><b />', 1, 'Nothing may follow the root element.'],
  ['', 1, 'An element is expected here.'],
])('refuses %s', (source, line, problem) => {
  expect(() => parse(source)).toThrow(problem);
  expect(() => parse(source)).toThrow(`policy.xml:${line}:`);
});
