import fc from 'fast-check';
import { formatPath } from '../../../src/errors/format-path.ts';
import { readJson } from '../../../src/dialects/read-json.ts';
import { thrownBy } from '../thrown-by.ts';

function read(text: string): unknown {
  return readJson(Buffer.from(text));
}

function refusal(text: string) {
  const error = thrownBy(() => read(text));
  expect(error.code).toBe('INVALID_JSON');
  return error;
}

function nested(depth: number, open = '[', close = ']'): string {
  return open.repeat(depth) + close.repeat(depth);
}

test('an empty body is refused as empty', () => {
  expect(refusal('').message).toBe('The body is empty; a JSON object is expected.');
});

test.each([
  ['a lone continuation byte', [0x22, 0x80, 0x22]],
  ['an overlong encoding', [0x22, 0xc0, 0xaf, 0x22]],
  ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
  ['a character cut short', [0x22, 0xe2, 0x82, 0x22]],
  ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
])('%s is not valid UTF-8', (_, bytes) => {
  const error = thrownBy(() => readJson(Uint8Array.from(bytes)));
  expect(error).toMatchObject({ code: 'INVALID_JSON', message: 'The body is not valid UTF-8.' });
});

test.each([
  ['{"a":secret}', 1, 6],
  ['{"a":1,\n "b":secret}', 2, 6],
  ['{"a":1\r\n "b":2}', 2, 2],
  ['[1,]', 1, 4],
  ['[1 2]', 1, 4],
  ['[nul]', 1, 2],
  ['{secret:1}', 1, 2],
  ["{'secret':1}", 1, 2],
  ['{"a":1,}', 1, 8],
  ['{"a":1', 1, 7],
  ['{"a":', 1, 6],
  ['{"a":"secret', 1, 13],
  ['{"a":"secret \\x"}', 1, 15],
  ['{"a":"secret\n"}', 1, 13],
  ['{"a":01}', 1, 7],
  ['{"a":-}', 1, 7],
  ['{"a":NaN}', 1, 6],
  ['{"a":1}}', 1, 8],
  ['{"a":1} secret', 1, 9],
  ['// secret\n{}', 1, 1],
  ['secret', 1, 1],
  [']', 1, 1],
  [' ', 1, 2],
  ['{"at position 99":"JSON at position 7 (line 1 column 8)", "b":secret}', 1, 63],
])('%j is refused at line %i, column %i', (text, line, column) => {
  const error = refusal(text);
  expect(error.message).toBe(`The body is not valid JSON at line ${line}, column ${column}.`);
});

test('a syntax error is never told with the text around it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
      const error = refusal(`{"a": [1, "ok", §${text}`);
      expect(error.message).toMatch(/^The body is not valid JSON at line 1, column 17\.$/);
    }),
  );
});

test.each([
  ['[', ']'],
  ['{"a":', '}'],
])('48 levels of %s are accepted and 49 are not', (open, close) => {
  const text = (depth: number) => `${open.repeat(depth - 1)}[]${close.repeat(depth - 1)}`;
  expect(() => read(text(48))).not.toThrow();
  expect(refusal(text(49)).message).toBe('The body is nested deeper than 48 levels.');
});

test.each([nested(10_000), '['.repeat(10_000), '{"a":'.repeat(10_000)])(
  '10,000 levels are refused, closed or not',
  (text) => {
    expect(refusal(text).message).toBe('The body is nested deeper than 48 levels.');
  },
);

test('brackets in strings do not count as levels', () => {
  const text = JSON.stringify({ text: `${'['.repeat(100)}\\"${'{'.repeat(100)}` });
  expect(read(text)).toEqual(JSON.parse(text));
});

test('brackets side by side do not count as levels', () => {
  expect(read(`[${Array.from({ length: 1000 }, () => '[]').join(',')}]`)).toHaveLength(1000);
});

