import fc from 'fast-check';
import { formatPath } from '../../../src/errors/format-path.ts';
import { readJson } from '../../../src/json/read-json.ts';
import { rejectedBy } from '../thrown-by.ts';
import { anyText } from '@vertex-ai-gateway/test-support/any-text';

async function read(text: string): Promise<unknown> {
  return (await readJson(Buffer.from(text))).toJson();
}

async function refusal(text: string) {
  const error = await rejectedBy(read(text));
  expect(error.code).toBe('INVALID_JSON');
  return error;
}

function nested(depth: number, open = '[', close = ']'): string {
  return open.repeat(depth) + close.repeat(depth);
}

test('an empty body is refused as empty', async () => {
  expect((await refusal('')).message).toBe('The body is empty. A JSON object is expected.');
});

test.each([
  ['a lone continuation byte', [0x22, 0x80, 0x22]],
  ['an overlong encoding', [0x22, 0xc0, 0xaf, 0x22]],
  ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
  ['a character cut short', [0x22, 0xe2, 0x82, 0x22]],
  ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
])('%s is not valid UTF-8', async (_, bytes) => {
  const error = await rejectedBy(readJson(Uint8Array.from(bytes)));
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
  ['{"a', 1, 4],
  ['{"a"', 1, 5],
  ['{"a":"secret', 1, 13],
  ['{"a":"secret\\', 1, 14],
  ['{"a":"secret \\x"}', 1, 15],
  ['{"a":"\\u00g0"}', 1, 11],
  ['{"\\u":1}', 1, 5],
  ['{"a":"secret\n"}', 1, 13],
  ['{"a":01}', 1, 7],
  ['{"a":-}', 1, 7],
  ['{"a":1.}', 1, 8],
  ['{"a":.5}', 1, 6],
  ['{"a":1e+}', 1, 9],
  ['{"a":+1}', 1, 6],
  ['{"a":NaN}', 1, 6],
  ['{"a":1}}', 1, 8],
  ['{"a":1]', 1, 7],
  ['[1}', 1, 3],
  ['[1:2]', 1, 3],
  ['{"a",1}', 1, 5],
  ['{"a":1} secret', 1, 9],
  ['// secret\n{}', 1, 1],
  ['secret', 1, 1],
  [']', 1, 1],
  [',', 1, 1],
  [' ', 1, 2],
  ['\u00a0{}', 1, 1],
  ['{\v}', 1, 2],
  ['["Grüße 🌻", secret]', 1, 14],
  ['\ufeff["🌻",\n"🌻" secret]', 2, 6],
  ['{"at position 99":"JSON at position 7 (line 1 column 8)", "b":secret}', 1, 63],
])('%j is refused at line %i, column %i', async (text, line, column) => {
  const error = await refusal(text);
  expect(error.message).toBe(`The body is not valid JSON at line ${line}, column ${column}.`);
});

test('a syntax error is never told with the text around it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1 }), async (text) => {
      const error = await refusal(`{"a": [1, "ok", §${text}`);
      expect(error.message).toBe('The body is not valid JSON at line 1, column 17.');
    }),
  );
});

test.each([
  ['[', ']'],
  ['{"a":', '}'],
])('48 levels of %s are accepted and 49 are not', async (open, close) => {
  const text = (depth: number) => `${open.repeat(depth - 1)}[]${close.repeat(depth - 1)}`;
  await expect(read(text(48))).resolves.toBeDefined();
  expect((await refusal(text(49))).message).toBe('The body is nested deeper than 48 levels.');
});

test.each([nested(10_000), '['.repeat(10_000), '{"a":'.repeat(10_000)])(
  '10,000 levels are refused, closed or not',
  async (text) => {
    expect((await refusal(text)).message).toBe('The body is nested deeper than 48 levels.');
  },
);

test('brackets in strings do not count as levels', async () => {
  const text = JSON.stringify({ text: `${'['.repeat(100)}\\"${'{'.repeat(100)}` });
  expect(await read(text)).toEqual(JSON.parse(text));
});

test('brackets side by side do not count as levels', async () => {
  expect(await read(`[${Array.from({ length: 1000 }, () => '[]').join(',')}]`)).toHaveLength(1000);
});

