import fc from 'fast-check';
import { keysOfPlace, type Place, readPlace } from '../../../src/governance/place.ts';

function read(uri: string): Place {
  const place = readPlace(uri);
  if (!place) throw new Error(`no place: ${uri}`);
  return place;
}

function liesIn(place: Place, outer: Place): boolean {
  return keysOfPlace(place).includes(keysOfPlace(outer).at(-1) ?? '');
}

test.each([
  ['gs://bucket', ['bucket'], false],
  ['gs://bucket/', ['bucket'], false],
  ['gs://my_bucket.example.com/a/b.jsonl', ['my_bucket.example.com', 'a', 'b.jsonl'], false],
  ['gs://bucket/a/', ['bucket', 'a'], false],
  ['gs://bucket/a/*', ['bucket', 'a', ''], true],
  ['gs://bucket/a/part-*', ['bucket', 'a', 'part-'], true],
  ['gs://bucket/dt=2026-11-22/a+b:c.jsonl', ['bucket', 'dt=2026-11-22', 'a+b:c.jsonl'], false],
  ['gs://bucket/Annual report (2026).pdf', ['bucket', 'Annual report (2026).pdf'], false],
  ["gs://bucket/Geschäft/year's end*", ['bucket', 'Geschäft', "year's end"], true],
  ['gs://bucket/\u0438n', ['bucket', '\u0438n'], false],
  ['bq://sample-project', ['sample-project'], false],
  ['bq://sample-project.data_set', ['sample-project', 'data_set'], false],
  ['bq://sample-project.data.table-1', ['sample-project', 'data', 'table-1'], false],
  ['bq://example.com:sample-project.data.table', ['example.com:sample-project', 'data', 'table'], false],
])('%s is a place', (uri, parts, isPattern) => {
  expect(readPlace(uri)).toEqual({ service: uri.slice(0, 2), parts, isPattern });
});

test.each([
  '',
  'bucket/in',
  'gs:',
  'gs://',
  'gs:///in',
  'gs:/bucket/in',
  'GS://bucket/in',
  ' gs://bucket/in',
  'gs://bucket/in ',
  'gs://bucket/in\n',
  'gs://bucket/in\0',
  's3://bucket/in',
  'gs://gs://bucket/in',
  'gs://b',
  'gs://Bucket/in',
  'gs://bucket?/in',
  'gs://*/in',
  'gs://buck*',
  'gs://user@bucket/in',
  'gs://bucket:443/in',
  'gs://bucket//in',
  'gs://bucket/in//x',
  'gs://bucket/in//',
  'gs://bucket/./in',
  'gs://bucket/in/..',
  'gs://bucket/in/../x',
  'gs://bucket/../bucket/in',
  'gs://bucket/in\\..\\x',
  'gs://bucket/in/%2e%2e/x',
  'gs://bucket/in%2Fx',
  'gs://bucket/in/*/x',
  'gs://bucket/in/**',
  'gs://bucket/in/a*b',
  'gs://bucket/in/*/',
  'gs://bucket/in/a?',
  'gs://bucket/in/[ab]',
  'gs://bucket/in/{a,b}',
  'gs://bucket/in#1',
  'gs://bucket/in?x=y',
  'gs://bucket/in/ x',
  'gs://bucket/x /in',
  'gs://bucket/in/\u00a0x',
  'gs://bucket/in/\uff0e\uff0e/x',
  'gs://bucket/in/a\u2044b',
  'gs://bucket/in/\ud800',
  'gs://bucket/in\u200b',
  'gs://bucket/in\u202e',
  `gs://bucket/${'a'.repeat(2_000)}`,
  'bq://',
  'bq://.data',
  'bq://sample-project.',
  'bq://sample-project..table',
  'bq://sample-project.data.',
  'bq://sample-project.data.table.more',
  'bq://sample-project.data.table$20260101',
  'bq://sample-project.data.table_*',
  'bq://sample-project.data.`table`',
  'bq://sample-project.data/table',
  'bq://SAMPLE-PROJECT.data.table',
])('%j is no place', (uri) => {
  expect(readPlace(uri)).toBeUndefined();
});