test.each([
  ['{"a":1,"a":2}', 'a'],
  ['{"a":1,"\\u0061":2}', 'a'],
  ['{"\\u0061":1,"a":2}', 'a'],
  ['{"a\\/b":1,"a/b":2}', 'a/b'],
  ['{"":1,"":2}', ''],
  ['{"x":[0,{"y":{"b":1,"c":[{}],"b":2}}]}', 'x[1].y.b'],
  ['[[],[{}, {"k":1 , "k" : 2}]]', '[1][1].k'],
  ['{"a":{"b":1},"a":2}', 'a'],
  ['{"constructor":1,"constructor":2}', 'constructor'],
])('%s has a key twice, at %s', (text, field) => {
  expect(refusal(text).violations).toEqual([{ field, description: 'this key stands twice' }]);
});

test.each([
  ['{"__proto__":{"polluted":1}}', '__proto__'],
  ['{"\\u005f_proto__":1}', '__proto__'],
  ['{"a":[{"__proto__":null}]}', 'a[0].__proto__'],
])('%s has a key that is not allowed', (text, field) => {
  expect(refusal(text).violations).toEqual([{ field, description: 'this key is not allowed' }]);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test('a value may be what a key may not', () => {
  expect(read('{"a":"__proto__","b":["a","a"]}')).toEqual({ a: '__proto__', b: ['a', 'a'] });
});

test('the same key may stand in different objects', () => {
  expect(read('[{"a":1},{"a":{"a":2}},{"a":3}]')).toEqual([{ a: 1 }, { a: { a: 2 } }, { a: 3 }]);
});

test('a duplicate key behind an escaped quote is found', () => {
  expect(refusal('{"a":"\\\\","b":"\\"","a":1}').violations[0]?.field).toBe('a');
});

test('a long key is cut in the error', () => {
  const key = 'k'.repeat(10_000);
  expect(refusal(`{"${key}":1,"${key}":2}`).violations[0]?.field).toHaveLength(60);
});

test('a byte order mark is accepted', () => {
  expect(read('\ufeff{"a":1}')).toEqual({ a: 1 });
});

test('a body of 1 MB of escaped quotes is read in linear time', () => {
  const text = JSON.stringify(['\\"'.repeat(250_000)]);
  expect(read(text)).toEqual(JSON.parse(text));
});

const isShallowAndPlain = (text: string) => !text.includes('"__proto__"');

test('any JSON value comes out as it was written', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 8, stringUnit: 'binary' }), fc.constantFrom(0, 1, 2), (text, indent) => {
      fc.pre(isShallowAndPlain(text));
      const value: unknown = JSON.parse(text);
      expect(read(JSON.stringify(value, null, indent))).toEqual(value);
    }),
    { numRuns: 500 },
  );
});

test('any text is either read as JSON.parse reads it or refused as INVALID_JSON', () => {
  const token = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    '"a"',
    '"\\u0061"',
    '1',
    'null',
    ' ',
    '\n',
  );
  fc.assert(
    fc.property(fc.string({ unit: token, minLength: 1, maxLength: 20 }), (text) => {
      let value: unknown;
      try {
        value = read(text);
      } catch (error) {
        expect(error).toMatchObject({ code: 'INVALID_JSON' });
        return;
      }
      expect(value).toEqual(JSON.parse(text));
    }),
    { numRuns: 2000 },
  );
});

test('an object whose key is written twice is always refused', () => {
  const hex = (unit: number) => unit.toString(16).padStart(4, '0');
  const escape = (key: string) =>
    `"${Array.from({ length: key.length }, (_, index) => `\\u${hex(key.charCodeAt(index))}`).join('')}"`;
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.dictionary(fc.string(), fc.integer()), (key, others) => {
      const rest = Object.entries(others)
        .filter(([other]) => other !== key && other !== '__proto__')
        .map(([other, value]) => `${JSON.stringify(other)}:${value},`)
        .join('');
      expect(refusal(`{${JSON.stringify(key)}:1,${rest}${escape(key)}:2}`).message).toContain('bad key');
    }),
  );
});

test('a path is written the way a programmer writes it', () => {
  expect(formatPath(['instances', 3, 'width'])).toBe('instances[3].width');
  expect(formatPath([0, 'a'])).toBe('[0].a');
  expect(formatPath([])).toBe('');
});