test.each([
  ['{"a":1,"a":2}', 'a'],
  ['{"a":1,"\\u0061":2}', 'a'],
  ['{"\\u0061":1,"a":2}', 'a'],
  ['{"a\\/b":1,"a/b":2}', 'a/b'],
  ['{"\\b\\f\\n\\r\\t\\"\\\\":1,"\\u0008\\u000c\\u000A\\u000d\\u0009\\u0022\\u005C":2}', '\b\f\n\r\t"\\'],
  ['{"\\uD83C\\uDF3B":1,"🌻":2}', '🌻'],
  ['{"\\ud83c":1,"\\uD83C":2}', '\ud83c'],
  ['{"\\u00fc":1,"ü":2}', 'ü'],
  ['{"\\u20ac":1,"€":2}', '€'],
  ['{"":1,"":2}', ''],
  ['{"x":[0,{"y":{"b":1,"c":[{}],"b":2}}]}', 'x[1].y.b'],
  ['[[],[{}, {"k":1 , "k" : 2}]]', '[1][1].k'],
  ['{"a":{"b":1},"a":2}', 'a'],
  ['{"constructor":1,"constructor":2}', 'constructor'],
])('%s has a key twice, at %s', async (text, field) => {
  expect((await refusal(text)).violations).toEqual([{ field, description: 'this key occurs twice' }]);
});

test.each([
  ['{"__proto__":{"polluted":1}}', '__proto__'],
  ['{"\\u005f_proto__":1}', '__proto__'],
  ['{"a":[{"__proto__":null}]}', 'a[0].__proto__'],
])('%s has a key that is not allowed', async (text, field) => {
  expect((await refusal(text)).violations).toEqual([{ field, description: 'this key is not allowed' }]);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test('halves of surrogate pairs are keys of their own, and not the character that stands for what is none', async () => {
  const text = '{"\\ud800":1,"\\ud801":2,"\\udc00":3,"\ufffd":4,"\\ud800x":5}';
  expect(await read(text)).toEqual(JSON.parse(text));
});

test('a value may be what a key may not', async () => {
  expect(await read('{"a":"__proto__","b":["a","a"]}')).toEqual({ a: '__proto__', b: ['a', 'a'] });
});

test('the same key may stand in different objects', async () => {
  expect(await read('[{"a":1},{"a":{"a":2}},{"a":3}]')).toEqual([{ a: 1 }, { a: { a: 2 } }, { a: 3 }]);
});

test('a duplicate key behind an escaped quote is found', async () => {
  expect((await refusal('{"a":"\\\\","b":"\\"","a":1}')).violations[0]?.field).toBe('a');
});

test('a long key is cut in the error', async () => {
  const key = 'k'.repeat(10_000);
  expect((await refusal(`{"${key}":1,"${key}":2}`)).violations[0]?.field).toHaveLength(60);
});

test('a key that stands twice is found among ever so many, wherever it stands', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 300 }), fc.nat(), fc.nat(), async (count, one, other) => {
      const members = Array.from({ length: count }, (_, index) => `"key ${index}":{"key ${index}":[]}`);
      const first = one % count;
      members.splice(first + 1 + (other % (count - first)), 0, `"key ${first}":null`);
      expect((await refusal(`[{"x":1},{${members.join(',')}}]`)).violations[0]?.field).toBe(
        `[1].key ${first}`,
      );
    }),
  );
});

test('objects side by side and within each other have keys of their own, whatever their sizes', async () => {
  const keys = fc.uniqueArray(fc.string({ maxLength: 3 }), { maxLength: 60 });
  const object = keys.map((names) => Object.fromEntries(names.map((name) => [`k${name}`, 1])));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(object, object), { maxLength: 8 }), async (objects) => {
      const value = objects.map(([outer, inner]) => ({ ...outer, k: inner, l: [outer, inner], m: {} }));
      expect(await read(JSON.stringify(value))).toEqual(value);
    }),
  );
});

test('a byte order mark is accepted', async () => {
  expect(await read('\ufeff{"a":1}')).toEqual({ a: 1 });
});

test('any JSON value comes out as it was written', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.json({ maxDepth: 8, stringUnit: 'binary' }),
      fc.constantFrom(0, 1, 2),
      async (text, indent) => {
        fc.pre(!text.includes('"__proto__"'));
        const value: unknown = JSON.parse(text);
        expect(await read(JSON.stringify(value, null, indent))).toEqual(value);
      },
    ),
    { numRuns: 500 },
  );
});

/** The characters that JSON's grammar knows, and some that look like them. */
const PIECES = [
  ...Array.from('{}[],:"\\ \n\r\t\0\u001f\u007f+-.eE019auxé🌻\u2028\ufeff'),
  '"a"',
  '"b"',
  '"\\u0061"',
  '"\\ud800"',
  '\\u00',
  '"a":',
  '-0',
  '1.5e-3',
  '1e999',
  'true',
  'false',
  'null',
  'nul',
  'NaN',
  'Infinity',
  '//',
  "'",
];