test.each([
  ['gs://bucket/in', 'gs://bucket/in', true],
  ['gs://bucket/in/a', 'gs://bucket/in', true],
  ['gs://bucket/in/a', 'gs://bucket/in/', true],
  ['gs://bucket/in/*', 'gs://bucket/in', true],
  ['gs://bucket/in/a*', 'gs://bucket/in', true],
  ['gs://bucket/anything', 'gs://bucket', true],
  ['gs://bucket/*', 'gs://bucket', true],
  ['gs://bucket/input', 'gs://bucket/in', false],
  ['gs://bucket/in*', 'gs://bucket/in', false],
  ['gs://bucket/*', 'gs://bucket/in', false],
  ['gs://bucket/IN/a', 'gs://bucket/in', false],
  ['gs://bucket/\u0438n/a', 'gs://bucket/in', false],
  ['gs://bucket/Ka\u0308se/a', 'gs://bucket/K\u00e4se', false],
  ['gs://bucket', 'gs://bucket/in', false],
  ['gs://bucket2/in', 'gs://bucket/in', false],
  ['gs://other.bucket/in', 'gs://bucket', false],
  ['bq://sample-project.data', 'bq://sample-project.data', true],
  ['bq://sample-project.data.table', 'bq://sample-project.data', true],
  ['bq://sample-project.data.table', 'bq://sample-project.data.table', true],
  ['bq://sample-project.data', 'bq://sample-project.data.table', false],
  ['bq://sample-project', 'bq://sample-project.data', false],
  ['bq://sample-project.data2.table', 'bq://sample-project.data', false],
  ['bq://sample-project.Data.table', 'bq://sample-project.data', false],
  ['bq://other-project.data', 'bq://sample-project.data', false],
  ['gs://sample-project/data', 'bq://sample-project.data', false],
])('%s lies in %s: %s', (uri, outer, expected) => {
  expect(liesIn(read(uri), read(outer))).toBe(expected);
});

const character = fc.constantFrom(
  'a',
  'b',
  '.',
  '/',
  '*',
  '-',
  '%',
  '?',
  '\\',
  ' ',
  '\n',
  '_',
  '#',
  '..',
  'in',
);

test('whatever lies in a folder begins with its name and a slash, and leads nowhere else', () => {
  const outer = read('gs://bucket/in');
  fc.assert(
    fc.property(fc.array(character, { maxLength: 8 }), (tail) => {
      const uri = `gs://bucket/in${tail.join('')}`;
      const place = readPlace(uri);
      if (!place || !liesIn(place, outer)) return;
      expect(uri === 'gs://bucket/in' || uri.startsWith('gs://bucket/in/')).toBe(true);
      expect(uri.split('/').slice(2)).not.toContain('..');
      // A space stands within a name.
      expect(uri).not.toMatch(/[%?#\\]|[^\S ]|\/ | \/| $|\*./);
    }),
    { numRuns: 5_000 },
  );
});

test('a place lies in each folder above it, and in no other', () => {
  const part = fc.constantFrom('a', 'b', 'ab', 'in');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 4 }), fc.array(part, { maxLength: 4 }), (inner, outer) => {
      const uri = (parts: readonly string[]) => ['gs://bucket', ...parts].join('/');
      const isAbove = outer.every((one, index) => one === inner[index]);
      expect(liesIn(read(uri(inner)), read(uri(outer)))).toBe(isAbove);
      expect(liesIn(read(`${uri(inner)}/*`), read(uri(outer)))).toBe(isAbove);
      expect(liesIn(read(`${uri([...inner, 'x'])}*`), read(uri([...inner, 'x'])))).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test('no letter of a name turns into a separator, an escape or a wildcard for a reader that normalizes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), (letter) => {
      const place = readPlace(`gs://bucket/in/${letter}x`);
      if (!place || /[\w.~=+@,:!()$&;'-]/.test(letter)) return;
      expect(letter.normalize('NFKC')).not.toMatch(/[/\\.*?%#\p{C}]/u);
    }),
    { numRuns: 5_000 },
  );
});
