import fc from 'fast-check';
import { locateJson, placeOf } from '../src/engine/locate-json.ts';

/** Every path within a value. */
function pathsOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [
    [],
    ...Object.entries(value).flatMap(([name, inner]) => pathsOf(inner).map((path) => [name, ...path])),
  ];
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => (inner as Record<string, unknown>)[name], value);
}

test('each value is found where its text starts', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const lines = text.split('\n');
      for (const path of pathsOf(value)) {
        const { line, position } = locateJson(text, path);
        const found = lines
          .slice(line - 1)
          .join('\n')
          .slice(position - 1);
        const start = JSON.stringify(valueAt(value, path)).slice(0, 1);
        expect(found.startsWith(start)).toBe(true);
      }
    }),
  );
});

test.each([
  ['{"a":1,"b":"x,]}","c":[true,{"d":null}]}', ['c', '1', 'd'], 1, 34],
  ['{"a":1,"a":2}', ['a'], 1, 12],
  ['{"\\u0061":1}', ['a'], 1, 11],
  [' [ 1 ,\n  2 ] ', ['1'], 2, 3],
  ['{"a":1}', ['b'], 1, 1],
])('%s %j is at %i:%i', (text, path, line, position) => {
  expect(locateJson(text, path)).toEqual({ line, position });
});

test('lines and positions count from 1', () => {
  expect([placeOf('', 0), placeOf('a\nb', 2), placeOf('a\nb', 3)]).toEqual([
    { line: 1, position: 1 },
    { line: 2, position: 1 },
    { line: 2, position: 2 },
  ]);
});