test('exactly what JSON.parse takes is taken, but for keys that are refused', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: fc.constantFrom(...PIECES), minLength: 1, maxLength: 14 }),
      fc.constantFrom(['', ''], ['[', ']'], ['{"a":', '}'], ['{"x":1,', '}'], ['["', '"]']),
      async (inner, [open, close]) => {
        const text = `${open}${inner}${close}`;
        // A byte order mark is no part of the text, and JSON.parse refuses it.
        const parsed = parse(text.replace(/^\ufeff/, ''));
        const outcome = await read(text).then(
          (value) => ({ value }),
          (error: unknown) => ({ error }),
        );
        if ('value' in outcome) expect([outcome.value]).toEqual(parsed);
        else if (parsed) expect(outcome.error).toMatchObject({ violations: [{ description: /this key/ }] });
        else expect(outcome.error).toMatchObject({ code: 'INVALID_JSON' });
      },
    ),
    { numRuns: 20_000 },
  );
});

function parse(text: string): [unknown] | undefined {
  try {
    return [JSON.parse(text)];
  } catch {
    return undefined;
  }
}

test('a JSON text with one byte changed, taken out or put in is taken exactly when JSON.parse takes it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.json({ maxDepth: 4 }),
      fc.nat(),
      fc.constantFrom(0, 1),
      fc.constantFrom(...PIECES, ''),
      async (json, place, taken, put) => {
        const at = place % (json.length + 1);
        const text = json.slice(0, at) + put + json.slice(at + taken);
        fc.pre(text !== '' && text.isWellFormed() && !text.startsWith('\ufeff'));
        const parsed = parse(text);
        const outcome = await read(text).then(
          (value) => [value],
          (error: unknown) =>
            (error as { violations: unknown[] }).violations.length > 0 ? parsed : undefined,
        );
        expect(outcome).toEqual(parsed);
      },
    ),
    { numRuns: 5_000 },
  );
});

test('in a long text every byte counts, wherever it lies and whatever memory the body is in', async () => {
  const unit = fc.constantFrom(
    '"',
    '\\',
    '\\"',
    '\\n',
    '\n',
    '\u0000',
    '\u001f',
    ' ',
    '\u007f',
    'ü',
    '\u{1f600}',
    'é"',
  );
  const plain = fc.integer({ min: 0, max: 90 }).map((count) => 'x'.repeat(count));
  const texts = fc
    .array(fc.oneof(plain, unit), { minLength: 1, maxLength: 6 })
    .map((parts) => parts.join(''));
  const outcomes = { taken: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(
      texts,
      fc.constantFrom(['', ''], ['[', ']'], ['{"key":', '}']),
      fc.integer({ min: 0, max: 7 }),
      async (text, [open, close], offset) => {
        const json = `${open}"${text}"${close}`;
        // The bytes around the body in its memory would end or break every text, if they were read.
        const memory = Buffer.alloc(offset + Buffer.byteLength(json) + 8, offset % 2 === 0 ? '"' : '\n');
        const body = memory.subarray(offset, offset + memory.write(json, offset));
        const value = await readJson(body).then(
          (read) => read.toJson(),
          () => undefined,
        );
        outcomes[value === undefined ? 'refused' : 'taken'] += 1;
        expect(value).toEqual(parse(json)?.[0]);
      },
    ),
    { numRuns: 5_000 },
  );
  expect(Math.min(outcomes.taken, outcomes.refused)).toBeGreaterThan(500);
});

test('a long text may be cut anywhere by the strides in which it is read', async () => {
  for (let length = 2_020; length < 2_080; length += 1) {
    for (const end of ['"', '\\""', '\\u00fc"', 'ü"']) {
      const json = `["${'x'.repeat(length)}${end},1]`;
      expect(await read(json)).toEqual(JSON.parse(json));
    }
    expect((await refusal(`["${'x'.repeat(length)}\n"]`)).message).toBe(
      `The body is not valid JSON at line 1, column ${length + 3}.`,
    );
  }
});

test('an object whose key is written twice is always refused', async () => {
  const hex = (unit: number) => unit.toString(16).padStart(4, '0');
  const escape = (key: string) =>
    `"${Array.from({ length: key.length }, (_, index) => `\\u${hex(key.charCodeAt(index))}`).join('')}"`;
  await fc.assert(
    fc.asyncProperty(anyText(), fc.dictionary(fc.string(), fc.integer()), async (key, others) => {
      const rest = Object.entries(others)
        .filter(([other]) => other !== key && other !== '__proto__')
        .map(([other, value]) => `${JSON.stringify(other)}:${value},`)
        .join('');
      const error = await refusal(`{${JSON.stringify(key)}:1,${rest}${escape(key)}:2}`);
      expect(error.message).toContain('a key that is not valid');
    }),
  );
});

test('a path is written the way a programmer writes it', () => {
  expect(formatPath(['instances', 3, 'width'])).toBe('instances[3].width');
  expect(formatPath([0, 'a'])).toBe('[0].a');
  expect(formatPath([])).toBe('');
});
